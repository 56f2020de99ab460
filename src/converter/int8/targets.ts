// What a node becomes when its result is quantised.

import { asNamed, type Node } from '../../ir/graph.js';
import type { AnyOp } from '../../ir/op.js';
import type { Attrs } from '../../ir/schema.js';
import type { Value } from '../../ir/value.js';
import { mapInt8 } from '../../ops/int8/elementwise.js';
import { FARTHEST } from '../../ops/int8/checks.js';
import type { dequantize, quantize } from '../../ops/int8/quantize.js';
import { reshape } from '../../ops/reshape.js';
import type { Evaluate } from '../../runtime/evaluate-node.js';

/** An int8 value, what its integers are multiplied by, and the least and largest of them. */
export type Integers = { value: Value; scale: number; low: number; high: number };

/** The integers that a result becomes. */
export type Target = { scale: number; low: number; high: number };

/** How a node that is being replaced reads its inputs and makes others. */
export type Context = {
  /** The integers of an input; undefined if it is not made of integers. */
  read: (value: Value) => Integers | undefined;
  target: Target;
  evaluate: Evaluate;
  /** Adds a node, and returns its output. */
  add: (op: AnyOp, attrs: Attrs, ...inputs: Value[]) => Value;
};

/** A quantised result, if a node is one: `quantize`. */
export const asQuantize = (node: Node | undefined) => node && asNamed<typeof quantize>(node, 'quantize');

/** Integers as floats, if a node gives them: `dequantize`. */
export const asDequantize = (node: Node | undefined) => node && asNamed<typeof dequantize>(node, 'dequantize');

/** The nearest integer, ties to even. */
const nearest = (x: number): number => {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 ? floor + 1 : floor;
};

/** The integer of a number, as `quantize` gives it. */
export const integerOf = (x: number, { scale, low, high }: Target): number =>
  nearest(Math.min(Math.max(Math.fround(x / scale), low), high)) + 0; // never -0

/** A target whose results are within bounds of floats; undefined if 0 is not within them. */
export const withinBounds = (target: Target, low: number, high: number): Target | undefined => {
  const [least, most] = [integerOf(low, target), integerOf(high, target)];
  return least <= 0 && most >= 0 ? { ...target, low: least, high: most } : undefined;
};

/** The integers of a value in the target's scale and bounds. */
export const rescaled = ({ value, scale, low, high }: Integers, { add, target }: Context): Value => {
  if (scale === target.scale && target.low <= low && target.high >= high) return value;
  return mapped(value, add, (integer) => integerOf(Math.fround(integer * scale), target));
};

/** A function of every integer of a value. */
export const mapped = (value: Value, add: Context['add'], f: (integer: number) => number): Value =>
  add(mapInt8, { table: Array.from({ length: 2 * FARTHEST + 1 }, (_, i) => f(i - FARTHEST)) }, value);

/** A view of a value with another shape. */
export const reshaped = (value: Value, add: Context['add'], shape: readonly number[]): Value =>
  add(reshape, { shape }, value);

/** Whether int8 values can be joined along an axis. */
export const canJoin = (parts: readonly Value[], axis: number): boolean =>
  axis < parts[0]!.shape.length - 1 || parts.slice(0, -1).every(({ shape }) => shape.at(-1)! % 2 === 0);
