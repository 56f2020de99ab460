// `groupwise verify`.

import { readFileSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readModel } from '../support/read-model.js';
import { writeModel } from '../../src/format/write.js';
import { at, bareModel, fails, model } from '../support/command-model.js';
import { groupwise } from '../support/command.js';

const test = suite('groupwise verify');

test('a model reproduces the recorded outputs, bit for bit if it is deterministic', () => {
  assert.match(
    groupwise(['verify', model]).out,
    /max \|difference\|[^]*\n\nok: .*separable\.gw reproduces the recorded outputs\n$/,
  );
  assert.is(groupwise(['verify', model, '--deterministic', '--tolerance', '0']).code, 0);
});

test('outputs that differ from the recorded ones are an error', () => {
  const file = readModel(new Uint8Array(readFileSync(model)));
  file.testVector!.outputs[0]![3]! += 0.01;
  writeFileSync(at('wrong.gw'), writeModel(file, 'f32'));
  const { code, out, err } = groupwise(['verify', at('wrong.gw'), '--json']);
  assert.is(code, 1);
  const { verified, outputs } = JSON.parse(out) as { verified: boolean; outputs: { difference: number }[] };
  assert.is(verified, false);
  assert.ok(Math.abs(outputs[0]!.difference - 0.01) < 1e-4);
  assert.match(err, /differs: .*wrong\.gw: output ".*" by 1\.00e-2, allowed are 1\.00e-4/);
});

test('a model without a test vector cannot be verified', () => {
  fails(['verify', bareModel], /bare\.gw: the model has no test vector.*--test-vector/);
});

test.run();
