// `groupwise run`: arrays in, arrays out.

import { readFileSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readNpy, writeNpy } from '../../src/node/npy.js';
import { at, fails, model, photo } from '../support/command-model.js';
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
  writeFileSync(at('flat.npy'), writeNpy({ data: new Float32Array(7), shape: [7] }));
  fails(['run', at('two.gw'), '--input', at('flat.npy')], /flat\.npy: the array has shape \[7\]; input "a" takes \[/);
  fails(['run', at('two.gw'), ...words, '--input', `c=${at('a.npy')}`], /no input "c"/);
  fails(['run', at('two.gw'), '--input', at('labels.txt')], /labels\.txt: not a \.npy file/);
  fails(['run', at('two.gw'), '--input', `a=${photo}`], /photo\.jpg: not a \.npy file but a JPEG picture/);
  fails(['run', at('two.gw'), ...words, '--output-dir', at('labels.txt')], /cannot write .*labels\.txt: it is a file/);
  if (process.platform === 'linux')
    fails(['run', at('two.gw'), ...words, '--output-dir', '/proc/none'], /cannot write \/proc\/none/);
});

test('NaN in inputs and outputs is noted', () => {
  const data = new Float32Array(3 * 16 * 16).fill(NaN, 0, 2);
  writeFileSync(at('nan.npy'), writeNpy({ data, shape: [1, 3, 16, 16] }));
  const { code, out, err } = groupwise(['run', model, '--input', at('nan.npy'), '--json']);
  assert.is(code, 0);
  assert.match(err, /input "image" has 2 NaN among its 768 numbers\n.*output "\w+" has \d+ NaN/);
  const { outputs } = JSON.parse(out) as { outputs: { mean: null }[] };
  assert.is(outputs[0]!.mean, null);
});

test('without inputs, those of the model are listed', () => {
  const { code, err } = groupwise(['run', model]);
  assert.is(code, 2);
  assert.match(err, /^groupwise: --input is missing; the model takes "image" \[N,3,16,16\]\n/);
  assert.match(groupwise(['run']).err, /missing required argument 'model\.gw'/);
});

test.run();
