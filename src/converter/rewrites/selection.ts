// Selections of channels: when they may move, and constants brought to their order.

import { channelsOf, type Constant, type Value } from '../../ir/value.js';
import { isPermutation, sameIndices } from '../../ops/shared/permutation.js';
import type { Selection } from './rewrites.js';
import { sizeOf } from '../../ir/tensor.js';

/** Whether two selections take the same channels of sources of the same width: a node may then read the sources instead. */
export const isSameSelection = (a: Selection, b: Selection): boolean =>
  channelsOf(a.source) === channelsOf(b.source) && sameIndices(a.indices, b.indices);

/**
 * Whether a selection costs less after an elementwise op than before it, though the op works on channels that are not
 * selected: moving an element takes 0.65 ns, an elementwise op 0.22 ns (x86-64), and up to three of them follow each other.
 */
export const isWide = ({ source, indices }: Selection): boolean => 2 * indices.length >= channelsOf(source);

/** Whether a selection is there that only puts all channels into another order. */
export const isOrder = (selection: Selection | undefined): selection is Selection =>
  selection !== undefined && isPermutation(selection.indices, channelsOf(selection.source));

/** The selection, if it may follow a channelwise op of one input instead of coming before it. */
export const selectAfter = (selection: Selection | undefined): Selection | undefined =>
  selection && isWide(selection) ? selection : undefined;

/**
 * A constant with one element a channel, brought to the order of a selection's source; undefined if channels that are
 * selected twice differ.
 */
export const constantBefore = (constant: Value, { source, indices }: Selection): Value | undefined => {
  const channels = channelsOf(source);
  const size = sizeOf(constant.shape);
  if (size === 1) return constant;
  if (!constant.data || size !== indices.length || constant.shape.at(-1) !== size) return undefined;
  const data =
    constant.data.slice(0, 1).constructor === Float32Array ? new Float32Array(channels) : new Int32Array(channels);
  const known = new Uint8Array(channels);
  data.fill(constant.data[0]!);
  for (const [i, index] of indices.entries()) {
    const value = constant.data[i]!;
    if (known[index] && !Object.is(data[index], value)) return undefined;
    data[index] = value;
    known[index] = 1;
  }
  return { ...constant, shape: [...constant.shape.slice(0, -1), channels], data };
};

/** A constant's elements at `places` of its last axis, in that order. */
export const pickLast = (constant: Value, places: readonly number[]): Value => {
  const count = channelsOf(constant);
  const from = constant.data!;
  const pick = (_: unknown, i: number) => from[Math.floor(i / places.length) * count + places[i % places.length]!]!;
  const length = (from.length / count) * places.length;
  const data = from instanceof Float32Array ? Float32Array.from({ length }, pick) : Int32Array.from({ length }, pick);
  return { ...constant, shape: [...constant.shape.slice(0, -1), places.length], data };
};

/** Parts of a constant along its first axis, in any order. */
export const pickRows = (constant: Constant, order: readonly number[]): Constant => {
  const length = sizeOf(constant.shape.slice(1));
  const data = new Float32Array(order.length * length);
  order.forEach((row, i) => data.set(constant.data.subarray(row * length, (row + 1) * length), i * length));
  return { ...constant, shape: [order.length, ...constant.shape.slice(1)], data };
};
