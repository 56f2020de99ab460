// tile, compared with a lookup of every element.

import { test } from 'uvu';
import { tile } from '../../src/ops/rare/tile.js';
import { at, placesOf, refuses, type Dense } from '../support/cases.js';
import { checkOp } from '../support/harness.js';

const reference = ([x]: Dense[], _: unknown, shape: readonly number[]): number[] =>
  placesOf(shape).map((place) =>
    at(
      x!,
      place.map((index, axis) => index % x!.shape[axis]!),
    ),
  );

const CASES: { shape: number[]; repeats: number[] }[] = [
  { shape: [], repeats: [] },
  ...[1, 3, 4, 5, 16, 67].flatMap((size) => [
    { shape: [size], repeats: [1] },
    { shape: [size], repeats: [3] },
    { shape: [2, size], repeats: [3, 2] },
    { shape: [size, 2], repeats: [2, 3] },
  ]),
  { shape: [2, 3, 4], repeats: [1, 5, 1] },
  { shape: [1, 4, 4, 8], repeats: [2, 1, 3, 2] },
  { shape: [2, 1, 2, 1, 2, 3], repeats: [1, 2, 1, 3, 2, 2] },
  { shape: [3, 2000], repeats: [2, 2] },
];

checkOp(
  tile,
  reference,
  CASES.map(({ shape, repeats }) => ({ attrs: { repeats }, inputs: [{ shape }] })),
);

const shapeOf = (repeats: number[]) => tile.shape([{ name: 'x', shape: [2, 3], type: 'float32' }], { repeats });

refuses({
  'too few repeats': () => shapeOf([2]),
  'repeats of 0': () => shapeOf([2, 0]),
  'negative repeats': () => shapeOf([2, -1]),
  'a fraction': () => shapeOf([2, 1.5]),
  'repeats that are no number': () => shapeOf([2, NaN]),
  'a result that is too large': () => shapeOf([2 ** 20, 2 ** 20]),
});

test.run();
