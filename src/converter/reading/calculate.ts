// Arithmetic on values of a graph under construction, for operators that are composed of several ops.

import type { AttrsOf } from '../../ir/schema.js';
import type { Value } from '../../ir/value.js';
import { binary } from '../../ops/binary.js';
import { cast } from '../../ops/rare/cast.js';
import { reduce } from '../../ops/reduce.js';
import { unary } from '../../ops/unary.js';
import { where } from '../../ops/rare/where.js';
import { broadcastShapes, broadcastTo } from './broadcast.js';
import type { Builder } from './builder.js';

/** A value, or a number that becomes a constant of the other operand's type. */
export type Operand = Value | number;

/** f(a, b), element by element with broadcasting. */
export const apply = (build: Builder, kind: AttrsOf<typeof binary.attrs>['kind'], a: Value, b: Operand): Value =>
  build.op(binary, { kind }, [a, typeof b === 'number' ? build.scalar(b, a) : b]);

/** f(x), element by element, for functions without parameters. */
export const map = (build: Builder, kind: AttrsOf<typeof unary.attrs>['kind'], x: Value): Value =>
  build.op(unary, { kind, alpha: 0, beta: 0 }, [x]);

/** x reduced along axes, which stay with size 1 if `keep`. */
export const reduced = (
  build: Builder,
  kind: AttrsOf<typeof reduce.attrs>['kind'],
  x: Value,
  axes: readonly number[],
  keep = true,
): Value => (axes.length === 0 && kind === 'sum' ? x : build.op(reduce, { kind, axes, keep }, [x]));

/** x where the condition holds, otherwise y, after broadcasting. One of the two is a value. */
export const choose = (build: Builder, condition: Value, x: Operand, y: Operand): Value => {
  const like = [x, y].find((operand) => typeof operand !== 'number') as Value;
  const values = [condition, ...[x, y].map((one) => (typeof one === 'number' ? build.scalar(one, like) : one))];
  const shape = broadcastShapes(values.map((value) => value.shape));
  const bits = bitsOf(build, values as [Value, Value, Value]);
  if (bits) return broadcastTo(build, bits, shape);
  return build.op(
    where,
    {},
    values.map((value) => broadcastTo(build, value, shape)),
  );
};

/** The condition as the numbers 1 and 0, if these are what is chosen from. */
const bitsOf = (build: Builder, [condition, x, y]: [Value, Value, Value]): Value | undefined => {
  const isFilled = ({ data }: Value, number: number) => data?.every((value) => Object.is(value, number));
  const asFloats = (truth: Value) => build.op(cast, { to: 'float32' }, [truth]);
  if (x.type !== 'float32' || condition.data) return undefined;
  if (isFilled(x, 1) && isFilled(y, 0)) return asFloats(condition);
  return isFilled(x, 0) && isFilled(y, 1) ? asFloats(map(build, 'not', condition)) : undefined;
};
