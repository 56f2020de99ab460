// The int8 form of each float op: what computes the same on the integers of its inputs and quantises the result.

import { asOp, type Node } from '../../ir/graph.js';
import { sameShape } from '../../ir/tensor.js';
import { channelsOf, type Value } from '../../ir/value.js';
import { binary } from '../../ops/binary.js';
import { clip } from '../../ops/clip.js';
import { concat } from '../../ops/concat.js';
import { conv } from '../../ops/conv/conv.js';
import { addInt8, mulInt8 } from '../../ops/int8/elementwise.js';
import { maxInt8, meanInt8 } from '../../ops/int8/pool-int8.js';
import { matmul } from '../../ops/matmul.js';
import { pool } from '../../ops/pool.js';
import { reduce } from '../../ops/reduce.js';
import { reshape } from '../../ops/reshape.js';
import { unary } from '../../ops/unary.js';
import { averages, convolution, product } from './integer-products.js';
import { canJoin, integerOf, mapped, rescaled, reshaped, type Context, type Integers } from './targets.js';

/** The quantised result of a node as an int8 value; undefined if the node stays as it is. */
type Rule = (node: Node, context: Context) => Value | undefined;

const sum: Rule = (node, context) => {
  const { a: left, b: right, attrs } = asOp(node, binary)!;
  const { read, add, target } = context;
  const [a, b] = [read(left), read(right)];
  if (!a || !b) return activation(node, context);
  const scales = { aScale: a.scale, bScale: b.scale, ...target };
  const isAlike = sameShape(left.shape, right.shape);
  if (attrs.kind === 'add' && isAlike) return add(addInt8, scales, a.value, b.value);
  if (attrs.kind === 'sub' && isAlike)
    return add(
      addInt8,
      scales,
      a.value,
      mapped(b.value, add, (integer) => -integer),
    );
  if (attrs.kind !== 'mul') return undefined;
  if (isFactor(left.shape, right.shape)) return add(mulInt8, scales, a.value, b.value);
  if (isFactor(right.shape, left.shape))
    return add(mulInt8, { ...scales, aScale: b.scale, bScale: a.scale }, b.value, a.value);
  return undefined;
};

/** Whether an array of shape `b` has a factor for every element, or for every sample and channel, of one of shape `a`. */
const isFactor = (a: readonly number[], b: readonly number[]): boolean =>
  sameShape(a, b) ||
  sameShape(
    a.map((size, axis) => (axis > 0 && axis < a.length - 1 ? 1 : size)),
    b,
  );

/** A function of one input: other inputs are single numbers. It stays in floats where some result is not a number. */
const activation: Rule = (node, { read, evaluate, add, target }) => {
  const at = node.inputs.findIndex(({ data }) => !data);
  const x = at < 0 ? undefined : read(node.inputs[at]!);
  if (!x || node.inputs.some(({ data }, index) => index !== at && data?.length !== 1)) return undefined;
  const numbers = Float32Array.from({ length: x.high - x.low + 1 }, (_, i) => (x.low + i) * x.scale);
  const input: Value = { name: '', type: 'float32', shape: [numbers.length], data: numbers };
  const inputs = node.inputs.map((own, index) => (index === at ? input : { ...own, shape: [] }));
  const results = evaluate({ ...node, inputs, output: { ...input, name: 'results' } });
  if (results.some(Number.isNaN)) return undefined;
  const resultOf = (integer: number) => results[Math.min(Math.max(integer, x.low), x.high) - x.low]!;
  return mapped(x.value, add, (integer) => integerOf(resultOf(integer), target));
};

const bounded: Rule = (node, { read, add, target }) => {
  const { attrs } = asOp(node, clip)!;
  const x = read(node.inputs[0]!);
  const within = (y: number) => Math.min(Math.max(y, attrs.low), attrs.high);
  return x && mapped(x.value, add, (integer) => integerOf(within(Math.fround(integer * x.scale)), target));
};

const pooled: Rule = (node, context) => {
  const { x, attrs } = asOp(node, pool)!;
  const { kind, kernel, strides, dilations, pads, ceil } = attrs;
  const from = context.read(x);
  if (!from || x.shape.length !== 4) return undefined;
  if (kind === 'average' && sameShape(kernel, x.shape.slice(1, -1)) && pads.every((pad) => pad === 0))
    return averaged(from, context);
  const isWhole = pads.every((pad) => pad === 0) || attrs.countPads;
  if (kind === 'average' && isWhole && !ceil) return averages(x, from, { kernel, strides, dilations, pads }, context);
  if (kind !== 'max' || ceil) return undefined;
  const value = context.add(maxInt8, { kernel, strides, dilations, pads }, from.value);
  return rescaled({ ...from, value }, context);
};

/** The average over all pixels, [N, 1, 1, C]. */
const averaged = ({ value, scale: inputScale }: Integers, { add, target }: Context): Value => {
  const { scale: outputScale, low, high } = target;
  return add(meanInt8, { inputScale, outputScale, low, high }, value);
};

const mean: Rule = (node, context) => {
  const { x, attrs } = asOp(node, reduce)!;
  const from = context.read(x);
  const isSpatial = x.shape.length === 4 && sameShape([...attrs.axes].sort(), [1, 2]);
  if (!from || attrs.kind !== 'mean' || !isSpatial) return undefined;
  const value = averaged(from, context);
  return attrs.keep ? value : reshaped(value, context.add, [0, channelsOf(x)]);
};

const joined: Rule = (node, context) => {
  const { axis } = asOp(node, concat)!.attrs;
  const parts = node.inputs.map(context.read);
  if (!canJoin(node.inputs, axis)) return undefined;
  const values = parts.map((part) => part && rescaled(part, context));
  return values.every((value) => value !== undefined) ? context.add(concat, { axis }, ...values) : undefined;
};

const viewed: Rule = (node, context) => {
  const { x, attrs } = asOp(node, reshape)!;
  const from = context.read(x);
  const [before, after] = [channelsOf(x), channelsOf(node.output)];
  if (!from || (before !== after && (before % 2 || after % 2))) return undefined;
  return reshaped(rescaled(from, context), context.add, attrs.shape);
};

const RULES = new Map<unknown, Rule>([
  [binary, sum],
  [clip, bounded],
  [concat, joined],
  [conv, convolution],
  [matmul, product],
  [pool, pooled],
  [reduce, mean],
  [reshape, viewed],
  [unary, activation],
]);

/** The rule of a node; undefined for ops that have no int8 form. */
export const ruleOf = ({ op }: Node): Rule | undefined => RULES.get(op);
