// argmax, compared with a search in a loop.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AttrsOf } from '../../src/ir/schema.js';
import { argmax } from '../../src/ops/rare/argmax.js';
import { at, placesOf, refuses, type Dense } from '../support/cases.js';
import { checkOp } from '../support/harness.js';
import { rewritesOf } from '../../src/converter/rewrites/index.js';

type Attrs = AttrsOf<typeof argmax.attrs>;

const reference = ([x]: Dense[], { axis, last, min }: Attrs): number[] => {
  const others = x!.shape.map((size, index) => (index === axis ? 1 : size));
  return placesOf(others).map((place) => {
    const values = Array.from({ length: x!.shape[axis]! }, (_, i) =>
      at(
        x!,
        place.map((p, index) => (index === axis ? i : p)),
      ),
    );
    const best = min ? Math.min(...values) : Math.max(...values);
    return last ? values.lastIndexOf(best) : values.indexOf(best);
  });
};

const FLAGS = [0, 1, 2, 3].map((bits) => ({ last: (bits & 1) === 1, min: (bits & 2) === 2, keep: bits > 1 }));

const SHAPES: { shape: number[]; axis: number }[] = [
  ...[1, 3, 4, 5, 16, 67].flatMap((size) => [
    { shape: [3, size], axis: 1 },
    { shape: [2, 6, size], axis: 1 },
  ]),
  { shape: [2, 3, 4, 5], axis: 0 },
  { shape: [7, 1, 21], axis: 2 },
];

checkOp(
  argmax,
  reference,
  SHAPES.flatMap(({ shape, axis }) => FLAGS.map((flags) => ({ attrs: { axis, ...flags }, inputs: [{ shape }] }))),
);

const TIES = [2, 3, 3, 1, 1, 3, 2, 1, 1, 3, 1, 2, 3];

checkOp(
  argmax,
  reference,
  FLAGS.flatMap((flags) => [
    { attrs: { axis: 0, ...flags }, inputs: [{ shape: [13], data: TIES }] },
    { attrs: { axis: 0, ...flags }, inputs: [{ shape: [6, 2], data: TIES.slice(1) }] },
    { attrs: { axis: 0, ...flags }, inputs: [{ shape: [5], data: [5, 5, 5, 5, 5] }] },
    {
      attrs: { axis: 1, ...flags },
      inputs: [{ shape: [1, 6], data: new Array<number>(6).fill(flags.min ? Infinity : -Infinity) }],
    },
  ]),
);

test('gives int64', () => {
  assert.is(
    argmax.type([{ name: 'x', shape: [2], type: 'float32' }], { axis: 0, keep: false, last: false, min: false }),
    'int64',
  );
});

test('moves its axis to that of the array before a transposition', () => {
  const x = { name: 'x', shape: [2, 3, 4, 5], type: 'float32' as const };
  const attrs = { axis: 3, keep: false, last: false, min: false };
  assert.equal(rewritesOf(argmax).permute!([x], attrs, [0, 2, 3, 1]), {
    attrs: { ...attrs, axis: 1 },
    perm: [0, 1, 2],
  });
  assert.equal(rewritesOf(argmax).permute!([x], { ...attrs, axis: 0, keep: true }, [3, 1, 2, 0])?.perm, [3, 1, 2, 0]);
});

const shapeOf = (axis: number) =>
  argmax.shape([{ name: 'x', shape: [2, 3], type: 'float32' }], { axis, keep: false, last: false, min: false });

refuses({
  'an axis beyond the rank': () => shapeOf(2),
  'a negative axis': () => shapeOf(-1),
  NaN: () => shapeOf(NaN),
});

test.run();
