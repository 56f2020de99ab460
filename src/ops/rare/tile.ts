// Repetition along axes.

import { defineOp } from '../../ir/op.js';
import { stridesOf } from '../../ir/tensor.js';
import { checkIntegers } from '../shared/checks.js';
import { evenPlaces, planRemap, remapShape, remapTable } from '../shared/remap.js';

/** The input `repeats[i]` times along axis i. */
export const tile = defineOp({
  code: 15,
  name: 'tile',
  inputs: { x: 'value' },
  attrs: { repeats: 'i32s' },
  shape: ({ x }, { repeats }) => {
    checkIntegers('repeats', repeats, x.shape.length, 1);
    return remapShape(x.shape.map((size, axis) => size * repeats[axis]!));
  },
  plan: ({ x }, output, { repeats }) => {
    const strides = stridesOf(x.shape);
    const axes = x.shape.flatMap((size, axis) => [
      evenPlaces(repeats[axis]!, 0, 0),
      evenPlaces(size, 0, strides[axis]),
    ]);
    return planRemap(x, output, remapTable(axes));
  },
});
