// maxIndices and unpool, compared with searches over all positions of a window.

import { test } from 'uvu';
import type { AttrsOf } from '../../../src/ir/schema.js';
import { maxIndices, unpool } from '../../../src/ops/scripted/max-indices.js';
import { at, isInside, placesOf, refuses, type Dense } from '../../support/cases.js';
import { checkOp, type Case } from '../../support/harness.js';

type Attrs = AttrsOf<typeof maxIndices.attrs>;

const indexIn = (shape: readonly number[], place: readonly number[]): number =>
  place.reduce((index, p, axis) => index * shape[axis]! + p, 0);

const reference = ([x]: Dense[], { kernel, strides, dilations, pads, columns }: Attrs, shape: readonly number[]) => {
  const sizes = x!.shape.slice(2);
  return placesOf(shape).map(([n, c, ...window]) => {
    let best: number[] | undefined;
    for (const tap of placesOf(kernel)) {
      const place = tap.map((k, a) => window[a]! * strides[a]! + k * dilations[a]! - pads[a]!);
      if (!isInside(sizes, place)) continue;
      if (!best || at(x!, [n!, c!, ...place]) > at(x!, [n!, c!, ...best])) best = place;
    }
    const inImage = columns ? indexIn([...sizes].reverse(), [...best!].reverse()) : indexIn(sizes, best!);
    return indexIn([x!.shape[0]!, x!.shape[1]!, sizes.reduce((a, b) => a * b, 1)], [n!, c!, inImage]);
  });
};

const simple = (rank: number, change: Partial<Attrs> = {}): Attrs => ({
  kernel: new Array<number>(rank).fill(2),
  strides: new Array<number>(rank).fill(2),
  dilations: new Array<number>(rank).fill(1),
  pads: new Array<number>(2 * rank).fill(0),
  ceil: false,
  columns: false,
  ...change,
});

checkOp(
  maxIndices,
  reference,
  [false, true].flatMap((columns): Case<Attrs>[] => [
    { attrs: simple(1, { columns }), inputs: [{ shape: [2, 3, 7] }] },
    { attrs: simple(2, { columns }), inputs: [{ shape: [2, 2, 6, 5] }] },
    {
      attrs: simple(2, { columns, kernel: [3, 2], pads: [1, 0, 1, 1], ceil: true }),
      inputs: [{ shape: [1, 2, 6, 5] }],
    },
    { attrs: simple(2, { columns, dilations: [2, 3], strides: [1, 1] }), inputs: [{ shape: [2, 1, 5, 6] }] },
    { attrs: simple(3, { columns, strides: [1, 2, 1] }), inputs: [{ shape: [1, 2, 3, 4, 3] }] },
    { attrs: simple(2, { columns }), inputs: [{ shape: [1, 1, 4, 4], data: new Array<number>(16).fill(3) }] },
  ]),
);

const clamped = (size: number, index: number): number =>
  Math.max(0, Math.min(size - 1, index < 0 ? index + size : index));

checkOp(
  unpool,
  ([x, indices]: Dense[], _, shape) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const result = new Array<number>(size).fill(0);
    for (const place of placesOf(x!.shape)) result[clamped(size, at(indices!, place))] = at(x!, place);
    return result;
  },
  [
    {
      attrs: { sizes: [4, 4] },
      inputs: [{ shape: [1, 1, 2, 2] }, { shape: [1, 1, 2, 2], type: 'int64', data: [5, 7, 13, 15] }],
    },
    { attrs: { sizes: [6] }, inputs: [{ shape: [2, 2, 3] }, { shape: [2, 2, 3], type: 'int64', low: 0, high: 24 }] },
    {
      attrs: { sizes: [3, 3] },
      inputs: [{ shape: [1, 1, 2, 2] }, { shape: [1, 1, 2, 2], type: 'int64', data: [-1, 9, 2 ** 31 - 1, -(2 ** 31)] }],
    },
  ],
);

const value = (shape: number[], type: 'float32' | 'int64' = 'float32') => ({ name: 'x', shape, type });

refuses({
  'a window larger than the input': () => maxIndices.shape([value([1, 1, 1, 1])], simple(2)),
  'an input without spatial axes': () => maxIndices.shape([value([1, 1])], simple(0)),
  'indices of another shape': () => unpool.shape([value([1, 1, 2]), value([1, 1, 3], 'int64')], { sizes: [4] }),
  'sizes of another rank': () => unpool.shape([value([1, 1, 2]), value([1, 1, 2], 'int64')], { sizes: [4, 4] }),
  'indices that are floats': () => unpool.type([value([1, 1, 2]), value([1, 1, 2])], { sizes: [4] }),
});

test.run();
