// softmax and its logarithm, compared with their formulas in double precision.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AttrsOf } from '../../src/ir/schema.js';
import { softmax } from '../../src/ops/softmax.js';
import { at, placesOf, refuses, type Dense } from '../support/cases.js';
import { checkOp } from '../support/harness.js';
import { rewritesOf } from '../../src/converter/rewrites/index.js';

type Attrs = AttrsOf<typeof softmax.attrs>;

const reference = ([x]: Dense[], { axis, log }: Attrs): number[] =>
  placesOf(x!.shape).map((place) => {
    const values = Array.from({ length: x!.shape[axis]! }, (_, i) =>
      at(
        x!,
        place.map((p, index) => (index === axis ? i : p)),
      ),
    );
    const most = Math.max(...values);
    const sum = values.reduce((total, value) => total + Math.exp(value - most), 0);
    return log ? at(x!, place) - most - Math.log(sum) : Math.exp(at(x!, place) - most) / sum;
  });

const SHAPES: { shape: number[]; axis: number }[] = [
  ...[1, 3, 4, 5, 16, 67].flatMap((size) => [
    { shape: [3, size], axis: 1 },
    { shape: [2, 6, size], axis: 1 },
  ]),
  { shape: [1000], axis: 0 },
  { shape: [2, 3, 4, 5], axis: 0 },
  { shape: [2, 3, 4, 5], axis: 2 },
];

checkOp(
  softmax,
  reference,
  SHAPES.flatMap(({ shape, axis }) =>
    [false, true].map((log) => ({ attrs: { axis, log }, inputs: [{ shape, low: -8, high: 8 }] })),
  ),
);

checkOp(
  softmax,
  reference,
  [false, true].flatMap((log) => [
    { attrs: { axis: 0, log }, inputs: [{ shape: [5], data: [1e4, 1e4 - 1, -1e4, 0, 1e4] }] },
    { attrs: { axis: 0, log }, inputs: [{ shape: [3, 2], data: [-1e30, 500, -1e30, -500, -1e30, 499] }] },
  ]),
);

test('moves its axis to that of the array before a transposition', () => {
  const x = { name: 'x', shape: [2, 3, 4, 5], type: 'float32' as const };
  const perm = [0, 2, 3, 1];
  assert.equal(rewritesOf(softmax).permute!([x], { axis: 3, log: true }, perm), {
    attrs: { axis: 1, log: true },
    perm,
  });
});

const shapeOf = (axis: number) => softmax.shape([{ name: 'x', shape: [2, 3], type: 'float32' }], { axis, log: false });

refuses({
  'an axis beyond the rank': () => shapeOf(2),
  'a negative axis': () => shapeOf(-1),
  'a fraction': () => shapeOf(0.5),
});

test.run();
