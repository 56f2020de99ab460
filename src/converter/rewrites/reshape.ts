// Reshapes seen through permuted axes and selected channels.

import { reshape, resultShape } from '../../ops/reshape.js';
import { defineRewrites } from './rewrites.js';
import { selectAfter } from './selection.js';

export const reshapeRewrites = defineRewrites(reshape, {
  isChannelwise: ({ x }, { shape }) => resultShape(x.shape, shape).at(-1) === x.shape.at(-1),
  narrow: ({ x }, { shape }, channels) => ({
    attrs: { shape: [...shape.slice(0, -1), channels.length] },
    inputs: { x },
  }),
  permute: ({ x }, { shape }, perm) => permuteReshape(x.shape, resultShape(x.shape, shape), shape, perm),
  select: ({ x }, attrs, selections) => {
    const last = resultShape(x.shape, attrs.shape).at(-1);
    const fits = last === x.shape.at(-1) && selections.x?.source.shape.at(-1) === last;
    const selected = fits ? selectAfter(selections.x) : undefined;
    return selected && { attrs, inputs: { x: selected.source }, indices: selected.indices };
  },
});

/** Axes of the input and of the output that hold the same elements. */
type Part = { from: number[]; to: number[] };

/**
 * The reshape of an input whose axes are permuted back. It exists if the parts into which the shapes fall apart are only
 * moved as wholes: then the output's parts move in the same way.
 */
const permuteReshape = (
  from: readonly number[],
  to: readonly number[],
  stored: readonly number[],
  perm: readonly number[],
) => {
  const parts = partsOf(from, to);
  const order = perm.map((_, axis) => perm.indexOf(axis)).filter((axis) => from[axis] !== 1); // axes of `from`, in the order of memory
  const moved: Part[] = [];
  for (let at = 0; at < order.length;) {
    const part = parts.find((candidate) => candidate.from[0] === order[at]);
    if (!part || !part.from.every((axis, i) => order[at + i] === axis)) return undefined;
    moved.push(part);
    at += part.from.length;
  }
  const ones = parts.filter((part) => !part.from.length);
  const axes = [...ones, ...moved].flatMap((part) => part.to); // axes of `to`, in the order of memory
  const sizeBefore = (axis: number) => (axis === 0 ? from[perm.indexOf(0)] : undefined);
  const shape = axes.map((axis, i) =>
    stored[axis] === -1 ? -1 : i === 0 && sizeBefore(0) === to[axis] ? 0 : to[axis]!,
  );
  return { attrs: { shape }, perm: to.map((_, axis) => axes.indexOf(axis)) };
};

/**
 * The order of the axes of `from` in which those of each part are neighbours, as near as possible to their order
 * before `transpose(x, perm)`: brought to it first, the axes can be permuted after the reshape.
 */
export const wholeParts = (from: readonly number[], to: readonly number[], perm: readonly number[]): number[] => {
  const parts = partsOf(from, to);
  const order: number[] = [];
  for (const axis of perm.map((_, place) => perm.indexOf(place))) {
    const part = parts.find((candidate) => candidate.from.includes(axis));
    for (const member of part?.from ?? [axis]) if (!order.includes(member)) order.push(member);
  }
  return order;
};

/** Smallest parts of two shapes with equal numbers of elements; axes of size 1 of `to` go with the part before. */
const partsOf = (from: readonly number[], to: readonly number[]): Part[] => {
  const parts: Part[] = [];
  let next = 0;
  const takeOnes = (part: Part) => {
    while (next < to.length && to[next] === 1) part.to.push(next++);
  };
  const leading: Part = { from: [], to: [] };
  takeOnes(leading);
  if (leading.to.length) parts.push(leading);
  let part: Part = { from: [], to: [] };
  let left = 1,
    right = 1;
  from.forEach((size, axis) => {
    if (size === 1) return;
    part.from.push(axis);
    left *= size;
    while (right < left && next < to.length) {
      part.to.push(next);
      right *= to[next++]!;
    }
    if (left !== right) return;
    takeOnes(part);
    parts.push(part);
    part = { from: [], to: [] };
    left = right = 1;
  });
  return parts;
};
