// Reading ONNX files: every field, every element type, and damaged files.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';

import { FormatError, UnsupportedError } from '../../../src/errors.js';
import { loadExternalData } from '../../../src/converter/onnx/external.js';
import { parseOnnx } from '../../../src/converter/onnx/protobuf.js';
import { readOnnx } from '../../../src/converter/onnx/read.js';
import type { Evaluate } from '../../../src/runtime/evaluate-node.js';
import { atOnce } from '../../../src/next-task.js';
import { floats, longs, writeOnnx, type TensorSpec } from '../../support/onnx/write.js';

const test = suite('parseOnnx');

const tiny = (): Uint8Array =>
  writeOnnx({
    nodes: [
      {
        op: 'Conv',
        name: 'c',
        inputs: ['x', 'w'],
        outputs: ['h'],
        attributes: { pads: [1, 1, 1, 1], auto_pad: 'NOTSET' },
      },
      { op: 'Reshape', inputs: ['h', 'target'], outputs: ['r'] },
      { op: 'LeakyRelu', inputs: ['r'], outputs: ['y'], attributes: { alpha: { float: 0.5 } } },
    ],
    inputs: [{ name: 'x', dims: ['N', 1, 4, 4] }],
    outputs: ['y'],
    tensors: [
      floats(
        'w',
        [2, 1, 3, 3],
        Array.from({ length: 18 }, (_, i) => i),
      ),
      longs('target', [0, -1]),
    ],
    metadata: { author: 'nobody' },
  });

const withTensor = (tensor: TensorSpec): Uint8Array =>
  writeOnnx({ nodes: [], inputs: [], outputs: ['t'], tensors: [{ ...tensor, name: 't' }] });

const dataOf = (tensor: TensorSpec) => Array.from(parseOnnx(withTensor(tensor)).graph.initializers[0]!.data!);

/** Whatever the bytes are, only typed errors may be thrown. */
const survives = (bytes: Uint8Array, what: string): void => {
  try {
    const evaluate: Evaluate = ({ output }) => new Float32Array(output.shape.reduce((a, b) => a * b, 1));
    atOnce(readOnnx(parseOnnx(bytes), { batch: 1, evaluate }));
  } catch (error) {
    assert.ok(error instanceof FormatError || error instanceof UnsupportedError, `${what}: ${(error as Error).stack}`);
  }
};

test('reads everything in a model', () => {
  const { irVersion, opsets, producer, metadata, graph } = parseOnnx(tiny());
  assert.is(irVersion, 8);
  assert.is(opsets.get(''), 17);
  assert.is(producer, 'groupwise tests');
  assert.equal(metadata, { author: 'nobody' });
  assert.equal(graph.inputs, [{ name: 'x', elementType: 1, dims: ['N', 1, 4, 4] }]);
  assert.equal(
    graph.nodes.map(({ opType }) => opType),
    ['Conv', 'Reshape', 'LeakyRelu'],
  );
  assert.equal(graph.nodes[0]!.attributes.get('pads')!.ints, [1, 1, 1, 1]);
  assert.is(graph.nodes[2]!.attributes.get('alpha')!.float, 0.5);
  assert.equal(Array.from(graph.initializers[1]!.data!), [0, -1]);
});

test('reads every element type, raw and listed', () => {
  const bytes = (array: ArrayBufferView) => new Uint8Array(array.buffer);
  assert.equal(dataOf({ dims: [2], type: 1, raw: bytes(new Float32Array([1.5, -2])) }), [1.5, -2]);
  assert.equal(dataOf({ dims: [2], type: 11, raw: bytes(new Float64Array([1.5, -2])) }), [1.5, -2]);
  assert.equal(dataOf({ dims: [3], type: 10, raw: bytes(new Uint16Array([0x3c00, 0xc000, 0x0001])) }), [
    1,
    -2,
    2 ** -24,
  ]);
  assert.equal(dataOf({ dims: [2], type: 10, ints: [0x3c00, 0x7c00] }), [1, Infinity]);
  assert.equal(dataOf({ dims: [2], type: 16, raw: bytes(new Uint16Array([0x3f80, 0xc000])) }), [1, -2]);
  assert.equal(dataOf({ dims: [2], type: 3, raw: bytes(new Int8Array([-1, 5])) }), [-1, 5]);
  assert.equal(dataOf({ dims: [2], type: 2, ints: [255, 5] }), [255, 5]);
  assert.equal(dataOf({ dims: [2], type: 9, raw: new Uint8Array([0, 7]) }), [0, 1]);
  assert.equal(dataOf({ dims: [], type: 6, ints: [-7] }), [-7]);
  assert.equal(dataOf({ dims: [0], type: 7 }), []);
});

test('limits 64-bit integers to 32 bits', () => {
  const most = 2n ** 63n - 1n;
  assert.equal(dataOf({ dims: [2], type: 7, longs: [most, -most] }), [2 ** 31 - 1, -(2 ** 31)]);
  assert.equal(dataOf({ dims: [1], type: 7, raw: new Uint8Array(new BigInt64Array([most]).buffer) }), [2 ** 31 - 1]);
});

test('refuses tensors whose shape does not fit their elements', () => {
  for (const tensor of [
    { dims: [3], type: 1, floats: [1, 2] },
    { dims: [2 ** 40, 2 ** 40], type: 1, raw: new Uint8Array(4) },
    { dims: [-1], type: 1, floats: [1] },
    { dims: [2], type: 1, raw: new Uint8Array(7) },
  ]) {
    assert.throws(
      () => parseOnnx(withTensor(tensor)),
      (error: Error) => error instanceof FormatError && /'t'/.test(error.message),
    );
  }
});

test('recognises other files', () => {
  assert.throws(() => parseOnnx(new Uint8Array(0)), /not an ONNX model but an empty file/);
  assert.throws(() => parseOnnx(new TextEncoder().encode('<!DOCTYPE html><html>')), /HTML/);
  assert.throws(() => parseOnnx(new Uint8Array(100).fill(0xff)), /not an ONNX model/);
});

test('survives truncation anywhere', () => {
  const bytes = tiny();
  for (let length = 0; length < bytes.length; length++) survives(bytes.subarray(0, length), `${length} bytes`);
});

test('survives every single changed byte', () => {
  const bytes = tiny();
  for (let place = 0; place < bytes.length; place++) {
    for (const change of [1, 2, 8, 0x80, 0xff]) {
      const broken = bytes.slice();
      broken[place]! ^= change;
      survives(broken, `byte ${place} changed by ${change}`);
    }
  }
});

test('survives random changes', () => {
  const bytes = tiny();
  let seed = 1;
  const random = (below: number) => ((seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) >>> 8) % below;
  for (let round = 0; round < 3000; round++) {
    const broken = bytes.slice();
    for (let change = 0; change < 1 + (round % 5); change++) broken[random(bytes.length)] = random(256);
    survives(broken, `round ${round}`);
  }
});

const external = (location: string, place: Record<string, string> = {}) =>
  parseOnnx(withTensor({ dims: [2], type: 1, external: { location, ...place } }));

test('refuses external data without a way to read it', async () => {
  try {
    await loadExternalData(external('w.bin'));
    assert.unreachable();
  } catch (error) {
    assert.instance(error, UnsupportedError);
    assert.match((error as Error).message, /'t'.*'w.bin'/);
  }
});

test('refuses external data outside the folder of the model', async () => {
  for (const location of [
    '../w.bin',
    'a/../../w.bin',
    '/etc/passwd',
    'C:\\w.bin',
    '\\\\host\\w.bin',
    'file:///w.bin',
    'a\\..\\w',
    '',
  ]) {
    let message = '';
    await loadExternalData(external(location), () => new Uint8Array(8)).catch(
      (error: Error) => (message = error.message),
    );
    assert.match(message, /outside the model's folder/, location);
  }
});

test('reads external data from its place', async () => {
  const file = new Uint8Array(new Float32Array([9, 1, 2, 9]).buffer);
  const model = external('data/w.bin', { offset: '4', length: '8' });
  await loadExternalData(model, (location, offset, length) => {
    assert.is(location, 'data/w.bin');
    return file.subarray(offset, offset + length!);
  });
  assert.equal(Array.from(model.graph.initializers[0]!.data!), [1, 2]);
});

test('refuses external data of another length', async () => {
  let found: unknown;
  await loadExternalData(external('w.bin'), () => new Uint8Array(4)).catch((error: unknown) => (found = error));
  assert.instance(found, FormatError);
});

test.run();
