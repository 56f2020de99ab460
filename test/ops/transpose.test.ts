// transpose for all permutations, compared with a lookup of every element.

import { test } from 'uvu';
import { transpose } from '../../src/ops/transpose.js';
import { at, placesOf, randomIntegers, refuses, type Dense } from '../support/cases.js';
import { checkOp } from '../support/harness.js';

const reference = ([x]: Dense[], { perm }: { perm: readonly number[] }, shape: readonly number[]): number[] =>
  placesOf(shape).map((place) => {
    const from: number[] = [];
    perm.forEach((axis, index) => (from[axis] = place[index]!));
    return at(x!, from);
  });

const permutations = (rank: number): number[][] =>
  rank === 0
    ? [[]]
    : permutations(rank - 1).flatMap((rest) =>
        Array.from({ length: rank }, (_, place) => [...rest.slice(0, place), rank - 1, ...rest.slice(place)]),
      );

const SIZES = [1, 3, 4, 5, 16, 67];

checkOp(
  transpose,
  reference,
  [[], [5], [3, 5], [2, 3, 5], [2, 1, 3, 5], [2, 3, 4, 5]].flatMap((shape) =>
    permutations(shape.length).map((perm) => ({ attrs: { perm }, inputs: [{ shape }] })),
  ),
);

checkOp(
  transpose,
  reference,
  SIZES.flatMap((rows) =>
    SIZES.map((columns) => ({ attrs: { perm: [0, 2, 1] }, inputs: [{ shape: [2, rows, columns] }] })),
  ),
);

checkOp(transpose, reference, [
  { attrs: { perm: [0, 2, 3, 1] }, inputs: [{ shape: [2, 3, 7, 9] }] },
  { attrs: { perm: [0, 3, 1, 2] }, inputs: [{ shape: [2, 7, 9, 3] }] },
  { attrs: { perm: [0, 2, 3, 4, 1] }, inputs: [{ shape: [1, 5, 3, 4, 3] }] },
  { attrs: { perm: [0, 1, 3, 2, 4] }, inputs: [{ shape: [1, 3, 4, 5, 8] }] },
  { attrs: { perm: [0, 1, 4, 2, 5, 3] }, inputs: [{ shape: [1, 6, 2, 2, 3, 5] }] },
  { attrs: { perm: [2, 1, 0] }, inputs: [{ shape: [40, 3, 50] }] },
  { attrs: { perm: [1, 0] }, inputs: [{ shape: [6, 4], type: 'int32', data: placesOf([24]).map(([i]) => i! - 12) }] },
]);

const random = randomIntegers('transpose');

checkOp(
  transpose,
  reference,
  Array.from({ length: 40 }, () => {
    const shape = Array.from({ length: random(2, 6) }, () => random(1, 6));
    const perms = shape.map((_, axis) => ({ axis, key: random(0, 1e6) })).sort((a, b) => a.key - b.key);
    return { attrs: { perm: perms.map(({ axis }) => axis) }, inputs: [{ shape }] };
  }),
);

const shapeOf = (perm: number[]) => transpose.shape([{ name: 'x', shape: [2, 3, 4], type: 'float32' }], { perm });

refuses({
  'too few axes': () => shapeOf([0, 1]),
  'an axis twice': () => shapeOf([0, 1, 1]),
  'an axis beyond the rank': () => shapeOf([0, 1, 3]),
  'a negative axis': () => shapeOf([0, 1, -1]),
  'a fraction': () => shapeOf([0, 1, 1.5]),
  'an axis that is no number': () => shapeOf([0, 1, NaN]),
});

test.run();
