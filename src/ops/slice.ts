// A part of an array, in steps forwards or backwards.

import { defineOp } from '../ir/op.js';
import type { AttrsOf } from '../ir/schema.js';
import { shapeInWords } from '../ir/value.js';
import { checkAxes, checkChannelsStay, checkInteger, checkIntegers } from './shared/checks.js';
import { evenPlaces, placesAlong, planRemap, remapShape, remapTable } from './shared/remap.js';

const schema = { axes: 'axes', starts: 'i32s', steps: 'i32s', counts: 'i32s' } as const;

/** How many elements are taken along `axes[index]`. */
const countAlong = (
  shape: readonly number[],
  { axes, starts, steps, counts }: AttrsOf<typeof schema>,
  index: number,
): number => {
  if (counts[index]) return counts[index];
  const [start, step] = [starts[index]!, steps[index]!];
  const after = step > 0 ? shape[axes[index]!]! - 1 - start : start;
  return Math.floor(after / Math.abs(step)) + 1;
};

/**
 * `counts[i]` elements along `axes[i]` from `starts[i]` in steps of `steps[i]`, which may be negative; a count of 0 takes all
 * up to the end. Channels of an int8 value can be taken from an even one on, in steps of 1.
 */
export const slice = defineOp({
  code: 10,
  name: 'slice',
  inputs: { x: 'value' },
  int8: true,
  attrs: schema,
  moves: true,
  shape: ({ x }, attrs) => {
    const { axes, starts, steps, counts } = attrs;
    const shape = [...x.shape];
    checkAxes(axes, shape.length);
    checkIntegers('starts', starts, axes.length, 0);
    checkIntegers('steps', steps, axes.length, -(2 ** 31));
    checkIntegers('counts', counts, axes.length, 0);
    axes.forEach((axis, index) => {
      const [start, last] = [starts[index]!, shape[axis]! - 1];
      checkInteger('starts', start, 0, last);
      checkChannelsStay(x, axis < shape.length - 1 || (start % 2 === 0 && steps[index] === 1));
      const count = countAlong(x.shape, attrs, index);
      checkInteger('the end of a slice', start + (count - 1) * steps[index]!, 0, last);
      shape[axis] = count;
    });
    return remapShape(shape);
  },
  plan: ({ x }, output, { axes, starts, steps }) => {
    const [shape, sizes] = [shapeInWords(x), shapeInWords(output)];
    const indices = shape.map((size) => evenPlaces(size));
    axes.forEach((axis, index) => {
      const inPairs = x.type === 'int8' && axis === shape.length - 1;
      indices[axis] = evenPlaces(sizes[axis]!, starts[index]! / (inPairs ? 2 : 1), steps[index]);
    });
    return planRemap(x, output, remapTable(placesAlong(shape, indices)));
  },
});
