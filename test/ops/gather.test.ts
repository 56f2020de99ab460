// gather, compared with a lookup of every element.

import { test } from 'uvu';
import { gather } from '../../src/ops/rare/gather.js';
import type { DataType } from '../../src/ir/tensor.js';
import { at, placesOf, refuses, type Dense } from '../support/cases.js';
import { checkOp } from '../support/harness.js';

const reference = ([x, indices]: Dense[], { axis }: { axis: number }, shape: readonly number[]): number[] =>
  placesOf(shape).map((place) => {
    const rank = indices!.shape.length;
    const size = x!.shape[axis]!;
    const index = at(indices!, place.slice(axis, axis + rank));
    const inside = Math.min(Math.max(index < 0 ? index + size : index, 0), size - 1);
    return at(x!, [...place.slice(0, axis), inside, ...place.slice(axis + rank)]);
  });

const CASES: { shape: number[]; axis: number; at: number[]; indices: number[] }[] = [
  { shape: [7], axis: 0, at: [], indices: [3] },
  { shape: [7], axis: 0, at: [4], indices: [6, 0, -1, -7] },
  { shape: [3, 7], axis: 1, at: [5], indices: [6, 0, -1, 2, 2] },
  ...[1, 3, 4, 5, 16, 67].map((inner) => ({ shape: [2, 5, inner], axis: 1, at: [4], indices: [4, -5, 0, -2] })),
  { shape: [2, 3, 4], axis: 2, at: [2, 3], indices: [0, 1, 2, 3, -1, -4] },
  { shape: [2, 3, 4], axis: 1, at: [], indices: [-1] },
  { shape: [1, 4, 4, 12], axis: 3, at: [8], indices: [8, 9, 10, 11, 0, 1, 2, 3] },
  { shape: [40, 9], axis: 0, at: [2, 1, 2], indices: [39, 0, 20, -20] },
];

checkOp(
  gather,
  reference,
  CASES.flatMap(({ shape, axis, at, indices }) =>
    ([true, false] as const).map((constant) => ({
      attrs: { axis },
      inputs: [{ shape }, { shape: at, type: 'int64' as const, data: indices, constant }],
    })),
  ),
);

checkOp(gather, reference, [
  {
    attrs: { axis: 0 },
    inputs: [
      { shape: [3], type: 'int32', data: [7, 8, 9] },
      { shape: [2], type: 'int64', data: [2, 0] },
    ],
  },
]);

/** As while planning, when the indices are not known yet. */
const shapeBefore: typeof gather.shape = ([x, indices], attrs) =>
  gather.shape([x!, { ...indices!, data: undefined }], attrs);

checkOp({ ...gather, shape: shapeBefore }, reference, [
  { attrs: { axis: 0 }, inputs: [{ shape: [3, 5] }, { shape: [4], type: 'int32', data: [99, -99, 3, -4] }] },
  { attrs: { axis: 1 }, inputs: [{ shape: [3, 5] }, { shape: [2], type: 'int64', data: [2 ** 31 - 1, -(2 ** 31)] }] },
]);

const shapeOf = (axis: number, data?: number[]) =>
  gather.shape(
    [
      { name: 'x', shape: [4, 5], type: 'float32' },
      { name: 'indices', shape: [2], type: 'int64', data: data && Int32Array.from(data) },
    ],
    { axis },
  );

const typeOf = (type: DataType) =>
  gather.type(
    [
      { name: 'x', shape: [4], type: 'float32' },
      { name: 'i', shape: [2], type },
    ],
    { axis: 0 },
  );

refuses({
  'an axis beyond the rank': () => shapeOf(2),
  'a negative axis': () => shapeOf(-1),
  'an axis that is no number': () => shapeOf(NaN),
  'an index past the end': () => shapeOf(0, [0, 4]),
  'an index before the start': () => shapeOf(0, [-5, 0]),
  'indices that are floats': () => typeOf('float32'),
  'indices that are bool': () => typeOf('bool'),
  'a result that is too large': () =>
    gather.shape(
      [
        { name: 'x', shape: [4, 2 ** 20], type: 'float32' },
        { name: 'indices', shape: [2 ** 20], type: 'int64' },
      ],
      { axis: 0 },
    ),
});

test.run();
