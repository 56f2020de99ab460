// Broadcasting: shapes that are stretched to a common one, as in numpy.

import type { Value } from '../../ir/value.js';
import { expand } from '../../ops/rare/expand.js';
import { sameShape, showShape } from '../../ir/tensor.js';
import type { Builder } from './builder.js';
import { refuse } from './refusal.js';

/** The shape that all the shapes are stretched to; refuses shapes that do not fit. */
export const broadcastShapes = (shapes: readonly (readonly number[])[]): number[] => {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[shape.length - rank + axis] ?? 1).filter((size) => size !== 1);
    if (sizes.some((size) => size !== sizes[0])) {
      refuse(`shapes ${shapes.map((shape) => showShape(shape)).join(' and ')} do not broadcast to one shape`);
    }
    return sizes[0] ?? 1;
  });
};

/** `x` stretched to `shape`, in which an open batch stays open. Sizes that do not change are stored as 0. */
export const broadcastTo = (build: Builder, x: Value, shape: readonly number[]): Value => {
  if (sameShape(x.shape, shape)) return x;
  const shift = shape.length - x.shape.length;
  const repeats = build.batch && shape[0] === build.batch.size && (shift > 0 || x.shape[0] === 1);
  if (repeats) {
    const one = broadcastTo(build, x, [1, ...shape.slice(1)]);
    return build.op(expand, { shape: shape.map(() => 0) }, [one, build.batch!.like]);
  }
  const stored = shape.map((size, axis) => (axis >= shift && x.shape[axis - shift] === size ? 0 : size));
  return build.op(expand, { shape: stored }, [x]);
};
