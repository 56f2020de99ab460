// Convolutions and matrix products.

import { channelsOf, samplesOf, type Value } from '../../../ir/value.js';
import { showShape, sizeOf } from '../../../ir/tensor.js';
import { binary } from '../../../ops/binary.js';
import { convTranspose } from '../../../ops/rare/conv-transpose.js';
import { conv } from '../../../ops/conv/conv.js';
import { matmul } from '../../../ops/matmul.js';
import type { Builder, Constant } from '../../reading/builder.js';
import { cut } from '../../reading/cut.js';
import { castTo } from '../../reading/elementwise.js';
import { refuse } from '../../reading/refusal.js';
import type { Window } from '../../reading/window.js';
import { typeName } from '../element-types.js';
import { dequantized, isQuantized, lacksScale } from '../encoding.js';
import type { NodeView } from '../node-view.js';
import { activated, boundsOf, UNBOUNDED, type Bounds } from './fused.js';
import type { Rule, Rules } from './rule.js';
import { paddingOf, samePads, spatialSizes, stridesOf, windowOf, type Padding } from './window.js';

const weightsOf = (node: NodeView, index: number, rank: number): Constant => {
  const w = node.constant(index, 'weights that are computed in a run are not supported');
  if (w.shape.length !== rank) refuse(`weights of shape ${showShape(w.shape)} do not have ${rank} dimensions`);
  return w;
};

/** Where the input and the weights are among a node's inputs. */
type Factors = readonly [x: number, weights: number];

/** Refuses factors that are 8-bit integers without scales. */
const checkScales = (node: NodeView, factors: Factors): void => {
  for (const tensor of factors.map((index) => node.from(index)))
    if (tensor && lacksScale(tensor))
      refuse(`'${cut(tensor.name)}' has integers of type ${typeName(tensor.type)} without a scale`);
};

/** The scales of a product's sums, whatever the file says of its bias: LiteRT adds its integers to them. */
const sumScales = (node: NodeView, [x, weights]: Factors): number[] | undefined => {
  const [left, right] = [node.from(x), node.from(weights)];
  if (!left || !right || !isQuantized(left) || !isQuantized(right)) return undefined;
  const [scale] = left.quantization!.scales;
  return right.quantization!.scales.map((own) => Math.fround(scale! * own));
};

/** A bias as real numbers; quantised networks store it as integers. */
const biasOf = (node: NodeView, build: Builder, index: number, factors: Factors): Value | undefined => {
  const bias = node.optional(index);
  const tensor = node.from(index);
  if (!bias?.data || bias.type === 'float32') return bias;
  const { data, shape } = bias;
  const scales = sumScales(node, factors);
  if (scales) {
    if (scales.length > 1 && scales.length !== data.length)
      refuse(`${scales.length} scales of weights do not fit ${data.length} biases`);
    return build.floats(
      Array.from(data, (integer, i) => integer * scales[scales.length > 1 ? i : 0]!),
      shape,
    );
  }
  return tensor?.quantization ? build.floats(dequantized(data, tensor), shape) : castTo(build, bias, 'float32');
};

/** A node's result for its bias and the bounds of its activation; a bias that is not constant is added after it. */
const biased = (
  node: NodeView,
  build: Builder,
  index: number,
  outputs: number,
  make: (bias: Value, bounds: Bounds) => Value,
  factors: Factors = [0, 1],
): Value => {
  checkScales(node, factors);
  const bias = biasOf(node, build, index, factors);
  if (bias?.data) return make(bias, boundsOf(node));
  const zeros = build.floats(new Float32Array(outputs));
  if (!bias) return make(zeros, boundsOf(node));
  const later = build.op(binary, { kind: 'add' }, [make(zeros, UNBOUNDED), bias]);
  return activated(node, build, later);
};

const dilationsOf = (node: NodeView): [number, number] => [
  node.int('dilation_h_factor', 1),
  node.int('dilation_w_factor', 1),
];

const convRule: Rule = (node, build) => {
  const x = node.input(0);
  const sizes = spatialSizes(x.shape);
  const w = weightsOf(node, 1, 4);
  const group = channelsOf(x) / channelsOf(w);
  const window = windowOf(node, sizes, w.shape.slice(1, 3), dilationsOf(node));
  return biased(node, build, 2, samplesOf(w), (bias, bounds) =>
    build.op(conv, { ...window, group, blocks: [], ...bounds }, [x, w, bias]),
  );
};

/** Weights [1, height, width, outputs] become [outputs, height, width, 1]. */
const depthwiseRule: Rule = (node, build) => {
  const x = node.input(0);
  const sizes = spatialSizes(x.shape);
  const w = weightsOf(node, 1, 4);
  if (w.shape[0] !== 1) refuse(`weights of shape ${showShape(w.shape)} are not those of a depthwise convolution`);
  const window = windowOf(node, sizes, w.shape.slice(1, 3), dilationsOf(node));
  const turned = build.transpose(w, [3, 1, 2, 0]);
  return biased(node, build, 2, channelsOf(w), (bias, bounds) =>
    build.op(conv, { ...window, group: channelsOf(x), blocks: [], ...bounds }, [x, turned, bias]),
  );
};

/** A transposed convolution that makes `target`: the window of the convolution from there back to `sizes`. */
export const transposedWindow = (
  sizes: readonly number[],
  target: readonly number[],
  kernel: readonly number[],
  strides: readonly number[],
  padding: Padding,
): Window & { outputPads: readonly number[] } => {
  if (![...strides, ...kernel].every((size) => size >= 1)) refuse('strides and kernel must be at least 1');
  const window = { kernel, strides, dilations: [1, 1] };
  const before = padding === 'SAME' ? samePads(target, window).slice(0, 2) : [0, 0];
  const rest = sizes.map((size, axis) => (size - 1) * strides[axis]! + kernel[axis]! - before[axis]! - target[axis]!);
  return {
    ...window,
    pads: [...before, ...rest.map((extra) => Math.max(extra, 0))],
    outputPads: rest.map((extra) => Math.max(-extra, 0)),
  };
};

/** Weights [outputs, height, width, inputs] become [inputs, height, width, outputs]. */
const transposeConvRule: Rule = (node, build) => {
  const x = node.input(2);
  const sizes = spatialSizes(x.shape);
  const w = weightsOf(node, 1, 4);
  const target = node.numbers(0) ?? refuse('the output shape is missing');
  if (target.length !== 4) refuse(`the output shape has ${target.length} sizes; 4 are needed`);
  const window = transposedWindow(sizes, target.slice(1, 3), w.shape.slice(1, 3), stridesOf(node), paddingOf(node));
  const turned = build.transpose(w, [3, 1, 2, 0]);
  const make = (bias: Value, bounds: Bounds) =>
    build.op(convTranspose, { ...window, group: 1, ...bounds }, [x, turned, bias]);
  return biased(node, build, 3, samplesOf(w), make, [2, 1]);
};

const fullyConnected: Rule = (node, build) => {
  const [x, w] = [node.input(0), node.input(1)];
  if (node.word('weights_format', ['DEFAULT', 'SHUFFLED']) !== 'DEFAULT') refuse('shuffled weights are not supported');
  if (w.shape.length !== 2) refuse(`weights of shape ${showShape(w.shape)} do not have 2 dimensions`);
  const [outputs, inputs] = w.shape as [number, number];
  const keeps = node.flag('keep_num_dims') && channelsOf(x) === inputs;
  const rows = keeps ? x : build.reshape(x, [sizeOf(x.shape) / inputs, inputs], 1);
  if (rows.shape.length < 2) refuse(`an input of shape ${showShape(x.shape)} is not supported`);
  return biased(node, build, 2, outputs, (bias, bounds) => {
    const flat = build.reshape(bias, [sizeOf(bias.shape)]);
    return build.op(matmul, bounds, [rows, build.transpose(w, [1, 0]), flat]);
  });
};

const swapLast = (build: Builder, x: Value): Value => {
  const axes = [...x.shape.keys()];
  return build.transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
};

const batchMatmul: Rule = (node, build) => {
  const [a, b] = [node.input(0), node.input(1)];
  if (a.shape.length < 2 || b.shape.length < 2) refuse('a factor has fewer than 2 dimensions');
  return build.op(matmul, UNBOUNDED, [
    node.flag('adj_x') ? swapLast(build, a) : a,
    node.flag('adj_y') ? swapLast(build, b) : b,
  ]);
};

export const convRules: Rules = {
  CONV_2D: convRule,
  DEPTHWISE_CONV_2D: depthwiseRule,
  TRANSPOSE_CONV: transposeConvRule,
  FULLY_CONNECTED: fullyConnected,
  BATCH_MATMUL: batchMatmul,
};
