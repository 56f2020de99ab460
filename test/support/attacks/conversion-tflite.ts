// Attacks by TensorFlow Lite files: places, sizes, shapes, quantisation, options and lists that are not as they should be.

import { bytesOf, writeTflite, type ModelSpec, type NodeSpec, type TensorSpec } from '../tflite/write.js';
import type { Attack } from './attack.js';
import { range, tflite, times } from './conversion-attack.js';

const INT8 = 9;
const INT32 = 2;

const x = (shape: number[] = [1, 3]): TensorSpec => ({ name: 'x', shape });

const y = (shape: number[] = [1, 3]): TensorSpec => ({ name: 'y', shape });

const ints = (values: number[], shape = [values.length]): TensorSpec => ({
  shape,
  type: INT32,
  data: bytesOf(Int32Array, values),
});

/** A model from the first tensor to the second. */
const model = (tensors: TensorSpec[], nodes: NodeSpec[], more: Partial<ModelSpec> = {}): Uint8Array =>
  writeTflite({ tensors, nodes, inputs: [0], outputs: [1], ...more });

/** An attack by one operator, which reads the first tensor and those from the third on. */
const one = (name: string, op: string, constants: TensorSpec[], more: Partial<NodeSpec> = {}, from = x(), to = y()) =>
  tflite(name, () =>
    model([from, to, ...constants], [{ op, inputs: [0, ...constants.map((_, i) => i + 2)], outputs: [1], ...more }]),
  );

const RELU: NodeSpec = { op: 'RELU', inputs: [0], outputs: [1] };

const small = (): Uint8Array => model([x(), y()], [RELU]);

/** The model of one RELU with its words of 4 bytes overwritten where `at` says. */
const damaged = (name: string, word: number, at: (index: number, count: number) => boolean): Attack =>
  tflite(name, () => {
    const bytes = small();
    const view = new DataView(bytes.buffer);
    const count = bytes.length >> 2;
    for (let i = 2; i < count; i++) if (at(i, count)) view.setUint32(i * 4, word, true);
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

const BIG = 2 ** 31 - 1;

/** A FlexBuffer: a map of as many entries as it says, of which it has none. */
const flexMap = (length: number): Uint8Array => {
  const bytes = new Uint8Array(64);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, 8, true); // the keys: here, which is anywhere
  view.setUint32(12, 4, true);
  view.setUint32(16, length, true);
  view.setUint32(60 - 4, 36, true);
  bytes.set([4, 0, 38, 4], 60);
  return bytes;
};

/** Attacks by TensorFlow Lite files. */
export const tfliteAttacks: readonly Attack[] = [
  ...[0, 1, 0x7fffffff, 0x80000000, 0xffffffff].map((word) =>
    damaged(`every place of a file is ${word}`, word, (i) => i > 2),
  ),
  ...times(12, (k) =>
    damaged(
      `a place of a file, the ${k + 1}th part, leads outside`,
      0xfffffff0,
      (i, count) => i % 12 === k && i < count,
    ),
  ),
  ...times(12, (k) =>
    damaged(`a place of a file, the ${k + 1}th part, leads to itself`, 0, (i, count) => i % 12 === k && i < count),
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
  tflite('100,000 operators that nothing reads', () =>
    model([x(), y(), { shape: [1, 3] }], [RELU, ...times(1e5, () => ({ ...RELU, outputs: [2] }))]),
  ),
  tflite('100,000 unknown operators', () =>
    model(
      [x(), y()],
      times(1e5, () => ({ ...RELU, op: 'FOO' })),
    ),
  ),
  tflite('10,000 unknown operators in a row', () =>
    model(
      [x(), y(), ...times(10000, () => ({ shape: [1, 3] }))],
      times(10000, (i) => ({ op: `FOO${i % 50}`, inputs: [i ? i + 1 : 0], outputs: [i === 9999 ? 1 : i + 2] })),
    ),
  ),
  chainOf(100000, 'RELU'),
  chainOf(5000, 'RELU'),
  chainOf(5000, 'LOGISTIC'),
  chainOf(5000, 'SOFTMAX', { beta: { float: 1 } }),
  chainOf(3000, 'ADD', {}, [{ shape: [1], data: bytesOf(Float32Array, [1]) }]),
  chainOf(3000, 'RESHAPE', {}, [ints([1, 3])]),
  chainOf(3000, 'TRANSPOSE', {}, [ints([0, 1])]),
  chainOf(3000, 'PAD', {}, [ints([0, 0, 0, 0], [2, 2])]),
  chainOf(1000, 'FULLY_CONNECTED', {}, [{ shape: [3, 3], data: new Uint8Array(36) }]),
  tflite('a sum of 20,000 inputs of TensorFlow Lite', () =>
    model([x(), y()], [{ op: 'ADD_N', inputs: times(20000, () => 0), outputs: [1] }]),
  ),
  tflite('a CONCATENATION of 20,000 inputs', () =>
    model([x(), y()], [{ op: 'CONCATENATION', inputs: times(20000, () => 0), outputs: [1], options: { axis: 1 } }]),
  ),
  tflite('a CONCATENATION of 4,000 inputs', () =>
    model([x(), y()], [{ op: 'CONCATENATION', inputs: times(4000, () => 0), outputs: [1], options: { axis: 1 } }]),
  ),
  tflite('a PACK of 4,000 inputs', () =>
    model([x(), y()], [{ op: 'PACK', inputs: times(4000, () => 0), outputs: [1], options: { values_count: 4000 } }]),
  ),
  tflite('a SPLIT into 65,000', () =>
    model(
      [x([1, 65000]), y(), ints([1], []), ...times(65000, () => ({ shape: [1, 1] }))],
      [
        { op: 'SPLIT', inputs: [2, 0], outputs: times(65000, (i) => i + 3), options: { num_splits: 65000 } },
        { op: 'RELU', inputs: [3], outputs: [1] },
      ],
    ),
  ),
  tflite('a SPLIT into 2^31', () =>
    model([x(), y(), ints([1], [])], [{ op: 'SPLIT', inputs: [2, 0], outputs: [1], options: { num_splits: BIG } }]),
  ),
  tflite('an UNPACK into 2^31', () =>
    model([x(), y()], [{ op: 'UNPACK', inputs: [0], outputs: [1], options: { num: BIG, axis: 1 } }]),
  ),
  one('a reshape to a shape that overflows', 'RESHAPE', [ints(times(6, () => BIG))]),
  one('a reshape to a million axes of TensorFlow Lite', 'RESHAPE', [ints(times(1e6, () => 1))]),
  one('a reshape by options of a million axes', 'RESHAPE', [], { options: { new_shape: times(1e6, () => 1) } }),
  one('a squeeze of a million axes', 'SQUEEZE', [], { options: { squeeze_dims: times(1e6, (i) => i) } }),
  one('a transpose of a million axes', 'TRANSPOSE', [ints(range(1e6))]),
  one('a pad of 2^31', 'PAD', [ints([0, 0, 0, BIG], [2, 2])]),
  one('a TILE of 2^31', 'TILE', [ints([BIG, BIG])]),
  one('a BROADCAST_TO of 2^62', 'BROADCAST_TO', [ints([BIG, BIG, 3])]),
  one('a GATHER of 100,000 of 4,096', 'GATHER', [ints(times(1e5, () => 0))], { options: { axis: 0 } }, x([1, 4096])),
  one('a STRIDED_SLICE in steps of 0', 'STRIDED_SLICE', [ints([0, 0]), ints([1, 3]), ints([0, 0])]),
  one(
    'a STRIDED_SLICE of 32 new axes',
    'STRIDED_SLICE',
    [ints(times(32, () => 0)), ints(times(32, () => 1)), ints(times(32, () => 1))],
    { options: { new_axis_mask: -1 } },
  ),
  one('SPACE_TO_DEPTH by 2^31', 'SPACE_TO_DEPTH', [], { options: { block_size: BIG } }, x([1, 4, 4, 1])),
  one('DEPTH_TO_SPACE by 0', 'DEPTH_TO_SPACE', [], { options: { block_size: 0 } }, x([1, 4, 4, 1])),
  one(
    'pooling by 2^31',
    'MAX_POOL_2D',
    [],
    { options: { filter_width: BIG, filter_height: BIG, stride_w: 1, stride_h: 1 } },
    x([1, 4, 4, 1]),
  ),
  one(
    'pooling in steps of 0',
    'MAX_POOL_2D',
    [],
    { options: { filter_width: 2, filter_height: 2, stride_w: 0, stride_h: 0 } },
    x([1, 4, 4, 1]),
  ),
  one('an image enlarged to 2^62', 'RESIZE_BILINEAR', [ints([BIG, BIG])], {}, x([1, 4, 4, 1])),
  one('one hot of 2^31 classes', 'ONE_HOT', [ints([BIG], []), ints([1], []), ints([0], [])], { options: { axis: -1 } }),
  tflite('zeros of 2^31', () =>
    model(
      [x(), y(), ints([BIG, BIG]), ints([0], []), { shape: [1] }],
      [
        { op: 'FILL', inputs: [2, 3], outputs: [4] },
        { op: 'ADD', inputs: [0, 4], outputs: [1] },
      ],
    ),
  ),
  tflite('a range of 2^31 of TensorFlow Lite', () =>
    model(
      [x(), y(), ints([0], []), ints([BIG], []), ints([1], []), { shape: [1] }],
      [
        { op: 'RANGE', inputs: [2, 3, 4], outputs: [5] },
        { op: 'ADD', inputs: [0, 5], outputs: [1] },
      ],
    ),
  ),
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
  one('options of 4 MB', 'TFLite_Detection_PostProcess', [], { custom: new Uint8Array(2 ** 22) }),
  one('options that are damaged', 'TFLite_Detection_PostProcess', [], {
    custom: new Uint8Array([255, 255, 255, 255, 38, 4]),
  }),
  one('options of one byte', 'TFLite_Detection_PostProcess', [], { custom: new Uint8Array([1]) }),
  ...[1, 64, 65, BIG, 2 ** 32 - 1].map((length) =>
    one(
      `options that say ${length} entries`,
      'TFLite_Detection_PostProcess',
      [{ shape: [3, 4], data: new Uint8Array(48) }, { shape: [1, 3, 2] }],
      { custom: flexMap(length) },
      x([1, 3, 4]),
    ),
  ),
  tflite('metadata of 4 MB of nothing', () => model([x(), y()], [RELU], { metadata: new Uint8Array(2 ** 22) })),
  tflite('metadata that are the file', () => model([x(), y()], [RELU], { metadata: small() })),
  tflite('a WHILE that has no graphs', () => model([x(), y()], [{ ...RELU, op: 'CUSTOM', custom: new Uint8Array(0) }])),
];
