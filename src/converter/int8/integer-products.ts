// Convolutions and products with constant matrices on integers.

import { asOp, type Node } from '../../ir/graph.js';
import { sizeOf } from '../../ir/tensor.js';
import { channelsOf, type Constant, type Value } from '../../ir/value.js';
import { blocksOf } from '../../ops/conv/attrs.js';
import { rowsByOutput } from '../../ops/conv/block-weights.js';
import { conv } from '../../ops/conv/conv.js';
import { convInt8 } from '../../ops/int8/conv-int8.js';
import { isPacked, matmul } from '../../ops/matmul.js';
import { scaleOfRow } from './grid.js';
import { reshaped, withinBounds, type Context } from './targets.js';

/** A bias of an output that reads nothing has this many steps. */
const BIAS_STEPS = 2 ** 24;

/** A convolution of integers with weights that are integers times a scale for each output. */
export const convolution = (node: Node, { read, add, target }: Context): Value | undefined => {
  const { x, weights, bias, residual, attrs } = asOp(node, conv)!;
  const { low, high, ...geometry } = attrs;
  const from = read(x);
  const bounds = withinBounds(target, low, high);
  if (!from || residual || !bounds) return undefined;
  const taps = sizeOf(attrs.kernel);
  const rows = rowsByOutput(blocksOf(x, bias, attrs), taps);
  const scales = scalesOf(bias, from.scale, (output) => {
    const row = rows.get(output);
    return row ? weights.data.subarray(row.start, row.start + taps * row.inputs.length) : new Float32Array(0);
  });
  if (!scales) return undefined;
  const { scale: outputScale, ...integers } = bounds;
  return add(
    convInt8,
    { ...geometry, inputScale: from.scale, outputScale, ...integers },
    from.value,
    weights,
    scales,
    bias,
  );
};

/** A product of rows of integers with a constant matrix: a convolution of single pixels. */
export const product = (node: Node, { read, add, target }: Context): Value | undefined => {
  const { a, b, bias, attrs } = asOp(node, matmul)!;
  const from = read(a);
  const bounds = withinBounds(target, attrs.low, attrs.high);
  if (!from || !bounds || !isPacked(b) || a.shape.length !== 2) return undefined;
  const [depth, outputs] = b.shape as [number, number];
  const rows = Float32Array.from({ length: depth * outputs }, (_, i) => b.data[(i % depth) * outputs + Math.floor(i / depth)]!);
  const biases = bias ?? constantOf('bias', [outputs], new Float32Array(outputs));
  const scales = scalesOf(biases, from.scale, (output) => rows.subarray(output * depth, (output + 1) * depth));
  if (!scales) return undefined;
  const { scale: outputScale, ...integers } = bounds;
  const single = { kernel: [1, 1], strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], group: 1, blocks: [] };
  const pixels = add(
    convInt8,
    { ...single, inputScale: from.scale, outputScale, ...integers },
    reshaped(from.value, add, [0, 1, 1, depth]),
    constantOf('weights', [outputs, 1, 1, depth], rows),
    scales,
    biases,
  );
  return reshaped(pixels, add, [0, outputs]);
};

/** The scale of each output's weights; undefined if those of some output are no multiples of a scale. */
const scalesOf = (bias: Constant, inputScale: number, rowOf: (output: number) => Float32Array): Constant | undefined => {
  const scales = new Float32Array(channelsOf(bias));
  for (let output = 0; output < scales.length; output++) {
    const row = rowOf(output);
    const isEmpty = row.every((weight) => weight === 0);
    const scale = isEmpty ? Math.abs(bias.data[output]!) / inputScale / BIAS_STEPS || 1 : scaleOfRow(row);
    if (scale === undefined) return undefined;
    scales[output] = scale;
  }
  return constantOf('scales', [scales.length], scales);
};

const constantOf = (name: string, shape: readonly number[], data: Float32Array): Constant => ({
  ...{ name, type: 'float32', shape },
  data,
});
