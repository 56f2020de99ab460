// Moving data: every element of the result is an element of the input, found through a list of positions per axis.

import { ShapeError } from '../../errors.js';
import { intTable, type Plan, type Table } from '../../ir/plan.js';
import type { Value } from '../../ir/value.js';
import { stridesOf } from '../../ir/tensor.js';
import { ALL } from '../../kernels/parts.js';
import { checkedShape } from './checks.js';

/**
 * The positions along one axis of a result: `at(i)`, in elements of the input, for i below `count`; -1 for no element.
 * If `step` is given, `at(i)` is `at(0) + i * step` and never -1.
 */
export type Places = { count: number; at: (index: number) => number; step?: number };

/** Axes are joined while their list fits in the fastest cache. */
const MAX_JOINED = 1024;

/** Maximum size of an axis, whose list takes 4 bytes per element. */
const MAX_AXIS = 2 ** 24;

/** Maximum number of axes of a result. */
const MAX_AXES = 8;

/** Returns `shape`. @throws {ShapeError} if the kernel `remap` cannot produce it */
export const remapShape = (shape: readonly number[]): readonly number[] => {
  checkedShape(shape);
  if (shape.length > MAX_AXES) throw new ShapeError(`the result has ${shape.length} axes; the limit is ${MAX_AXES}`);
  for (const size of shape) {
    if (size > MAX_AXIS) throw new ShapeError(`the result has an axis of ${size}; the limit is ${MAX_AXIS}`);
  }
  return shape;
};

/** `count` positions from `start`, `step` apart. */
export const evenPlaces = (count: number, start = 0, step = 1): Places => ({
  count,
  step,
  at: (index) => start + index * step,
});

/** The positions in a list. */
export const listedPlaces = (list: ArrayLike<number>): Places => ({ count: list.length, at: (index) => list[index]! });

/** Indices along each axis of an array of `shape` as positions in it. */
export const placesAlong = (shape: readonly number[], indices: readonly Places[]): Places[] => {
  const strides = stridesOf(shape);
  return indices.map(({ count, at, step }, axis) => {
    const stride = strides[axis]!;
    if (step !== undefined) return evenPlaces(count, at(0) * stride, step * stride);
    return { count, at: (index) => (at(index) < 0 ? -1 : at(index) * stride) };
  });
};

/**
 * The table of the kernel `remap`, which adds the positions of all axes: the number of lists, the length of a
 * contiguous run, the lengths of the lists, and the lists in bytes. Evenly spaced positions become runs, and small axes
 * are joined.
 */
export const remapTable = (axes: readonly Places[]): Table => {
  const fixed = axes.filter(({ count, at }) => count === 1 && at(0) >= 0);
  const moving = axes.filter((axis) => !fixed.includes(axis));
  let base = fixed.reduce((sum, { at }) => sum + at(0), 0);
  let run = 1;
  while (moving.length && moving.at(-1)!.step === run) {
    const { count, at } = moving.pop()!;
    base += at(0);
    run *= count;
  }
  const lists = joinAxes(moving);
  const sizes = lists.map(({ count }) => count);
  const start = 2 + lists.length;
  return intTable(
    sizes.reduce((sum, size) => sum + size, start),
    (words) => {
      words.set([lists.length, run, ...sizes]);
      let next = start;
      lists.forEach((list, axis) => {
        fillList(words.subarray(next, (next += list.count)), list, axis ? 0 : base);
      });
    },
  );
};

/** Writes positions plus `base`, in bytes. */
const fillList = (words: Int32Array, { at, step }: Places, base: number): void => {
  if (step !== undefined) {
    for (let i = 0, place = (at(0) + base) * 4; i < words.length; i++, place += step * 4) words[i] = place;
    return;
  }
  for (let i = 0; i < words.length; i++) {
    const place = at(i);
    words[i] = place < 0 ? -1 : (place + base) * 4;
  }
};

const joinAxes = (axes: readonly Places[]): Places[] => {
  const joined: Places[] = [];
  for (const axis of [...axes].reverse()) {
    const inner = joined[0];
    if (inner && inner.count * axis.count <= MAX_JOINED) joined[0] = joinPlaces(axis, inner);
    else joined.unshift(axis);
  }
  return joined.length ? joined : [evenPlaces(1)];
};

const joinPlaces = (outer: Places, inner: Places): Places => {
  const listOf = ({ count, at }: Places) => Array.from({ length: count }, (_, i) => at(i));
  const inside = listOf(inner);
  return listedPlaces(listOf(outer).flatMap((a) => inside.map((b) => (a < 0 || b < 0 ? -1 : a + b))));
};

/** The plan of an op that moves elements of x by a table; `fill` has the bits of elements without a source. */
export const planRemap = (x: Value, output: Value, table: Table, fill = 0): Plan => ({
  tables: [table],
  bind: (kernels, address) => {
    const [from, to, list] = [address(x), address(output), address(table)];
    return () => kernels.remap(to, from, list, fill, 0, ALL);
  },
});
