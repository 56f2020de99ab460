// Reductions over axes, compared with a loop in double precision.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AttrsOf } from '../../src/ir/schema.js';
import { reduce } from '../../src/ops/reduce.js';
import { at, placesOf, refuses, type Dense } from '../support/cases.js';
import { checkOp } from '../support/harness.js';
import { rewritesOf } from '../../src/converter/rewrites/index.js';

type Attrs = AttrsOf<typeof reduce.attrs>;

const KINDS = reduce.attrs.kind;

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);

const JOINS: Record<Attrs['kind'], (values: number[]) => number> = {
  mean: (values) => sum(values) / values.length,
  sum,
  max: (values) => Math.max(...values),
  min: (values) => Math.min(...values),
  l2: (values) => Math.hypot(...values),
  l1: (values) => sum(values.map(Math.abs)),
  prod: (values) => values.reduce((a, b) => a * b, 1),
  sumsq: (values) => sum(values.map((value) => value * value)),
  logsum: (values) => Math.log(sum(values)),
  logsumexp: (values) =>
    Math.max(...values) + Math.log(sum(values.map((value) => Math.exp(value - Math.max(...values))))),
};

const reference = ([x]: Dense[], { kind, axes }: Attrs): number[] => {
  const groups = new Map<string, number[]>();
  for (const place of placesOf(x!.shape)) {
    const key = place.filter((_, axis) => !axes.includes(axis)).join();
    groups.set(key, [...(groups.get(key) ?? []), at(x!, place)]);
  }
  return Array.from(groups.values(), JOINS[kind]);
};

const SHAPES: { shape: number[]; axes: number[] }[] = [
  ...[1, 3, 4, 5, 16, 67].flatMap((size) => [
    { shape: [3, size], axes: [1] },
    { shape: [2, 5, size], axes: [1] },
  ]),
  { shape: [7], axes: [0] },
  { shape: [2, 7, 7, 21], axes: [1, 2] },
  { shape: [2, 3, 4, 5], axes: [0, 2] },
  { shape: [2, 3, 4, 5], axes: [3, 1] },
  { shape: [3, 2, 4, 2, 5], axes: [0, 2, 4] },
  { shape: [2, 3, 4], axes: [0, 1, 2] },
  { shape: [1, 1, 5], axes: [1] },
  { shape: [2, 3], axes: [] },
  { shape: [], axes: [] },
];

checkOp(
  reduce,
  reference,
  SHAPES.flatMap(({ shape, axes }, index) =>
    KINDS.map((kind) => ({
      attrs: { kind, axes, keep: index % 2 === 0 },
      inputs: [{ shape, low: kind === 'logsum' ? 0.1 : -1, high: 1.5 }],
    })),
  ),
);

checkOp(reduce, reference, [
  { attrs: { kind: 'logsumexp', axes: [0], keep: false }, inputs: [{ shape: [3], data: [1000, 999, -1000] }] },
  {
    attrs: { kind: 'logsumexp', axes: [0], keep: false },
    inputs: [{ shape: [2, 2], data: [1000, -999, 1001, -1000] }],
  },
  { attrs: { kind: 'mean', axes: [1], keep: false }, inputs: [{ shape: [1, 10000, 3], low: 0.9, high: 1.1 }] },
]);

test('keeps axes of size 1, or drops them', () => {
  const x = { name: 'x', shape: [2, 3, 4], type: 'float32' as const };
  assert.equal(reduce.shape([x], { kind: 'sum', axes: [1], keep: true }), [2, 1, 4]);
  assert.equal(reduce.shape([x], { kind: 'sum', axes: [0, 2], keep: false }), [3]);
});

test('moves its axes to those of the array before a transposition', () => {
  const attrs = { kind: 'sum', axes: [1, 2], keep: false } as const;
  const x = { name: 'x', shape: [2, 3, 4, 5], type: 'float32' as const };
  assert.equal(rewritesOf(reduce).permute!([x], attrs, [0, 2, 3, 1]), {
    attrs: { ...attrs, axes: [2, 3] },
    perm: [0, 1],
  });
  assert.equal(rewritesOf(reduce).permute!([x], { ...attrs, axes: [0] }, [3, 1, 0, 2])?.perm, [1, 0, 2]);
});

const shapeOf = (axes: number[]) =>
  reduce.shape([{ name: 'x', shape: [2, 3], type: 'float32' }], { kind: 'sum', axes, keep: false });

refuses({
  'an axis beyond the rank': () => shapeOf([2]),
  'a negative axis': () => shapeOf([-1]),
  'an axis twice': () => shapeOf([0, 0]),
  'a fraction': () => shapeOf([0.5]),
  NaN: () => shapeOf([NaN]),
  integers: () => reduce.type([{ name: 'x', shape: [2], type: 'int32' }], { kind: 'sum', axes: [0], keep: false }),
});

test.run();
