// `groupwise run`: arrays in, arrays out.

import { readFileSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readNpy, writeNpy } from '../../src/node/npy.js';
import { at, fails, photo } from '../support/command-model.js';
import { groupwise, tiny } from '../support/command.js';
import { seededFloats } from '../support/seeded.js';

type Recorded = {
  name: string;
  inputs: { name: string; shape: number[]; seed: number; low: number; high: number }[];
  outputs: { name: string; shape: number[]; values: number[] }[];
};

const { networks } = JSON.parse(readFileSync('test/fixtures/tiny/index.json', 'utf8')) as { networks: Recorded[] };

const test = suite('groupwise run');

test('run reads and writes .npy files with the recorded numbers', () => {
  const { inputs, outputs } = networks.find(({ name }) => name === 'two-inputs')!;
  const words = inputs.flatMap(({ name, shape, seed, low, high }) => {
    const data = seededFloats(
      shape.reduce((a, b) => a * b, 1),
      seed,
      low,
      high,
    );
    writeFileSync(at(`${name}.npy`), writeNpy({ data, shape }));
    return ['--input', `${name}=${at(`${name}.npy`)}`];
  });
  assert.is(groupwise(['convert', tiny('two-inputs'), '-o', at('two.gw')]).code, 0);
  const { code, out, err } = groupwise(['run', at('two.gw'), ...words, '--output-dir', at('results/deep'), '--json']);
  assert.is(code, 0, err);
  const summary = JSON.parse(out) as { outputs: { name: string; file: string }[] };
  assert.equal(
    summary.outputs.map(({ name }) => name),
    outputs.map(({ name }) => name),
  );
  for (const { name, shape, values } of outputs) {
    const tensor = readNpy(readFileSync(at(`results/deep/${name}.npy`)));
    assert.equal(tensor.shape, shape);
    values.forEach((value, i) =>
      assert.ok(Math.abs(Number(tensor.data[i]) - value) <= 1e-4 * Math.max(1, Math.abs(value)), `${name}[${i}]`),
    );
  }
  fails(['run', at('two.gw'), '--input', at('a.npy')], /no numbers for "b"/);
  fails(['run', at('two.gw'), ...words, '--input', `c=${at('a.npy')}`], /no input "c"/);
  fails(['run', at('two.gw'), '--input', at('labels.txt')], /labels\.txt: not a \.npy file/);
  fails(['run', at('two.gw'), '--input', `a=${photo}`], /photo\.jpg: not a \.npy file but a JPEG picture/);
  fails(['run', at('two.gw'), ...words, '--output-dir', at('labels.txt')], /cannot write .*labels\.txt: it is a file/);
  if (process.platform === 'linux')
    fails(['run', at('two.gw'), ...words, '--output-dir', '/proc/none'], /cannot write \/proc\/none/);
});

test.run();
