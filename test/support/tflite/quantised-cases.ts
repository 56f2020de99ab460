// Cases of 8-bit networks: integers of int8 and uint8 that stand for real numbers.

import { sizeOf } from '../../../src/ir/tensor.js';
import { seededFloats } from '../seeded.js';
import { bytes, INT32, INT8, ints, N1_TO_1, RELU, RELU6, SAME, strides, VALID, type TfliteCase } from './case.js';
import { bytesOf, type TensorSpec } from './write.js';

type Input = NonNullable<TfliteCase['inputs'][number]>;

const UINT8 = 3;

/** An output of integers. */
const out = (scale: number, zero: number, type: number = INT8): Partial<TensorSpec> => ({
  type,
  quantization: { scales: [scale], zeros: [zero] },
});

/** An input of the network of integers, for numbers from `low` to `high`. */
const q = (shape: readonly number[], scale: number, zero: number, type: number = INT8, low = -1, high = 1): Input => ({
  shape,
  low,
  high,
  type,
  quantization: { scales: [scale], zeros: [zero] },
});

/** Biases, in units of the sums. */
const biases = (numbers: readonly number[], scales: readonly number[]): Input => ({
  ...ints(numbers),
  quantization: { scales },
});

/** Weights of uint8 with one scale. */
const unsigned = (shape: readonly number[], scale: number, zero: number): Input => ({
  shape,
  type: UINT8,
  data: bytesOf(Uint8Array, [...seededFloats(sizeOf(shape), 55, 0, 255)].map(Math.round)),
  quantization: { scales: [scale], zeros: [zero] },
});

const IMAGE = [1, 7, 6, 4];
const SCALES = [0.004, 0.0021, 0.007, 0.0033];
const SUMS = SCALES.map((scale) => Math.fround(scale * 0.01));

const x = q(IMAGE, 0.01, 7);
const dense = bytes([4, 3, 3, 4], SCALES);
const bias = biases([300, -2000, 40, 777], SUMS);

const products: TfliteCase[] = [
  { name: 'conv', inputs: [x, dense, bias], options: { padding: SAME, ...strides(1) }, outputs: [out(0.05, -3)] },
  {
    name: 'conv relu6 stride 2',
    inputs: [x, dense, bias],
    options: { padding: VALID, ...strides(2), fused: RELU6 },
    outputs: [out(6 / 255, -128)],
  },
  {
    name: 'conv -1 to 1',
    inputs: [x, dense, bias],
    options: { padding: SAME, ...strides(1), fused: N1_TO_1 },
    outputs: [out(0.011, 4)],
  },
  {
    name: 'conv of uint8 relu',
    inputs: [q(IMAGE, 0.01, 117, UINT8), unsigned([3, 3, 3, 4], 0.005, 119), biases([9, -800, 4000], [0.00005])],
    options: { padding: SAME, ...strides(1), fused: RELU },
    outputs: [out(0.03, 0, UINT8)],
  },
].map((spec) => ({ op: 'CONV_2D', ...spec, name: `int8 ${spec.name}` }));

const others: TfliteCase[] = [
  {
    name: 'int8 depthwise relu6',
    op: 'DEPTHWISE_CONV_2D',
    inputs: [x, bytes([1, 3, 3, 4], SCALES, 3), bias],
    options: { padding: SAME, ...strides(2), multiplier: 1, fused: RELU6 },
    outputs: [out(0.02, -128)],
  },
  {
    name: 'int8 depthwise times 2 of uint8',
    op: 'DEPTHWISE_CONV_2D',
    inputs: [q([1, 5, 5, 2], 0.01, 100, UINT8), unsigned([1, 3, 3, 4], 0.004, 130), biases([7, 0, -90, 4], [0.00004])],
    options: { padding: SAME, ...strides(1), multiplier: 2 },
    outputs: [out(0.02, 131, UINT8)],
  },
  {
    name: 'int8 fully connected',
    op: 'FULLY_CONNECTED',
    inputs: [q([1, 2, 2, 3], 0.01, -5), bytes([5, 12], [0.006]), biases([1, -70, 900, 0, 55], [0.00006])],
    outputs: [out(0.04, 11)],
  },
  {
    name: 'int8 fully connected of uint8',
    op: 'FULLY_CONNECTED',
    inputs: [q([2, 6], 0.01, 128, UINT8), unsigned([4, 6], 0.006, 99), undefined],
    options: { fused: RELU },
    outputs: [out(0.02, 0, UINT8)],
  },
  {
    name: 'int8 transposed conv',
    op: 'TRANSPOSE_CONV',
    inputs: [ints([1, 14, 12, 3]), bytes([3, 3, 3, 4], SCALES.slice(0, 3)), x, biases([5, -90, 800], SUMS.slice(0, 3))],
    options: { padding: SAME, ...strides(2) },
    outputs: [out(0.03, 2)],
  },
];

const y = q(IMAGE, 0.02, -30, INT8, -2, 2);

const sums: TfliteCase[] = ['ADD', 'SUB', 'MUL'].flatMap((op): TfliteCase[] => [
  { name: `int8 ${op}`, op, inputs: [x, y], outputs: [out(0.025, 9)] },
  {
    name: `int8 ${op} of uint8 relu`,
    op,
    inputs: [q(IMAGE, 0.01, 117, UINT8), q(IMAGE, 0.02, 90, UINT8)],
    options: { fused: RELU },
    outputs: [out(0.012, 3, UINT8)],
  },
]);

const number: Input = {
  shape: [1],
  type: INT8,
  data: Uint8Array.of(57),
  quantization: { scales: [0.013], zeros: [-4] },
};

type Unnamed = Omit<TfliteCase, 'name'>;

const functions = (
  [
    { op: 'LOGISTIC', inputs: [q(IMAGE, 0.05, 3, INT8, -6, 6)], outputs: [out(1 / 256, -128)] },
    { op: 'TANH', inputs: [q(IMAGE, 0.03, -8, INT8, -4, 4)], outputs: [out(1 / 128, 0)] },
    { op: 'HARD_SWISH', inputs: [q(IMAGE, 0.05, 1, INT8, -5, 5)], outputs: [out(0.03, -110)] },
    { op: 'LEAKY_RELU', inputs: [y], options: { alpha: { float: 0.13 } }, outputs: [out(0.018, -60)] },
    { op: 'RELU', inputs: [y], outputs: [out(0.009, -120)] },
    { op: 'RELU6', inputs: [q(IMAGE, 0.06, -9, INT8, -7, 7)], outputs: [out(0.025, -128)] },
    { op: 'ADD', inputs: [x, number], outputs: [out(0.02, 0)] },
    { op: 'MUL', inputs: [x, number], outputs: [out(0.006, 0)] },
    {
      op: 'SOFTMAX',
      inputs: [q([3, 6], 0.05, 3, INT8, -4, 4)],
      options: { beta: { float: 1 } },
      outputs: [out(1 / 256, -128)],
    },
  ] as Unnamed[]
).map((spec): TfliteCase => ({ ...spec, name: `int8 ${spec.op}${spec.inputs.length > 1 ? ' of a number' : ''}` }));

const regions: TfliteCase[] = [
  {
    name: 'int8 average of windows',
    op: 'AVERAGE_POOL_2D',
    inputs: [x],
    options: { padding: SAME, ...strides(2), filter_width: 3, filter_height: 2 },
    outputs: [out(0.01, 7)],
  },
  {
    name: 'int8 average of the image',
    op: 'AVERAGE_POOL_2D',
    inputs: [x],
    options: { padding: VALID, ...strides(1), filter_width: 6, filter_height: 7 },
    outputs: [out(0.01, 7)],
  },
  {
    name: 'int8 maximum of windows',
    op: 'MAX_POOL_2D',
    inputs: [x],
    options: { padding: SAME, ...strides(2), filter_width: 3, filter_height: 3 },
    outputs: [out(0.01, 7)],
  },
  { name: 'int8 mean', op: 'MEAN', inputs: [x, ints([1, 2])], outputs: [out(0.004, -20)] },
  {
    name: 'int8 resized to the nearest',
    op: 'RESIZE_NEAREST_NEIGHBOR',
    inputs: [x, ints([14, 12])],
    outputs: [out(0.01, 7)],
  },
  { name: 'int8 resized', op: 'RESIZE_BILINEAR', inputs: [x, ints([9, 11])], outputs: [out(0.01, 7)] },
];

const moves = (
  [
    { op: 'RESHAPE', inputs: [x, ints([1, 42, 2, 2])] },
    { op: 'SQUEEZE', inputs: [x], options: { squeeze_dims: [0] } },
    { op: 'TRANSPOSE', inputs: [x, ints([0, 2, 1, 3])] },
    { op: 'PAD', inputs: [x, ints([0, 0, 1, 2, 0, 1, 0, 0], [4, 2])] },
    {
      op: 'SLICE',
      inputs: [x, ints([0, 1, 0, 2]), ints([1, 4, 6, 2])],
      outputs: [{ ...out(0.01, 7), shape: [1, 4, 6, 2] }],
    },
    { op: 'GATHER', inputs: [x, ints([3, 1, 2])], options: { axis: 1 } },
    { op: 'CONCATENATION', inputs: [x, q([1, 7, 6, 3], 0.01, 7)], options: { axis: 3 } },
  ] as Unnamed[]
).map((spec): TfliteCase => ({ outputs: [out(0.01, 7)], ...spec, name: `int8 ${spec.op}` }));

const conversions: TfliteCase[] = [
  { name: 'QUANTIZE', op: 'QUANTIZE', inputs: [{ shape: [5, 6], low: -2, high: 2 }], outputs: [out(0.011, 5)] },
  { name: 'QUANTIZE again', op: 'QUANTIZE', inputs: [x], outputs: [out(0.017, 110, UINT8)] },
  { name: 'DEQUANTIZE', op: 'DEQUANTIZE', inputs: [y] },
  {
    name: 'ARG_MAX of int8',
    op: 'ARG_MAX',
    inputs: [x, ints([3], [])],
    options: { output_type: { byte: INT32 } },
    outputs: [INT32],
  },
];

/** Layers of integers. */
export const QUANTISED_CASES: readonly TfliteCase[] = [
  ...products,
  ...others,
  ...sums,
  ...functions,
  ...regions,
  ...moves,
  ...conversions,
];
