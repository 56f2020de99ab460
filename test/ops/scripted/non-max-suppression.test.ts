// nonMaxSuppression, compared with choosing the best of the boxes that are left and striking out what overlaps it.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AttrsOf } from '../../../src/ir/schema.js';
import { nonMaxSuppression } from '../../../src/ops/scripted/non-max-suppression.js';
import { at, refuses, type Dense } from '../../support/cases.js';
import { checkOp } from '../../support/harness.js';

type Attrs = AttrsOf<typeof nonMaxSuppression.attrs>;

type Span = [from: number, to: number];

const overlap = (a: number[], b: number[], centred: boolean): number => {
  const spanOf = (p: number, q: number): Span => (centred ? [p - q / 2, p + q / 2] : [Math.min(p, q), Math.max(p, q)]);
  const spansOf = ([p, q, r, s]: number[]): [Span, Span] => [spanOf(p!, r!), spanOf(q!, s!)];
  const [one, other] = [spansOf(a), spansOf(b)];
  const lengths = one.map(([from, to], i) => Math.min(to, other[i]![1]) - Math.max(from, other[i]![0]));
  const areaOf = (spans: Span[]) => spans.reduce((area, [from, to]) => area * (to - from), 1);
  const shared = lengths.every((length) => length > 0) ? lengths[0]! * lengths[1]! : 0;
  return shared && shared / (areaOf(one) + areaOf(other) - shared);
};

const reference = ([boxes, scores]: Dense[], attrs: Attrs, shape: readonly number[]): number[] => {
  const [images, classes, count] = scores!.shape as [number, number, number];
  const rows: number[] = [];
  for (let n = 0; n < images; n++) {
    const boxOf = (i: number) => [0, 1, 2, 3].map((k) => at(boxes!, [n, i, k]));
    for (let c = 0; c < classes; c++) {
      const left = new Set(
        Array.from({ length: count }, (_, i) => i).filter((i) => at(scores!, [n, c, i]) > attrs.minScore),
      );
      for (let chosen = 0; chosen < attrs.limit && left.size; chosen++) {
        const best = [...left].reduce((a, b) => (at(scores!, [n, c, b]) > at(scores!, [n, c, a]) ? b : a));
        rows.push(n, c, best);
        left.delete(best);
        for (const i of left) if (overlap(boxOf(i), boxOf(best), attrs.centred) > attrs.maxOverlap) left.delete(i);
      }
    }
  }
  return [...rows, ...new Array<number>(shape[0]! * 3 - rows.length).fill(-1)];
};

const attrs: Attrs = { limit: 3, maxOverlap: 0.3, minScore: -Infinity, centred: false };
const shapes = [
  { shape: [2, 12, 4], low: 0, high: 1 },
  { shape: [2, 3, 12], low: 0, high: 1 },
];

checkOp(nonMaxSuppression, reference, [
  { attrs, inputs: shapes },
  { attrs: { ...attrs, centred: true }, inputs: shapes },
  { attrs: { ...attrs, limit: 100, maxOverlap: 0.05 }, inputs: shapes },
  { attrs: { ...attrs, limit: 100, maxOverlap: 1 }, inputs: shapes },
  { attrs: { ...attrs, limit: 2 ** 31 - 1, minScore: 0.6 }, inputs: shapes },
  { attrs: { ...attrs, minScore: 2 }, inputs: shapes },
  {
    attrs,
    inputs: [
      { shape: [1, 3, 4], data: [0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0] },
      { shape: [1, 1, 3], data: [0.5, 0.9, 0.9] },
    ],
  },
  {
    attrs,
    inputs: [
      { shape: [1, 3, 4], data: [0, 0, 0, 0, 0, 0, 0, 0, NaN, 0, 1, 1] },
      { shape: [1, 1, 3], data: [0.5, 0.9, 0.1] },
    ],
  },
]);

test('counts the rows before the first that is not used', () => {
  assert.is(nonMaxSuppression.rows!([0, 0, 4, 0, 1, 2, -1, -1, -1]), 2);
  assert.is(nonMaxSuppression.rows!([0, 0, 4]), 1);
  assert.is(nonMaxSuppression.rows!([-1, -1, -1]), 0);
});

const shapeOf = (boxes: number[], scores: number[], change: Partial<Attrs> = {}) =>
  nonMaxSuppression.shape(
    [boxes, scores].map((shape) => ({ name: 'x', shape, type: 'float32' })),
    { ...attrs, ...change },
  );

refuses({
  'boxes of three numbers': () => shapeOf([1, 5, 3], [1, 2, 5]),
  'scores of other boxes': () => shapeOf([1, 5, 4], [1, 2, 6]),
  'scores of other images': () => shapeOf([1, 5, 4], [2, 2, 5]),
  'a limit of 0': () => shapeOf([1, 5, 4], [1, 2, 5], { limit: 0 }),
});

test.run();
