// `groupwise verify`.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../src/convert.js';
import { writeOnnx } from '../support/onnx/write.js';
import { readModel } from '../support/read-model.js';
import { readNpy, writeNpy } from '../../src/node/npy.js';
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

/** The file of an array that `run` writes for an input, and one with a number changed. */
const arrays = () => {
  const input = at('verify-input.npy');
  writeFileSync(
    input,
    writeNpy({ data: Float32Array.from({ length: 3 * 16 * 16 }, (_, i) => Math.cos(i)), shape: [1, 3, 16, 16] }),
  );
  assert.is(groupwise(['run', bareModel, '--input', input, '--output-dir', at('verify-out')]).code, 0);
  const output = at(join('verify-out', readdirSync(at('verify-out'))[0]!));
  const { data, shape } = readNpy(new Uint8Array(readFileSync(output)));
  const changed = at('changed.npy');
  writeFileSync(changed, writeNpy({ data: (data as Float32Array).map((x, i) => (i === 3 ? x + 0.01 : x)), shape }));
  return { input, output, changed };
};

test('arrays of another program take the place of the test vector', () => {
  const { input, output, changed } = arrays();
  const words = ['verify', bareModel, '--input', input, '--expected'];
  assert.match(groupwise([...words, output]).out, /\n\nok: .*bare\.gw gives the expected outputs\n$/);
  const wrong = groupwise([...words, changed]);
  assert.is(wrong.code, 1);
  assert.match(wrong.out, /differs: .*bare\.gw: output ".*" by 1\.00e-2, allowed are 1\.00e-4/);
  assert.is(groupwise([...words, changed, '--tolerance', '0.02']).code, 0);
});

test('arrays that do not fit are refused with the name of the file or option', () => {
  const { input, output } = arrays();
  fails(
    ['verify', bareModel, '--input', input, '--expected', input],
    /^groupwise: .*verify-input\.npy: the array has shape \[1,3,16,16\]; output ".*" has \[1,10\]/,
  );
  fails(
    ['verify', bareModel, '--input', output, '--expected', output],
    /: the array has shape \[1,10\]; input ".*" takes/,
  );
  const usage = (words: string[], message: RegExp) => {
    const { code, err } = groupwise(['verify', bareModel, ...words]);
    assert.is(code, 2, err);
    assert.match(err, message);
  };
  usage(['--input', input], /give both --input and --expected, or neither/);
  usage(['--expected', output], /give both --input and --expected, or neither/);
  usage(['--input', input, '--expected', `none=${output}`], /--expected names 'none'; the outputs are '/);
  usage(['--input', input, '--expected', output, '--expected', output], /--expected is given twice/);
});

/** A model of two outputs: the input, and the index of its largest number. */
const twoOutputs = async (): Promise<string> => {
  const bytes = await convertOnnx(
    writeOnnx({
      nodes: [
        { op: 'Relu', inputs: ['x'], outputs: ['y'] },
        { op: 'ArgMax', inputs: ['x'], outputs: ['best'], attributes: { axis: 1 } },
      ],
      inputs: [{ name: 'x', dims: [1, 40000] }],
      outputs: ['y', 'best'],
      tensors: [],
    }),
  );
  writeFileSync(at('two.gw'), bytes);
  return at('two.gw');
};

const writeArray = (name: string, data: Float32Array | Int32Array, shape: number[]): string => {
  writeFileSync(at(name), writeNpy({ data, shape }));
  return at(name);
};

test('outputs are named, and integers and NaN must be exact', async () => {
  const path = await twoOutputs();
  const numbers = (largest: number) => Float32Array.from({ length: 40000 }, (_, i) => (i === largest ? 2 : i / 40000));
  const x = writeArray('x.npy', numbers(30000), [1, 40000]);
  const index = (best: number) => writeArray(`${best}.npy`, Int32Array.of(best), [1, 1]);
  const check = (...expected: string[]) =>
    groupwise(['verify', path, '--input', `x=${x}`, ...expected.flatMap((own) => ['--expected', own])]);
  assert.is(check(x, `best=${index(30000)}`).code, 0);
  const wrong = check(`best=${index(30002)}`);
  assert.is(wrong.code, 1);
  assert.match(wrong.out, /differs: .*two\.gw: output "best" by 2\.00e\+0, allowed are 0\.00e\+0/);
  const nan = numbers(30000);
  nan[7] = NaN;
  assert.match(check(writeArray('nan.npy', nan, [1, 40000])).out, /differs: .*output "y" by Infinity/);
});

test('a model whose file is larger than its weights is known to be rounded', () => {
  const file = readModel(new Uint8Array(readFileSync(model)));
  writeFileSync(at('rounded.gw'), writeModel(file, 'int8'));
  const { out } = groupwise(['verify', at('rounded.gw'), '--json']);
  assert.is((JSON.parse(out) as { rounded: boolean }).rounded, true);
  assert.is((JSON.parse(groupwise(['verify', model, '--json']).out) as { rounded: boolean }).rounded, false);
});

test('weights that were rounded are named as a reason for differences', () => {
  const { input, output } = arrays();
  const { graph, metadata } = readModel(new Uint8Array(readFileSync(bareModel)));
  writeFileSync(at('int8.gw'), writeModel({ graph, metadata }, 'int8'));
  const { err } = groupwise(['verify', at('int8.gw'), '--input', input, '--expected', output]);
  assert.match(err, /stored in fewer bits than float32: if the expected arrays .*--tolerance/);
});

test.run();
