// expand, compared with a lookup of every element.

import { test } from 'uvu';
import { expand } from '../../src/ops/rare/expand.js';
import { at, placesOf, refuses, type Dense } from '../support/cases.js';
import { checkOp } from '../support/harness.js';

const reference = ([x]: Dense[], _: unknown, shape: readonly number[]): number[] =>
  placesOf(shape).map((place) =>
    at(
      x!,
      place.slice(shape.length - x!.shape.length).map((index, axis) => (x!.shape[axis] === 1 ? 0 : index)),
    ),
  );

const CASES: { from: number[]; shape: number[] }[] = [
  { from: [], shape: [] },
  { from: [], shape: [7] },
  { from: [], shape: [2, 3] },
  ...[1, 3, 4, 5, 16, 67].flatMap((size) => [
    { from: [1], shape: [size] },
    { from: [size], shape: [3, size] },
    { from: [size, 1], shape: [size, 6] },
    { from: [2, 1, size], shape: [2, 5, size] },
  ]),
  { from: [2, 1, 3, 1], shape: [2, 4, 3, 5] },
  { from: [2, 1, 3, 1], shape: [0, 4, 0, 5] },
  { from: [2, 1, 3, 1], shape: [4, 0, 5] },
  { from: [2, 3], shape: [5, 1, 0, 0] },
  { from: [1, 2, 1, 2, 1, 2], shape: [2, 2, 2, 2, 3, 2] },
  { from: [40, 1, 30], shape: [40, 3, 30] },
];

checkOp(
  expand,
  reference,
  CASES.map(({ from, shape }) => ({ attrs: { shape }, inputs: [{ shape: from }] })),
);

checkOp(expand, reference, [{ attrs: { shape: [2, 3] }, inputs: [{ shape: [3], type: 'bool', data: [1, 0, 1] }] }]);

const shapeOf = (shape: number[]) => expand.shape([{ name: 'x', shape: [2, 1], type: 'float32' }], { shape });

refuses({
  'another size': () => shapeOf([3, 4]),
  'a smaller size': () => shapeOf([1, 4]),
  'a negative size': () => shapeOf([2, -1]),
  'a fraction': () => shapeOf([2, 1.5]),
  'a size that is no number': () => shapeOf([2, NaN]),
  'nothing to keep': () => shapeOf([0, 2, 4]),
  'a result that is too large': () => shapeOf([2 ** 16, 2 ** 15, 2, 4]),
  'an axis that is too long': () => shapeOf([2, 2 ** 26]),
  'too many axes': () => shapeOf([1, 1, 1, 1, 1, 1, 1, 2, 1]),
});

test.run();
