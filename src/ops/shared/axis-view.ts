// Views of an array as [outer, axis, inner], where the axis may be several adjacent ones.

import { sizeOf } from '../../ir/tensor.js';

/** Elements before, along and after an axis: the array as [outer, axis, inner]. */
export type AxisView = { outer: number; axis: number; inner: number };

/** `shape` around the axes from `first` to `end` - 1. */
export const viewAround = (shape: readonly number[], first: number, end = first + 1): AxisView => ({
  outer: sizeOf(shape.slice(0, first)),
  axis: sizeOf(shape.slice(first, end)),
  inner: sizeOf(shape.slice(end)),
});
