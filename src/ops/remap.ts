// Data that only moves: every element of the result is one of the input's, found by a list of places for each axis.

import { ShapeError } from '../errors.js';
import { intTable, type Binding, type Step, type Table } from '../op.js';
import { stridesOf } from '../tensor.js';
import { checkedShape } from './window.js';

/** For each axis of a result, each index's place in the input, in elements; -1 for none. The places of all axes add up. */
export type Offsets = readonly (readonly number[])[];

/** What the kernel `remap` reads: `rank` lists for runs of `run` elements, in `words`. */
export type RemapTable = { rank: number; run: number; words: Int32Array };

/** Axes are joined while the list stays in the fastest cache. */
const LONGEST_JOINED = 1024;

/** A longer axis would take more memory for its list than a network has use for. */
const LONGEST_AXIS = 2 ** 24;

/** Most axes of a result. */
const MOST_AXES = 8;

/** `shape` itself. @throws {ShapeError} if a remap cannot have it as its result */
export const remapShape = (shape: readonly number[]): readonly number[] => {
  checkedShape(shape);
  if (shape.length > MOST_AXES) throw new ShapeError(`a result of ${shape.length} axes; ${MOST_AXES} are the most`);
  for (const size of shape) {
    if (size > LONGEST_AXIS) throw new ShapeError(`a result with an axis of ${size}; ${LONGEST_AXIS} is the most`);
  }
  return shape;
};

/** The places of `indices` (-1 for none) along each axis of an array of `shape`. */
export const offsetsAlong = (shape: readonly number[], indices: Offsets): number[][] => {
  const strides = stridesOf(shape);
  return indices.map((list, axis) => list.map((index) => (index < 0 ? -1 : index * strides[axis]!)));
};

/** `count` numbers from `start` in steps of `step`. */
export const sequence = (count: number, start = 0, step = 1): number[] =>
  Array.from({ length: count }, (_, index) => start + index * step);

/** The table for `offsets`: neighbouring places become runs, small axes become one. */
export const remapTable = (offsets: Offsets): RemapTable => {
  const lists = [...offsets];
  let run = 1;
  let base = 0;
  while (lists.length && isRun(lists.at(-1)!, run)) {
    const list = lists.pop()!;
    base += list[0]!;
    run *= list.length;
  }
  const joined = joinAxes(lists);
  joined[0] = joined[0]!.map((offset) => (offset < 0 ? -1 : offset + base));
  const sizes = joined.map((list) => list.length);
  const bytes = joined.flatMap((list) => list.map((offset) => (offset < 0 ? -1 : offset * 4)));
  return { rank: joined.length, run, words: Int32Array.from([joined.length, run, ...sizes].concat(bytes)) };
};

const isRun = (list: readonly number[], run: number): boolean =>
  list[0]! >= 0 && list.every((offset, index) => offset === list[0]! + index * run);

const joinAxes = (lists: Offsets): (readonly number[])[] => {
  const joined: (readonly number[])[] = [];
  for (const list of [...lists].reverse()) {
    const inner = joined[0];
    if (inner && (inner.length === 1 || list.length === 1 || inner.length * list.length <= LONGEST_JOINED)) {
      joined[0] = joinLists(list, inner);
    } else {
      joined.unshift(list);
    }
  }
  return joined.length ? joined : [[0]];
};

const joinLists = (outer: readonly number[], inner: readonly number[]): number[] =>
  outer.flatMap((a) => inner.map((b) => (a < 0 || b < 0 ? -1 : a + b)));

/** The `tables` of an op that is a remap. */
export const remapTables = (offsets: Offsets): Table[] => [intTable(remapTable(offsets).words)];

/** The `bind` of an op that is a remap of its first input; `fill` are the bits of elements that have no place. */
export const bindRemap = ({ kernels, inputs: [x], output, tables }: Binding<unknown>, fill = 0): Step => {
  const [from, to, table] = [x!.address, output.address, tables[0]!];
  return () => kernels.remap(to, from, table, fill);
};
