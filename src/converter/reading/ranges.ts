// Parts of arrays: runs of elements along axes.

import { showShape } from '../../ir/tensor.js';
import type { Value } from '../../ir/value.js';
import { slice } from '../../ops/slice.js';
import type { Builder } from './builder.js';
import { refuse } from './refusal.js';

/** Part of one axis: `count` elements from `start`, `step` apart. */
export type Range = { axis: number; start: number; step: number; count: number };

/** A constant of `shape`, which has no elements, like `x`; refuses it if `x` is computed in a run. */
export const empty = (build: Builder, x: Value, shape: readonly number[]): Value => {
  if (!x.data) refuse(`the result of shape ${showShape(shape)} would have no elements`);
  return build.constant(x.data!.slice(0, 0), shape, x.type);
};

/** The part of `x` that the ranges describe; axes that are taken whole need no op. */
export const take = (build: Builder, x: Value, ranges: readonly Range[]): Value => {
  const parts = ranges.filter(({ axis, step, count }) => step !== 1 || count !== x.shape[axis]);
  if (parts.length === 0) return x;
  const shape = [...x.shape];
  for (const { axis, count } of parts) shape[axis] = count;
  if (shape.includes(0)) return empty(build, x, shape);
  const attrs = {
    axes: parts.map(({ axis }) => axis),
    starts: parts.map(({ start }) => start),
    steps: parts.map(({ step }) => step),
    counts: parts.map(({ count }) => count),
  };
  return build.op(slice, attrs, [x]);
};

const between = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

/** The part of an axis of `size` from `from` up to `to`, not included; negative bounds count from the end. */
export const rangeOf = (axis: number, size: number, from: number, to: number, step: number): Range => {
  if (step === 0) refuse('a step is 0');
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const start = between(from < 0 ? from + size : from, Math.max(low, 0), Math.max(high, 0));
  const end = between(to < 0 ? to + size : to, low, high);
  return { axis, start, step, count: Math.max(Math.ceil((end - start) / step), 0) };
};
