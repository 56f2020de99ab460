// topK, compared with taking the best remaining element again and again.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AttrsOf } from '../../../src/ir/schema.js';
import { topK } from '../../../src/ops/scripted/top-k.js';
import { at, placesOf, refuses, type Dense } from '../../support/cases.js';
import { checkOp } from '../../support/harness.js';

type Attrs = AttrsOf<typeof topK.attrs>;

const reference = ([x]: Dense[], { axis, largest, indices }: Attrs, shape: readonly number[]): number[] =>
  placesOf(shape).map((place) => {
    const row = Array.from({ length: x!.shape[axis]! }, (_, i) => at(x!, place.with(axis, i)));
    const left = new Set(row.keys());
    for (let rank = 0; ; rank++) {
      let best = -1;
      for (const i of left) if (best < 0 || (largest ? row[i]! > row[best]! : row[i]! < row[best]!)) best = i;
      if (rank === place[axis]) return indices ? best : row[best]!;
      left.delete(best);
    }
  });

const FLAGS = [0, 1, 2, 3].map((bits) => ({ largest: (bits & 1) === 1, indices: (bits & 2) === 2 }));

checkOp(
  topK,
  reference,
  FLAGS.flatMap((flags) => [
    { attrs: { axis: 0, k: 1, ...flags }, inputs: [{ shape: [1] }] },
    { attrs: { axis: 1, k: 3, ...flags }, inputs: [{ shape: [3, 7] }] },
    { attrs: { axis: 1, k: 4, ...flags }, inputs: [{ shape: [2, 4, 5] }] },
    { attrs: { axis: 0, k: 2, ...flags }, inputs: [{ shape: [6, 2, 3] }] },
    { attrs: { axis: 0, k: 6, ...flags }, inputs: [{ shape: [8], data: [2, 3, 3, -0, 0, 1, 2, 3] }] },
    {
      attrs: { axis: 0, k: 2, ...flags },
      inputs: [{ shape: [4], type: 'int64' as const, data: [3, -7, 2 ** 31 - 1, 3] }],
    },
    { attrs: { axis: 0, k: 4, ...flags }, inputs: [{ shape: [4], data: [-Infinity, Infinity, 0, -Infinity] }] },
  ]),
);

const x = { name: 'x', shape: [2, 3], type: 'float32' as const };
const attrs = { axis: 1, k: 2, largest: true, indices: false };

test('gives values of the type of its input and indices as int64', () => {
  assert.is(topK.type([x], attrs), 'float32');
  assert.is(topK.type([{ ...x, type: 'int32' }], attrs), 'int32');
  assert.is(topK.type([x], { ...attrs, indices: true }), 'int64');
});

refuses({
  'more elements than the axis has': () => topK.shape([x], { ...attrs, k: 4 }),
  'no elements': () => topK.shape([x], { ...attrs, k: 0 }),
  'an axis beyond the rank': () => topK.shape([x], { ...attrs, axis: 2 }),
  'truth values': () => topK.type([{ ...x, type: 'bool' }], attrs),
});

test.run();
