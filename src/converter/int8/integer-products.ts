// Convolutions and products with constant matrices on integers.

import { asOp, type Node } from '../../ir/graph.js';
import { sizeOf } from '../../ir/tensor.js';
import { channelsOf, type Constant, type Value } from '../../ir/value.js';
import { blocksOf } from '../../ops/conv/attrs.js';
import { rowsByOutput } from '../../ops/conv/block-weights.js';
import { conv } from '../../ops/conv/conv.js';
import type { Int8ConvAttrs } from '../../ops/int8/attrs.js';
import { isScale } from '../../ops/int8/checks.js';
import { convInt8 } from '../../ops/int8/conv-int8.js';
import { isPacked, matmul } from '../../ops/matmul.js';
import { fitsSums, largestSum } from '../../ops/int8/integers.js';
import { scaleOfRow } from './grid.js';
import { reshaped, withinBounds, type Context, type Integers } from './targets.js';

/** A convolution of integers with weights that are integers times a scale for each output. */
export const convolution = (node: Node, { read, add, target }: Context): Value | undefined => {
  const { x, weights, bias, residual, attrs } = asOp(node, conv)!;
  const { low, high, ...geometry } = attrs;
  const from = read(x);
  const bounds = withinBounds(target, low, high);
  if (!from || residual || !bounds) return undefined;
  const taps = sizeOf(attrs.kernel);
  const rows = rowsByOutput(blocksOf(x, bias, attrs), taps);
  const found = onGrid(weights, bias, from.scale, (output) => {
    const row = rows.get(output);
    return row ? [row.start, row.start + taps * row.inputs.length] : [0, 0];
  });
  if (!found) return undefined;
  const { scale: outputScale, ...integers } = bounds;
  return add(
    convInt8,
    { ...geometry, inputScale: from.scale, outputScale, ...integers },
    from.value,
    found.weights,
    found.scales,
    bias,
  );
};

/** A product of rows of integers with a constant matrix: a convolution of single pixels. */
export const product = (node: Node, { read, add, target }: Context): Value | undefined => {
  const { a, b, bias, attrs } = asOp(node, matmul)!;
  const from = read(a);
  const bounds = withinBounds(target, attrs.low, attrs.high);
  if (!from || !bounds || !isPacked(b) || a.shape.length < 2) return undefined;
  const [depth, outputs] = b.shape as [number, number];
  const biases = bias ?? constantOf('bias', [outputs], new Float32Array(outputs));
  const filters = constantOf('weights', [outputs, 1, 1, depth], turned(b.data, depth, outputs));
  const found = onGrid(filters, biases, from.scale, (output) => [output * depth, (output + 1) * depth]);
  if (!found) return undefined;
  const { scale: outputScale, ...integers } = bounds;
  const single = { kernel: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], group: 1, blocks: [] };
  const pixels = add(
    convInt8,
    { ...single, inputScale: from.scale, outputScale, ...integers },
    reshaped(from.value, add, [0, -1, 1, depth]),
    found.weights,
    found.scales,
    biases,
  );
  return reshaped(pixels, add, [0, ...a.shape.slice(1, -1), outputs]);
};

/** Averages of windows that all have the same number of pixels: a depthwise convolution with equal weights. */
export const averages = (
  x: Value,
  { value, scale: inputScale }: Integers,
  window: Pick<Int8ConvAttrs, 'kernel' | 'strides' | 'dilations' | 'pads'>,
  { add, target }: Context,
): Value => {
  const [channels, taps] = [channelsOf(x), sizeOf(window.kernel)];
  const share = Math.fround(1 / taps);
  const filled = (name: string, shape: readonly number[], number: number) =>
    constantOf(name, shape, new Float32Array(sizeOf(shape)).fill(number));
  const { scale: outputScale, low, high } = target;
  return add(
    convInt8,
    { ...window, group: channels, blocks: [], inputScale, outputScale, low, high },
    value,
    filled('weights', [channels, ...window.kernel, 1], share),
    filled('scales', [channels], share),
    filled('bias', [channels], 0),
  );
};

/** The transpose of a matrix. */
const turned = (data: Float32Array, rows: number, columns: number): Float32Array => {
  const result = new Float32Array(data.length);
  for (let row = 0, at = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) result[column * rows + row] = data[at++]!;
  return result;
};

/** The integer of a bias is at most this; sums of products are added to it. */
const MAX_BIAS = 2 ** 30;

/** The least scale of an output with a bias of so many steps: weights that are much smaller than the bias lose digits instead. */
const leastScale = (steps: number): number => Math.fround(Math.abs(steps) / MAX_BIAS);

/**
 * Weights that are integers times a scale for each output, and the scales; undefined if those of some output are no multiples of a
 * scale, or its sums may have more than 32 bits. `rowOf` says where the weights of an output are.
 */
const onGrid = (
  weights: Constant,
  bias: Constant,
  inputScale: number,
  rowOf: (output: number) => readonly [number, number],
): { weights: Constant; scales: Constant } | undefined => {
  const scales = new Float32Array(channelsOf(bias));
  const data = new Float32Array(weights.data.length);
  for (let output = 0; output < scales.length; output++) {
    const [start, end] = rowOf(output);
    const row = weights.data.subarray(start, end);
    const steps = bias.data[output]! / inputScale;
    const found = scaleOfRow(row, steps);
    if (found === undefined) return undefined;
    const scale = Math.max(found, leastScale(steps));
    if (!isScale(scale)) return undefined;
    const integers = row.map((weight) => Math.round(weight / scale));
    if (!fitsSums(largestSum(integers, steps / scale))) return undefined;
    scales[output] = scale;
    integers.forEach((integer, i) => (data[start + i] = integer * scale));
  }
  return { weights: { ...weights, data }, scales: constantOf('scales', [scales.length], scales) };
};

const constantOf = (name: string, shape: readonly number[], data: Float32Array): Constant => ({
  ...{ name, type: 'float32', shape },
  data,
});
