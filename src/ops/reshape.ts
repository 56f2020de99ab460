// The same elements under another shape.

import { ShapeError } from '../errors.js';
import { defineOp } from '../op.js';
import { showShape, sizeOf } from '../tensor.js';

export const reshape = defineOp({
  code: 8,
  name: 'reshape',
  arity: [1, 1],
  attrs: { shape: 'i32s' },
  alias: true,
  shape: ([x], { shape }) => {
    const from = x!.shape;
    const target = shape.map((size, axis) => (size === 0 && axis < from.length ? from[axis]! : size));
    const open = target.indexOf(-1);
    if (open >= 0) target[open] = sizeOf(from) / sizeOf(target.filter((_, axis) => axis !== open));
    if (!target.every((size) => Number.isSafeInteger(size) && size > 0) || sizeOf(target) !== sizeOf(from)) {
      throw new ShapeError(`${showShape(from)} cannot be reshaped to ${showShape(shape)}`);
    }
    return target;
  },
  bind: () => () => {},
});
