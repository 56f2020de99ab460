// Cases of convolutions, matrices, pooling and reductions.

import { INT32, INT64, x, floats, ints, strides, SAME, VALID, RELU, N1_TO_1, RELU6, type TfliteCase } from './case.js';

const image = [1, 7, 6, 3];

const convolutions: TfliteCase[] = [
  {
    name: 'conv same',
    op: 'CONV_2D',
    inputs: [x(image), floats([4, 3, 3, 3]), floats([4])],
    options: { padding: SAME, ...strides(1) },
  },
  {
    name: 'conv same stride 2 relu6',
    op: 'CONV_2D',
    inputs: [x([1, 8, 5, 3], -4, 4), floats([5, 3, 3, 3]), floats([5])],
    options: { padding: SAME, ...strides(2), fused: RELU6 },
  },
  {
    name: 'conv valid strides 1 and 2 relu',
    op: 'CONV_2D',
    inputs: [x(image), floats([4, 2, 3, 3]), floats([4])],
    options: { padding: VALID, ...strides(1, 2), fused: RELU },
  },
  {
    name: 'conv dilated',
    op: 'CONV_2D',
    inputs: [x([1, 9, 8, 2]), floats([3, 3, 2, 2]), floats([3])],
    options: { padding: SAME, ...strides(1), dilation_h: 2, dilation_w: 3 },
  },
  {
    name: 'conv in groups, -1 to 1',
    op: 'CONV_2D',
    inputs: [x([1, 5, 5, 4]), floats([6, 3, 3, 2]), floats([6])],
    options: { padding: SAME, ...strides(1), fused: N1_TO_1 },
  },
  {
    name: 'conv of two photos',
    op: 'CONV_2D',
    inputs: [x([2, 4, 4, 3]), floats([2, 3, 3, 3]), floats([2])],
    options: { padding: SAME, ...strides(2) },
  },
  {
    name: 'depthwise same stride 2',
    op: 'DEPTHWISE_CONV_2D',
    inputs: [x([1, 8, 7, 4]), floats([1, 3, 3, 4]), floats([4])],
    options: { padding: SAME, ...strides(2), multiplier: 1, fused: RELU6 },
  },
  {
    name: 'depthwise times 2',
    op: 'DEPTHWISE_CONV_2D',
    inputs: [x(image), floats([1, 3, 2, 6]), floats([6])],
    options: { padding: VALID, ...strides(1), multiplier: 2 },
  },
  {
    name: 'depthwise of one channel',
    op: 'DEPTHWISE_CONV_2D',
    inputs: [x([1, 6, 5, 1]), floats([1, 3, 3, 4]), floats([4])],
    options: { padding: SAME, ...strides(1), multiplier: 4 },
  },
  {
    name: 'depthwise dilated',
    op: 'DEPTHWISE_CONV_2D',
    inputs: [x([1, 9, 9, 2]), floats([1, 3, 3, 2]), floats([2])],
    options: { padding: SAME, ...strides(1), multiplier: 1, dilation_h: 2, dilation_w: 2 },
  },
  {
    name: 'transposed same',
    op: 'TRANSPOSE_CONV',
    inputs: [ints([1, 8, 6, 4]), floats([4, 3, 3, 2]), x([1, 4, 3, 2])],
    options: { padding: SAME, ...strides(2) },
  },
  {
    name: 'transposed same, odd size and bias',
    op: 'TRANSPOSE_CONV',
    inputs: [ints([1, 7, 5, 3]), floats([3, 4, 2, 2]), x([1, 4, 3, 2]), floats([3])],
    options: { padding: SAME, ...strides(2), fused: RELU },
  },
  {
    name: 'transposed valid',
    op: 'TRANSPOSE_CONV',
    inputs: [ints([1, 9, 7, 2]), floats([2, 3, 3, 3]), x([1, 4, 3, 3])],
    options: { padding: VALID, ...strides(2) },
  },
  {
    name: 'transposed, stride beyond the kernel',
    op: 'TRANSPOSE_CONV',
    inputs: [ints([1, 9, 6, 2]), floats([2, 2, 2, 2]), x([1, 3, 2, 2])],
    options: { padding: SAME, ...strides(3) },
  },
  {
    name: 'fully connected',
    op: 'FULLY_CONNECTED',
    inputs: [x([2, 5]), floats([3, 5]), floats([3])],
    options: { fused: RELU },
  },
  {
    name: 'fully connected to an image',
    op: 'FULLY_CONNECTED',
    inputs: [x([1, 2, 2, 3]), floats([4, 12]), floats([4])],
  },
  {
    name: 'fully connected, dimensions kept',
    op: 'FULLY_CONNECTED',
    inputs: [x([2, 3, 4]), floats([5, 4]), undefined],
    options: { keep_num_dims: true },
  },
  { name: 'matrices', op: 'BATCH_MATMUL', inputs: [x([2, 3, 4]), x([2, 4, 2])] },
  {
    name: 'matrices, both turned',
    op: 'BATCH_MATMUL',
    inputs: [x([2, 4, 3]), x([2, 2, 4])],
    options: { adj_x: true, adj_y: true },
  },
];

const pool = (op: string, manner: 'same' | 'valid', size: number, stride: number): TfliteCase => ({
  name: `${op} ${manner}`,
  op,
  inputs: [x(image)],
  options: {
    padding: manner === 'same' ? SAME : VALID,
    filter_height: size,
    filter_width: size,
    ...strides(stride),
  },
});

const pooling: TfliteCase[] = [
  pool('AVERAGE_POOL_2D', 'same', 3, 2),
  pool('AVERAGE_POOL_2D', 'valid', 2, 1),
  pool('MAX_POOL_2D', 'same', 3, 2),
  pool('MAX_POOL_2D', 'valid', 2, 2),
  pool('L2_POOL_2D', 'same', 2, 1),
];

const ranges: TfliteCase[] = [
  ...['MEAN', 'SUM', 'REDUCE_MAX', 'REDUCE_MIN', 'REDUCE_PROD'].map((op): TfliteCase => ({
    name: `${op} of images`,
    op,
    inputs: [x(image), ints([1, 2])],
    options: { keep_dims: true },
  })),
  { name: 'MEAN of negative and repeated axes', op: 'MEAN', inputs: [x(image), ints([-1, 3, 1])] },
  { name: 'SOFTMAX', op: 'SOFTMAX', inputs: [x([2, 5], -4, 4)], options: { beta: { float: 1 } } },
  { name: 'SOFTMAX beta', op: 'SOFTMAX', inputs: [x([1, 2, 2, 4])], options: { beta: { float: 2.5 } } },
  { name: 'LOG_SOFTMAX', op: 'LOG_SOFTMAX', inputs: [x([2, 5], -4, 4)] },
  { name: 'L2_NORMALIZATION', op: 'L2_NORMALIZATION', inputs: [x([2, 6])] },
  {
    name: 'LOCAL_RESPONSE_NORMALIZATION',
    op: 'LOCAL_RESPONSE_NORMALIZATION',
    inputs: [x([1, 2, 2, 7])],
    options: { radius: 2, bias: { float: 1.5 }, alpha: { float: 0.3 }, beta: { float: 0.75 } },
  },
  {
    name: 'ARG_MAX',
    op: 'ARG_MAX',
    inputs: [x([2, 3, 4]), ints([-1])],
    options: { output_type: { byte: INT64 } },
    outputs: [INT64],
  },
  {
    name: 'ARG_MIN',
    op: 'ARG_MIN',
    inputs: [x([2, 3, 4]), ints([1])],
    options: { output_type: { byte: INT32 } },
    outputs: [INT32],
  },
];

/** Convolutions, matrices, pooling and reductions. */
export const LAYER_CASES: readonly TfliteCase[] = [...convolutions, ...pooling, ...ranges];
