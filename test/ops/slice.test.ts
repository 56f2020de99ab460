// slice, compared with a lookup of every element.

import { test } from 'uvu';
import type { AttrsOf } from '../../src/ir/schema.js';
import { slice } from '../../src/ops/slice.js';
import { at, placesOf, randomIntegers, refuses, type Dense } from '../support/cases.js';
import { checkOp } from '../support/harness.js';

type Attrs = AttrsOf<typeof slice.attrs>;

const reference = ([x]: Dense[], { axes, starts, steps }: Attrs, shape: readonly number[]): number[] =>
  placesOf(shape).map((place) => {
    const from = [...place];
    axes.forEach((axis, index) => (from[axis] = starts[index]! + place[axis]! * steps[index]!));
    return at(x!, from);
  });

const along = (axis: number, start: number, step: number, count: number): Attrs => ({
  axes: [axis],
  starts: [start],
  steps: [step],
  counts: [count],
});

checkOp(slice, reference, [
  { attrs: { axes: [], starts: [], steps: [], counts: [] }, inputs: [{ shape: [] }] },
  { attrs: { axes: [], starts: [], steps: [], counts: [] }, inputs: [{ shape: [2, 3] }] },
  ...[1, 3, 4, 5, 16, 67].flatMap((count) => [
    { attrs: along(0, 2, 1, count), inputs: [{ shape: [70] }] },
    { attrs: along(1, 2, 1, count), inputs: [{ shape: [5, 70] }] },
    { attrs: along(1, count, -1, count), inputs: [{ shape: [3, 70] }] },
    { attrs: along(1, 1, 2, count), inputs: [{ shape: [3, 140] }] },
    { attrs: along(0, 0, 1, 2), inputs: [{ shape: [4, count] }] },
    { attrs: along(0, 3, -1, 4), inputs: [{ shape: [4, count] }] },
    { attrs: along(0, 3, -3, 2), inputs: [{ shape: [4, 2, count] }] },
  ]),
  { attrs: along(3, 1, 1, 1500), inputs: [{ shape: [1, 2, 2, 1600] }] },
  { attrs: along(0, 4, -2, 3), inputs: [{ shape: [5], type: 'int64', data: [1, 2, 3, 4, 5] }] },
  { attrs: along(0, 2, 0, 3), inputs: [{ shape: [5, 3] }] },
  {
    attrs: { axes: [3, 0, 1], starts: [4, 1, 0], steps: [-2, 1, 2], counts: [2, 1, 2] },
    inputs: [{ shape: [2, 3, 4, 5] }],
  },
]);

const random = randomIntegers('slice');

checkOp(
  slice,
  reference,
  Array.from({ length: 60 }, () => {
    const shape = Array.from({ length: random(1, 6) }, () => random(1, 6));
    const attrs: Record<keyof Attrs, number[]> = { axes: [], starts: [], steps: [], counts: [] };
    shape.forEach((size, axis) => {
      if (!random(0, 1)) return;
      const [start, step] = [random(0, size - 1), random(-3, 3) || 1];
      attrs.axes.push(axis);
      attrs.starts.push(start);
      attrs.steps.push(step);
      attrs.counts.push(random(1, 1 + Math.floor((step > 0 ? size - 1 - start : start) / Math.abs(step))));
    });
    return { attrs, inputs: [{ shape }] };
  }),
);

const shapeOf = (attrs: Attrs) => slice.shape([{ name: 'x', shape: [4, 5], type: 'float32' }], attrs);

refuses({
  'an axis beyond the rank': () => shapeOf(along(2, 0, 1, 1)),
  'a negative start': () => shapeOf(along(0, -1, 1, 1)),
  'a start past the end': () => shapeOf(along(0, 4, 1, 1)),
  'an end past the end': () => shapeOf(along(0, 1, 1, 4)),
  'an end before the start': () => shapeOf(along(0, 1, -1, 3)),
  'a count of 0 in steps of 0': () => shapeOf(along(0, 0, 0, 0)),
  'a negative count': () => shapeOf(along(0, 0, 1, -1)),
  'a step beyond 32 bits': () => shapeOf(along(0, 0, 2 ** 40, 2)),
  'a step that is no number': () => shapeOf(along(0, 0, NaN, 2)),
  'a fraction': () => shapeOf(along(0, 0, 0.5, 2)),
  'an axis twice': () => shapeOf({ axes: [0, 0], starts: [0, 0], steps: [1, 1], counts: [1, 1] }),
  'lists of different lengths': () => shapeOf({ axes: [0, 1], starts: [0], steps: [1, 1], counts: [1, 1] }),
  'a repetition without end': () => shapeOf(along(0, 0, 0, 2 ** 30)),
});

test.run();
