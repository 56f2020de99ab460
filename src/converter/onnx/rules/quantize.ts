// Quantised operators. Where scales and zero points are known they read and make int8 values; otherwise they are computed in floats
// that hold their integers exactly.

import { showShape, sizeOf } from '../../../ir/tensor.js';
import type { Value } from '../../../ir/value.js';
import { axisOf } from '../../reading/axes.js';
import { broadcastTo } from '../../reading/broadcast.js';
import type { Builder } from '../../reading/builder.js';
import { apply, choose, map, reduced } from '../../reading/calculate.js';
import { cut } from '../../reading/cut.js';
import { castTo } from '../../reading/elementwise.js';
import { refuse } from '../../reading/refusal.js';
import type { NodeView } from '../node-view.js';
import { convolved, multiplied } from './conv.js';
import { centred, checkEncoding, encodingOf, isFixed, quantized, realOf, UINT8, type Encoding } from './encoding.js';
import type { Rule, Rules } from './rule.js';

/** Scales or zero points in a shape that broadcasts to that of `x`: there is one, one for each index of an axis, or one per block. */
const parameterFor = (node: NodeView, build: Builder, x: Value, parameter: Value): Value => {
  const { shape } = x;
  if (sizeOf(parameter.shape) === 1) return build.reshape(parameter, []);
  const axis = axisOf(node.int('axis', 1), shape.length);
  const block = node.int('block_size', 0);
  if (block === 0) {
    if (parameter.shape.length !== 1 || parameter.shape[0] !== shape[axis])
      refuse(`scales of shape ${showShape(parameter.shape)} do not fit axis ${axis} of ${showShape(shape)}`);
    return build.reshape(parameter, [shape[axis]!, ...shape.slice(axis + 1).map(() => 1)]);
  }
  const own = parameter.shape;
  if (own.length !== shape.length || own[axis]! * block !== shape[axis])
    refuse(`scales of shape ${showShape(own)} do not fit blocks of ${block} in ${showShape(shape)}`);
  const one = build.reshape(parameter, [...own.slice(0, axis + 1), 1, ...own.slice(axis + 1)]);
  return build.reshape(broadcastTo(build, one, [...own.slice(0, axis + 1), block, ...own.slice(axis + 1)]), shape);
};

/** The encoding that inputs 1 and 2 of a node are, for an input of the shape of `x`. */
const encodingFor = (node: NodeView, build: Builder, x: Value, type: number): Encoding => {
  const [scale, zero] = [node.input(1), node.optional(2)];
  checkEncoding(scale, zero, type);
  return { scale: parameterFor(node, build, x, scale), zero: zero && parameterFor(node, build, x, zero), type };
};

/** QuantizeLinear. */
export const quantizeRule: Rule = (node, build) => {
  const x = node.input(0);
  const type = (node.optional(2) ? node.elementType(2) : node.int('output_dtype', 0)) || UINT8;
  return quantized(build, x, encodingFor(node, build, x, type));
};

/** DequantizeLinear. */
export const dequantizeRule: Rule = (node, build) => {
  const x = node.input(0);
  return realOf(build, x, encodingFor(node, build, x, node.elementType(0) ?? node.elementType(2) ?? 0));
};

/** Scale and zero point that bring the range of the input, which includes 0, to 0 to 255. */
const dynamicQuantize: Rule = (node, build) => {
  const x = node.input(0);
  const axes = [...x.shape.keys()];
  const low = apply(build, 'min', reduced(build, 'min', x, axes, false), 0);
  const high = apply(build, 'max', reduced(build, 'max', x, axes, false), 0);
  const range = apply(build, 'div', apply(build, 'sub', high, low), 255);
  const scale = choose(build, apply(build, 'equal', range, 0), 1, range);
  const zero = quantized(build, map(build, 'neg', low), { scale, zero: undefined, type: UINT8 });
  return [quantized(build, x, { scale, zero, type: UINT8 }), scale, zero];
};

/** The range of integers that floats hold without gaps, and the largest difference of two 8-bit integers. */
const [EXACT, WIDEST] = [2 ** 24, 255];

/**
 * A product with weights, as int32, exact for any sums of `depth` products of 8-bit integers. Long sums are computed of the high
 * and the low half of the weights.
 */
const exactly = (build: Builder, w: Value, depth: number, product: (w: Value) => Value): Value => {
  const whole = (weights: Value) => castTo(build, product(weights), 'int32');
  if (WIDEST * WIDEST * depth <= EXACT) return whole(w);
  if (WIDEST * 16 * depth > EXACT) refuse(`sums of ${depth} products of integers are not exact`);
  const high = map(build, 'floor', apply(build, 'mul', w, 1 / 16));
  const low = apply(build, 'sub', w, apply(build, 'mul', high, 16));
  return apply(build, 'add', apply(build, 'mul', whole(high), 16), whole(low));
};

/** A value for each row, as the first factor's parameters may be. */
const perRow = (build: Builder, parameter: Value | undefined): Value | undefined =>
  parameter && sizeOf(parameter.shape) > 1 && parameter.shape.length === 1
    ? build.reshape(parameter, [...parameter.shape, 1])
    : parameter;

const integerProduct = (build: Builder, a: Value, b: Value, aZero?: Value, bZero?: Value): Value => {
  const left = centred(build, a, perRow(build, aZero));
  return exactly(build, centred(build, b, bZero), a.shape.at(-1) ?? 1, (w) => multiplied(build, left, w));
};

/** A value for each output channel, where weights have it first. */
const perOutput = (build: Builder, parameter: Value, rank: number): Value =>
  sizeOf(parameter.shape) > 1
    ? build.reshape(parameter, [...parameter.shape, ...new Array<number>(rank - 1).fill(1)])
    : build.reshape(parameter, []);

const integerConv = (node: NodeView, build: Builder, x: Value, w: Value, xZero?: Value, wZero?: Value): Value => {
  if (!w.data) refuse(`input '${cut(w.name)}' must be constant`);
  const input = centred(build, x, xZero && build.reshape(xZero, []));
  const weights = centred(build, w, wZero && perOutput(build, wZero, w.shape.length));
  return exactly(build, weights, sizeOf(w.shape.slice(1)), (part) => convolved(node, build, input, part));
};

/** The encoding of a product's output. */
const outputOf = (node: NodeView, build: Builder): Encoding =>
  encodingOf(node, build, { scale: 6, zero: 7 }, node.elementType(7) ?? UINT8);

/** Integer sums in units of `from`, in another encoding. */
const requantized = (build: Builder, sums: Value, from: Value, { scale, zero, type }: Encoding): Value => {
  const rescaled = apply(build, 'mul', castTo(build, sums, 'float32'), apply(build, 'div', from, scale));
  return quantized(build, rescaled, { scale: build.floats([1], []), zero, type });
};

/** Whether a product of fixed weights can be computed of real numbers, so that it becomes a layer of int8 values. */
const isLayer = (x: Value, from: Encoding, to: Encoding, fixed: readonly (Value | undefined)[]): boolean =>
  !x.data && isFixed(from) && isFixed(to) && fixed.every((value) => !value || value.data);

const qLinearMatMul: Rule = (node, build) => {
  const [a, aScale, aZero, b, bScale] = [0, 1, 2, 3, 4].map((index) => node.input(index)) as [Value, ...Value[]];
  const bZero = node.input(5);
  const [left, right] = [
    {
      scale: perRow(build, aScale)!,
      zero: perRow(build, aZero),
      type: node.elementType(0) ?? node.elementType(2) ?? 0,
    },
    { scale: bScale!, zero: bZero, type: node.elementType(5) ?? 0 },
  ];
  for (const { scale, zero, type } of [left, right]) checkEncoding(scale, zero, type);
  const to = outputOf(node, build);
  if (isLayer(a, left, to, [b, bScale, bZero]))
    return quantized(build, multiplied(build, realOf(build, a, left), realOf(build, b!, right)), to);
  const sums = integerProduct(build, a, b!, aZero, bZero);
  return requantized(build, sums, apply(build, 'mul', left.scale, bScale!), to);
};

/** QLinearConv. */
export const qLinearConvRule: Rule = (node, build) => {
  const [x, w, wScale, wZero, bias] = [node.input(0), node.input(3), node.input(4), node.input(5), node.optional(8)];
  const from = encodingOf(node, build, { scale: 1, zero: 2 }, node.elementType(0) ?? node.elementType(2));
  checkEncoding(wScale, wZero, node.elementType(5) ?? 0);
  const to = outputOf(node, build);
  const rank = x.shape.length;
  if (isLayer(x, from, to, [w, wScale, wZero, bias])) {
    const [scale, zero] = [wScale, wZero].map((parameter) => perOutput(build, parameter, rank)) as [Value, Value];
    const weights = realOf(build, w, { scale, zero, type: 0 });
    const unit = apply(build, 'mul', build.reshape(wScale, [sizeOf(wScale.shape)]), from.scale);
    const biases = bias && apply(build, 'mul', castTo(build, bias, 'float32'), unit);
    return quantized(build, convolved(node, build, realOf(build, x, from), weights, biases), to);
  }
  const sums = integerConv(node, build, x, w, from.zero, wZero);
  const all = bias ? apply(build, 'add', sums, perOutput(build, bias, rank - 1)) : sums;
  return requantized(build, all, apply(build, 'mul', from.scale, perOutput(build, wScale, rank - 1)), to);
};

/** QuantizeLinear. */
export const quantizeRules: Rules = {
  QuantizeLinear: quantizeRule,
  DequantizeLinear: dequantizeRule,
  DynamicQuantizeLinear: dynamicQuantize,
  MatMulInteger: (node, build) =>
    integerProduct(build, node.input(0), node.input(1), node.optional(2), node.optional(3)),
  ConvInteger: (node, build) =>
    integerConv(node, build, node.input(0), node.input(1), node.optional(2), node.optional(3)),
  QLinearMatMul: qLinearMatMul,
  QLinearConv: qLinearConvRule,
};
