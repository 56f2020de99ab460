// Attacks by TensorFlow Lite files: places, sizes, shapes, quantisation and lists that are not as they should be.

import { bytesOf, type NodeSpec, type TensorSpec } from '../tflite/write.js';
import type { Attack } from './attack.js';
import { range, tflite, times } from './conversion-attack.js';
import { BIG, ints, model, one, RELU, x, y } from './tflite-models.js';

const INT8 = 9;

const small = (): Uint8Array => model([x(), y()], [RELU]);

/** The model of one RELU with its words of 4 bytes overwritten where `at` says. */
const damaged = (name: string, word: number, at: (index: number) => boolean): Attack =>
  tflite(name, () => {
    const bytes = small();
    const view = new DataView(bytes.buffer);
    const count = bytes.length >> 2;
    for (let i = 2; i < count; i++) if (at(i)) view.setUint32(i * 4, word, true);
    return bytes;
  });

/** A chain of one operator. */
const chainOf = (count: number, op: string, options?: NodeSpec['options'], constants: TensorSpec[] = []): Attack =>
  tflite(`${count} ${op} in a row of TensorFlow Lite`, () => {
    const more = constants.map((_, i) => i + 2);
    const place = (i: number) => (i < 0 ? 0 : i === count - 1 ? 1 : 2 + constants.length + i);
    const middle = times(count - 1, () => ({ shape: [1, 3] }));
    const nodes = times(count, (i) => ({
      op,
      inputs: [place(i - 1), ...more],
      outputs: [place(i)],
      ...(options && { options }),
    }));
    return model([x(), y(), ...constants, ...middle], nodes);
  });

const quantised = (count: number, scales: number, axis = 0, zeros = scales): TensorSpec => ({
  shape: [count],
  type: INT8,
  data: new Uint8Array(count),
  quantization: { scales: times(scales, () => 1), zeros: times(zeros, () => 0), axis },
});

const sparse = (shape: number[], sizes: number[], elements = 1): TensorSpec => ({
  shape,
  data: new Uint8Array(4 * elements),
  sparsity: { order: range(sizes.length), blocks: [], levels: sizes.map((size) => ({ size })) },
});

/** Attacks by the form of TensorFlow Lite files. */
export const tfliteFileAttacks: readonly Attack[] = [
  ...[0, 0x7fffffff, 0x80000000].map((word) => damaged(`every place of a file is ${word}`, word, (i) => i > 2)),
  ...[1, 4, 7].map((k) =>
    damaged(`every 12th place of a file, from ${k} on, leads outside`, 0xfffffff0, (i) => i % 12 === k),
  ),
  ...[0, 1, 5, 8, 10].map((k) =>
    damaged(`every 12th place of a file, from ${k} on, leads to itself`, 0, (i) => i % 12 === k),
  ),
  tflite('a file that ends after its name', () => small().slice(0, 8)),
  tflite('the first half of a file', () => small().slice(0, small().length >> 1)),
  tflite('16 MB after a file', () => {
    const bytes = new Uint8Array(2 ** 24);
    bytes.set(small());
    return bytes;
  }),
  tflite('a file whose root is far away', () => {
    const bytes = small();
    new DataView(bytes.buffer).setUint32(0, 0xffffffff, true);
    return bytes;
  }),
  tflite('a shape that overflows', () => model([x(times(6, () => BIG)), y()], [RELU])),
  tflite('a shape of a million axes', () => model([x(times(1e6, () => 1)), y()], [RELU])),
  tflite('a shape of negative sizes', () => model([x([1, -5, -(2 ** 31)]), y()], [RELU])),
  tflite('a signature of a million axes', () =>
    model([{ ...x(times(1e6, () => 1)), signature: times(1e6, () => -1) }, y()], [RELU]),
  ),
  tflite('an input of 2^29 numbers of TensorFlow Lite', () => model([x([1, 2 ** 29]), y()], [RELU])),
  tflite('an input of 2^23 channels', () => model([x([1, 2 ** 23]), y()], [RELU])),
  tflite('an input that is its output', () => model([x(), y()], [RELU], { outputs: [0] })),
  tflite('tensors that are not there', () => model([x(), y()], [{ ...RELU, inputs: [BIG] }])),
  tflite('outputs that are not there', () => model([x(), y()], [{ ...RELU, outputs: [BIG] }])),
  tflite('a circle of nodes of TensorFlow Lite', () =>
    model([x(), y()], [{ op: 'ADD', inputs: [0, 1], outputs: [1] }]),
  ),
  tflite('the same input 100,000 times', () => model([x(), y()], [RELU], { inputs: times(1e5, () => 0) })),
  tflite('the same output 100,000 times of TensorFlow Lite', () =>
    model([x(), y()], [RELU], { outputs: times(1e5, () => 1) }),
  ),
  tflite('100,000 tensors that nothing reads of TensorFlow Lite', () =>
    model([x(), y(), ...times(1e5, () => ({ shape: [1] }))], [RELU]),
  ),
  tflite('20,000 tensors of one name', () =>
    model([x(), y(), ...times(20000, () => ({ name: 'x', shape: [1] }))], [RELU]),
  ),
  tflite('a name of 4 MB of TensorFlow Lite', () => model([{ name: 'n'.repeat(2 ** 22), shape: [1, 3] }, y()], [RELU])),
  tflite('10,000 unknown operators in a row', () =>
    model(
      [x(), y(), ...times(10000, () => ({ shape: [1, 3] }))],
      times(10000, (i) => ({ op: `FOO${i % 50}`, inputs: [i ? i + 1 : 0], outputs: [i === 9999 ? 1 : i + 2] })),
    ),
  ),
  chainOf(70000, 'RELU'),
  chainOf(1000, 'RELU'),
  chainOf(1000, 'SOFTMAX', { beta: { float: 1 } }),
  chainOf(1000, 'ADD', {}, [{ shape: [1], data: bytesOf(Float32Array, [1]) }]),
  chainOf(1000, 'RESHAPE', {}, [ints([1, 3])]),
  chainOf(1000, 'TRANSPOSE', {}, [ints([0, 1])]),
  chainOf(1000, 'PAD', {}, [ints([0, 0, 0, 0], [2, 2])]),
  chainOf(500, 'FULLY_CONNECTED', {}, [{ shape: [3, 3], data: new Uint8Array(36) }]),
  one('data shorter than their shape', 'ADD', [{ shape: [BIG], data: new Uint8Array(4) }]),
  one('data longer than their shape', 'ADD', [{ shape: [1], data: new Uint8Array(2 ** 20) }]),
  one('a type that there is not', 'ADD', [{ shape: [1], type: 99, data: new Uint8Array(4) }]),
  one('300,000 scales', 'ADD', [quantised(300000, 300000)], {}, x([300000])),
  one('300,000 scales of three numbers', 'ADD', [quantised(3, 300000)]),
  one('scales along an axis of 2^31', 'ADD', [quantised(3, 3, BIG)]),
  one('scales along a negative axis', 'ADD', [quantised(3, 3, -1)]),
  one('zeros without scales', 'ADD', [quantised(3, 3, 0, 1000)]),
  one('scales along an axis of 0', 'ADD', [
    { ...quantised(0, 2), shape: [0, 2], quantization: { scales: [1, 1], axis: 1 } },
  ]),
  one('a sparse tensor of 2^60', 'ADD', [sparse([BIG, BIG], [BIG, BIG])]),
  one('a sparse tensor of 4,096 x 4,096', 'ADD', [sparse([4096, 4096], [4096, 4096])]),
  one('a sparse tensor of 16 million', 'ADD', [sparse([2 ** 24], [2 ** 24])]),
  one('a sparse tensor of 100,000 levels', 'ADD', [
    sparse(
      [3],
      times(1e5, () => 1),
    ),
  ]),
  one('a sparse tensor of 20,000 levels and a shape of as many axes', 'ADD', [
    sparse(
      times(20000, () => 1),
      times(20000, () => 1),
    ),
  ]),
  one('a sparse tensor whose rows are all the same', 'ADD', [
    {
      shape: [1000, 1000],
      data: new Uint8Array(4),
      sparsity: {
        order: [0, 1],
        blocks: [],
        levels: [{ size: 1000 }, { segments: times(1001, (i) => (i % 2) * 1000), indices: times(1000, () => 0) }],
      },
    },
  ]),
  one('a sparse tensor of negative sizes', 'ADD', [sparse([4, 4], [-1, -4])]),
  tflite('metadata of 4 MB of nothing', () => model([x(), y()], [RELU], { metadata: new Uint8Array(2 ** 22) })),
  tflite('metadata that are the file', () => model([x(), y()], [RELU], { metadata: small() })),
  tflite('a WHILE that has no graphs', () => model([x(), y()], [{ ...RELU, op: 'CUSTOM', custom: new Uint8Array(0) }])),
];
