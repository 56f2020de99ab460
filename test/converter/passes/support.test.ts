// Which inputs outputs read, against plain sets.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Support } from '../../../src/converter/passes/support.js';
import { createRandom, range, type Random } from '../../support/learned-groups.js';

/** A support with the inputs that it was built from. */
const random = (own: Random, outputs: number, inputs: number): { support: Support; reads: number[][] } => {
  const support = new Support(outputs, inputs);
  const density = own.pick([0, 0.02, 0.5, 1]);
  const rows = range(own.integer(1, 5)).map(() => range(inputs).filter(() => own.chance(density)));
  const reads = range(outputs).map(() => own.pick(rows));
  reads.forEach((row, output) => row.forEach((input) => support.add(output, input)));
  return { support, reads };
};

const SIZES = [1, 31, 32, 33, 70];

const each = (check: (reads: number[][], support: Support, inputs: number) => void): void => {
  const own = createRandom(31);
  for (let i = 0; i < 200; i++) {
    const inputs = own.pick(SIZES);
    const { support, reads } = random(own, own.pick(SIZES), inputs);
    check(reads, support, inputs);
  }
};

test('the union of outputs is what any of them reads', () =>
  each((reads, support) => {
    const outputs = range(reads.length).filter((output) => output % 3 !== 1);
    const expected = new Set(outputs.flatMap((output) => reads[output]!));
    assert.equal(
      support.union(outputs),
      [...expected].sort((a, b) => a - b),
    );
  }));

test('patterns are the outputs that read the same', () =>
  each((reads, support) => {
    const sets = new Map<string, number[]>();
    reads.forEach((row, output) => {
      if (row.length) sets.set(row.join(), [...(sets.get(row.join()) ?? []), output]);
    });
    assert.equal(support.patterns(), [...sets.values()]);
  }));

test('components are what is joined by reading', () =>
  each((reads, support, inputs) => {
    const blocks = support.components();
    const blockOf = new Map(blocks.flatMap((block) => block.inputs.map((input) => [input, block] as const)));
    assert.is(blockOf.size, blocks.flatMap((block) => block.inputs).length, 'an input is in one block');
    reads.forEach((row, output) => {
      const own = blocks.filter((block) => block.outputs.includes(output));
      assert.is(own.length, row.length ? 1 : 0);
      for (const input of row) assert.is(blockOf.get(input), own[0]);
    });
    for (const block of blocks) {
      const joined = new Set(block.inputs.slice(0, 1));
      const rows = block.outputs.map((output) => reads[output]!);
      for (let size = 0; size < joined.size;) {
        size = joined.size;
        for (const row of rows) if (row.some((input) => joined.has(input))) row.forEach((input) => joined.add(input));
      }
      assert.is(joined.size, block.inputs.length, 'no block is two');
    }
    assert.ok(blocks.length <= inputs);
  }));

test('weights count for all taps', () => {
  const support = new Support(3, 4);
  const weights = [0, 0, 1, 0, 0, 0, 0, -0, 5, 0, 0, 0, 0, 0]; // outputs 2, 0 of inputs 1, 3, 0; output 1 of input 2
  support.addWeights(
    weights,
    [
      { inputs: [1, 3, 0], outputs: [2, 0] },
      { inputs: [2], outputs: [1] },
    ],
    2,
  );
  assert.equal(
    [0, 1, 2].map((output) => support.union([output])),
    [[0], [], [0]],
  );
});

test.run();
