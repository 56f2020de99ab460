// Quantised operators, computed in floats that hold their integers exactly.

import { clip } from '../../../ops/clip.js';
import { showShape, sizeOf } from '../../../ir/tensor.js';
import type { Value } from '../../../ir/value.js';
import { axisOf } from '../../reading/axes.js';
import { broadcastTo } from '../../reading/broadcast.js';
import type { Builder } from '../../reading/builder.js';
import { apply, choose, map, reduced } from '../../reading/calculate.js';
import { cut } from '../../reading/cut.js';
import { castTo } from '../../reading/elementwise.js';
import { refuse } from '../../reading/refusal.js';
import { elementName } from '../model.js';
import type { NodeView } from '../node-view.js';
import { convolved, multiplied } from './conv.js';
import type { Rule, Rules } from './rule.js';

const UINT8 = 2;

/** Lowest and highest values of the element types that are quantised to. */
const LIMITS: Readonly<Record<number, readonly [number, number]>> = {
  [UINT8]: [0, 255],
  3: [-128, 127],
  4: [0, 65535],
  5: [-32768, 32767],
};

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

/** x / scale rounded to the nearest even integer, plus the zero point, within the limits of the type: as int32. */
const quantized = (build: Builder, x: Value, scale: Value, zero: Value | undefined, type: number): Value => {
  const [low, high] = LIMITS[type] ?? refuse(`quantising to ${elementName(type)} is not supported`);
  const rounded = map(build, 'round', apply(build, 'div', castTo(build, x, 'float32'), scale));
  const moved = zero ? apply(build, 'add', rounded, castTo(build, zero, 'float32')) : rounded;
  return castTo(build, build.op(clip, { low, high }, [moved]), 'int32');
};

const quantize: Rule = (node, build) => {
  const [x, zeros] = [node.input(0), node.optional(2)];
  const type = (zeros ? node.elementType(2) : node.int('output_dtype', 0)) || UINT8;
  const scale = parameterFor(node, build, x, node.input(1));
  return quantized(build, x, scale, zeros && parameterFor(node, build, x, zeros), type);
};

/** x - zero as floats; integers are subtracted as integers, since floats do not hold all of 32 bits. */
const centred = (build: Builder, x: Value, zero: Value | undefined): Value =>
  castTo(build, zero ? apply(build, 'sub', x, castTo(build, zero, x.type)) : x, 'float32');

const dequantize: Rule = (node, build) => {
  const [x, zeros] = [node.input(0), node.optional(2)];
  const zero = zeros && parameterFor(node, build, x, zeros);
  return apply(build, 'mul', centred(build, x, zero), parameterFor(node, build, x, node.input(1)));
};

/** Scale and zero point that bring the range of the input, which includes 0, to 0 to 255. */
const dynamicQuantize: Rule = (node, build) => {
  const x = node.input(0);
  const axes = [...x.shape.keys()];
  const low = apply(build, 'min', reduced(build, 'min', x, axes, false), 0);
  const high = apply(build, 'max', reduced(build, 'max', x, axes, false), 0);
  const range = apply(build, 'div', apply(build, 'sub', high, low), 255);
  const scale = choose(build, apply(build, 'equal', range, 0), 1, range);
  const zero = quantized(build, map(build, 'neg', low), scale, undefined, UINT8);
  return [quantized(build, x, scale, zero, UINT8), scale, zero];
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

/** Integer sums in units of `from`, quantised to the node's output scale, type and zero point. */
const requantized = (node: NodeView, build: Builder, sums: Value, from: Value): Value => {
  const factor = apply(build, 'div', from, build.reshape(node.input(6), []));
  const rescaled = apply(build, 'mul', castTo(build, sums, 'float32'), factor);
  return quantized(
    build,
    rescaled,
    build.floats([1], []),
    build.reshape(node.input(7), []),
    node.elementType(7) ?? UINT8,
  );
};

const qLinearMatMul: Rule = (node, build) => {
  const sums = integerProduct(build, node.input(0), node.input(3), node.input(2), node.input(5));
  return requantized(node, build, sums, apply(build, 'mul', perRow(build, node.input(1))!, node.input(4)));
};

const qLinearConv: Rule = (node, build) => {
  const [x, w, bias] = [node.input(0), node.input(3), node.optional(8)];
  const sums = integerConv(node, build, x, w, node.input(2), node.input(5));
  const rank = x.shape.length - 1;
  const all = bias ? apply(build, 'add', sums, perOutput(build, bias, rank)) : sums;
  const scale = apply(build, 'mul', build.reshape(node.input(1), []), perOutput(build, node.input(4), rank));
  return requantized(node, build, all, scale);
};

export const quantizeRules: Rules = {
  QuantizeLinear: quantize,
  DequantizeLinear: dequantize,
  DynamicQuantizeLinear: dynamicQuantize,
  MatMulInteger: (node, build) =>
    integerProduct(build, node.input(0), node.input(1), node.optional(2), node.optional(3)),
  ConvInteger: (node, build) =>
    integerConv(node, build, node.input(0), node.input(1), node.optional(2), node.optional(3)),
  QLinearMatMul: qLinearMatMul,
  QLinearConv: qLinearConv,
};
