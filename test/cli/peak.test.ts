// The loop that measures the peak of a machine.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { measurePeak } from '../../src/cli/peak.js';
import { peakModule } from '../../src/cli/peak-module.js';

const test = suite('peak');

/** The sum over chains of a number, at first the chain's index, after repeated v = v * factor + term. */
const expected = (chains: number, times: number, factor: number, term: number): number => {
  let sum = 0;
  for (let chain = 0; chain < chains; chain++) {
    let value = chain;
    for (let i = 0; i < times; i++) value = value * factor + term;
    sum += value;
  }
  return sum;
};

const isSupported = (fused: boolean): boolean => WebAssembly.validate(peakModule(1, fused));

test('engines that run models compile the loop of plain SIMD', () => {
  assert.ok(isSupported(false));
});

for (const fused of [false, true].filter(isSupported)) {
  test(`the loop multiplies and adds as often as asked, on every chain${fused ? ', fused' : ''}`, () => {
    for (const [chains, times] of [
      [1, 1],
      [3, 7],
      [13, 4],
      [24, 2],
    ] as const) {
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(peakModule(chains, fused)));
      const run = exports.run as (times: number, factor: number, term: number) => number;
      // powers of two, so that no result is rounded
      assert.is(run(times, 0.5, 0.25), expected(chains, times, 0.5, 0.25), `${chains} chains`);
    }
  });
}

test('the peak is known for relaxed SIMD where the engine has it', () => {
  const { simd, relaxed } = measurePeak();
  assert.ok(simd > 0 && Number.isFinite(simd));
  assert.is(relaxed !== undefined, isSupported(true));
  assert.ok(relaxed === undefined || (relaxed > 0 && Number.isFinite(relaxed)));
});

test.run();
