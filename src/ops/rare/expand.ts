// Broadcasting to a given shape.

import { ShapeError } from '../../errors.js';
import { defineOp } from '../../ir/op.js';
import { showShape, stridesOf } from '../../ir/tensor.js';
import { samplesOf } from '../../ir/value.js';
import { checkIntegers } from '../shared/checks.js';
import { evenPlaces, planRemap, remapShape, remapTable } from '../shared/remap.js';
import { range } from '../shared/permutation.js';

/**
 * The input broadcast to `shape`, aligned at the last axis; 0 keeps the size of the input. With `like` the first axis of the
 * result has the size of that of `like`: as many samples as a run has.
 */
export const expand = defineOp({
  code: 14,
  name: 'expand',
  inputs: { x: 'value', like: 'value?' },
  attrs: { shape: 'i32s' },
  shape: ({ x, like }, { shape }) => {
    checkIntegers('shape', shape, shape.length, 0);
    const from = x.shape;
    const rank = Math.max(from.length, shape.length);
    return remapShape(
      range(rank).map((axis) => {
        const own = from[axis - rank + from.length];
        const size = axis === 0 && like ? samplesOf(like) : shape[axis - rank + shape.length] || (own ?? 0);
        if ((own ?? 1) !== 1 && own !== size) {
          throw new ShapeError(`${showShape(from)} cannot be expanded to ${showShape(shape)}`);
        }
        return size;
      }),
    );
  },
  plan: ({ x }, output) => {
    const { shape } = output;
    const strides = stridesOf(x.shape);
    const added = shape.length - x.shape.length;
    const stepOf = (axis: number) => ((x.shape[axis - added] ?? 1) === 1 ? 0 : strides[axis - added]!);
    return planRemap(x, output, remapTable(shape.map((size, axis) => evenPlaces(size, 0, stepOf(axis)))));
  },
});
