// Reading and writing NumPy files.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FormatError } from '../../src/errors.js';
import { readNpy, writeNpy } from '../../src/node/npy.js';
import type { Tensor } from '../../src/ir/tensor.js';

const test = suite('npy');

const fileOf = (header: string, data: ArrayBufferView, version = 1): Uint8Array => {
  const text = new TextEncoder().encode(header);
  const length = version === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0];
  const numbers = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return Uint8Array.from([0x93, ...new TextEncoder().encode('NUMPY'), version, 0, ...length, ...text, ...numbers]);
};

const headerOf = (descr: string, shape: string, order = 'False'): string =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${shape}), }   \n`;

const refuses = (bytes: Uint8Array, message: RegExp): void =>
  assert.throws(
    () => readNpy(bytes),
    (error: unknown) => error instanceof FormatError && message.test(error.message),
  );

const tensors: Record<string, Tensor> = {
  'float32 of rank 3': { data: Float32Array.of(1, -2.5, -Infinity, Infinity, 0, 1e-30), shape: [1, 2, 3] },
  'float32 of rank 1': { data: Float32Array.of(1, 2), shape: [2] },
  'a scalar': { data: Float32Array.of(7), shape: [] },
  'nothing at all': { data: new Float32Array(0), shape: [0, 3] },
  int32: { data: Int32Array.of(-1, 2 ** 31 - 1), shape: [2, 1] },
  int64: { data: BigInt64Array.of(-1n, 2n ** 60n), shape: [2] },
  bool: { data: Uint8Array.of(1, 0, 1), shape: [3] },
};

for (const [name, tensor] of Object.entries(tensors)) {
  test(`${name} is read as it was written`, () => assert.equal(readNpy(writeNpy(tensor)), tensor));
}

test('the data begin at a multiple of 64, after a line end, as NumPy writes them', () => {
  const bytes = writeNpy({ data: Float32Array.of(1.5), shape: [1] });
  assert.is(bytes.length, 128 + 4);
  assert.is(bytes[127], 0x0a);
  assert.match(
    new TextDecoder().decode(bytes.subarray(10, 127)),
    /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(1,\), \} +$/,
  );
});

const CONVERTED: [string, ArrayBufferView, Tensor['data']][] = [
  ['<f8', Float64Array.of(0.1, 2), Float32Array.of(0.1, 2)],
  ['<f2', Uint16Array.of(0x3c00, 0xc000), Float32Array.of(1, -2)],
  ['|u1', Uint8Array.of(0, 255), Int32Array.of(0, 255)],
  ['|i1', Int8Array.of(-128, 127), Int32Array.of(-128, 127)],
  ['<u2', Uint16Array.of(0, 65535), Int32Array.of(0, 65535)],
  ['<i2', Int16Array.of(-5, 5), Int32Array.of(-5, 5)],
  ['<u4', Uint32Array.of(0, 2 ** 31 - 1), Int32Array.of(0, 2 ** 31 - 1)],
];

for (const [descr, data, expected] of CONVERTED) {
  test(`${descr} is read`, () =>
    assert.equal(readNpy(fileOf(headerOf(descr, '2,'), data)), { data: expected, shape: [2] }));
}

for (const version of [1, 2, 3]) {
  test(`version ${version} is read`, () => {
    const { data, shape } = readNpy(fileOf(headerOf('<f4', '1, 2'), Float32Array.of(3, 4), version));
    assert.equal(
      [[...data], shape],
      [
        [3, 4],
        [1, 2],
      ],
    );
  });
}

test('reads from bytes that do not begin at a multiple of four', () => {
  const file = fileOf(headerOf('<f4', '2,'), Float32Array.of(3, 4));
  const moved = new Uint8Array(file.length + 3);
  moved.set(file, 3);
  assert.equal([...readNpy(moved.subarray(3)).data], [3, 4]);
});

test('a Buffer is read like any other array of bytes', () => {
  const tensor: Tensor = { data: Float32Array.of(1, 2, 3), shape: [3] };
  assert.equal(readNpy(Buffer.from(writeNpy(tensor))), tensor);
});

test('refuses other files, orders, types and lengths', () => {
  const data = Float32Array.of(1, 2);
  refuses(new Uint8Array(0), /not a \.npy file/);
  refuses(new TextEncoder().encode('<!doctype html>'), /not a \.npy file/);
  refuses(fileOf(headerOf('<f4', '2,'), data, 4), /version 4/);
  refuses(fileOf(headerOf('>f4', '2,'), data), /holds '>f4'/);
  refuses(fileOf(headerOf('<c8', '1,'), data), /holds '<c8'/);
  refuses(fileOf(headerOf('|O', '1,'), data), /holds '\|O'/);
  refuses(fileOf(headerOf('<f4', '2,', 'True'), data), /Fortran order/);
  refuses(fileOf(headerOf('<f4', '3,'), data), /needs 12/);
  refuses(fileOf(headerOf('<f4', '1,'), data), /needs 4/);
  refuses(fileOf(headerOf('<f4', '99999999999, 99999999999'), data), /needs/);
  refuses(fileOf("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", data), /records/);
  refuses(fileOf('{}', data), /cannot be read/);
  refuses(fileOf(headerOf('<u4', '1,'), Uint32Array.of(2 ** 31)), /beyond 32 bits/);
});

test('a file truncated anywhere is refused', () => {
  const bytes = writeNpy({ data: Float32Array.of(1, 2, 3), shape: [3] });
  for (let length = 0; length < bytes.length; length++) refuses(bytes.subarray(0, length), /npy/);
});

test.run();
