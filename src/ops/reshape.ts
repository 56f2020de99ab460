// The same elements with another shape.

import { ShapeError } from '../errors.js';
import { defineOp } from '../ir/op.js';
import { showShape, sizeOf } from '../ir/tensor.js';
import { channelsOf } from '../ir/value.js';
import { checkPairs } from './shared/checks.js';

/** The same elements, row-major, with another shape. An int8 value keeps its channels, unless both numbers are even. */
export const reshape = defineOp({
  code: 8,
  name: 'reshape',
  inputs: { x: 'value' },
  attrs: { shape: 'i32s' },
  alias: true,
  int8: true,
  shape: ({ x }, { shape }) => {
    const result = resultShape(x.shape, shape);
    if (channelsOf(x) !== channelsOf({ shape: result })) checkPairs([x, { ...x, shape: result }]);
    return result;
  },
});

/** Resolves `shape`: 0 keeps a size, -1 is the remaining size. @throws {ShapeError} if it does not fit `from` */
export const resultShape = (from: readonly number[], shape: readonly number[]): number[] => {
  const target = shape.map((size, axis) => (size === 0 && axis < from.length ? from[axis]! : size));
  const open = target.indexOf(-1);
  if (open >= 0) target[open] = sizeOf(from) / sizeOf(target.filter((_, axis) => axis !== open));
  if (!target.every((size) => Number.isSafeInteger(size) && size > 0) || sizeOf(target) !== sizeOf(from)) {
    throw new ShapeError(`${showShape(from)} cannot be reshaped to ${showShape(shape)}`);
  }
  return target;
};
