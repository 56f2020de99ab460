// A part of an array, in steps forwards or backwards.

import { defineOp } from '../ir/op.js';
import { checkAxes, checkInteger, checkIntegers } from './shared/checks.js';
import { evenPlaces, placesAlong, planRemap, remapShape, remapTable } from './shared/remap.js';

/** `counts[i]` elements along `axes[i]` from `starts[i]` in steps of `steps[i]`, which may be negative. */
export const slice = defineOp({
  code: 10,
  name: 'slice',
  inputs: { x: 'value' },
  attrs: { axes: 'i32s', starts: 'i32s', steps: 'i32s', counts: 'i32s' },
  moves: true,
  shape: ({ x }, { axes, starts, steps, counts }) => {
    const shape = [...x.shape];
    checkAxes(axes, shape.length);
    checkIntegers('starts', starts, axes.length, 0);
    checkIntegers('steps', steps, axes.length, -(2 ** 31));
    checkIntegers('counts', counts, axes.length, 1);
    axes.forEach((axis, index) => {
      const [start, last] = [starts[index]!, shape[axis]! - 1];
      checkInteger('starts', start, 0, last);
      checkInteger('the end of a slice', start + (counts[index]! - 1) * steps[index]!, 0, last);
      shape[axis] = counts[index]!;
    });
    return remapShape(shape);
  },
  plan: ({ x }, output, { axes, starts, steps, counts }) => {
    const indices = x.shape.map((size) => evenPlaces(size));
    axes.forEach((axis, index) => {
      indices[axis] = evenPlaces(counts[index]!, starts[index], steps[index]);
    });
    return planRemap(x, output, remapTable(placesAlong(x.shape, indices)));
  },
});
