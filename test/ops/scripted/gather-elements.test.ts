// gatherElements and gatherND, compared with reading one element at a time.

import { test } from 'uvu';
import type { AttrsOf } from '../../../src/ir/schema.js';
import { gatherElements, gatherND } from '../../../src/ops/scripted/gather-elements.js';
import { at, placesOf, refuses, type Dense } from '../../support/cases.js';
import { checkOp, type CaseInput } from '../../support/harness.js';

/** An index from the start, or the nearest end of the axis. */
const clamped = (size: number, index: number): number => {
  const counted = index < 0 ? size + index : index;
  return counted < 0 ? 0 : counted >= size ? size - 1 : counted;
};

const indicesOf = (shape: number[], low: number, high: number): CaseInput => ({ shape, type: 'int64', low, high });

checkOp(
  gatherElements,
  ([x, indices]: Dense[], { axis }: AttrsOf<typeof gatherElements.attrs>) =>
    placesOf(indices!.shape).map((place) => at(x!, place.with(axis, clamped(x!.shape[axis]!, at(indices!, place))))),
  [
    { attrs: { axis: 0 }, inputs: [{ shape: [4] }, indicesOf([9], -4, 4)] },
    { attrs: { axis: 1 }, inputs: [{ shape: [2, 5, 3] }, indicesOf([2, 4, 2], 0, 5)] },
    { attrs: { axis: 0 }, inputs: [{ shape: [3, 4] }, indicesOf([5, 4], -3, 3)] },
    { attrs: { axis: 2 }, inputs: [{ shape: [2, 2, 3], type: 'int64', high: 50 }, indicesOf([1, 2, 7], -3, 3)] },
    { attrs: { axis: 0 }, inputs: [{ shape: [3, 2] }, indicesOf([40, 2], -(2 ** 31), 2 ** 31 - 1)] },
    {
      attrs: { axis: 0 },
      inputs: [{ shape: [3] }, { shape: [6], type: 'int64', data: [3, -4, 2 ** 31 - 1, -(2 ** 31), 2, -3] }],
    },
  ],
);

checkOp(
  gatherND,
  ([x, indices]: Dense[], { batch }: AttrsOf<typeof gatherND.attrs>, shape) => {
    const depth = indices!.shape.at(-1)!;
    const rank = indices!.shape.length - 1;
    return placesOf(shape).map((place) => {
      const index = Array.from({ length: depth }, (_, k) =>
        clamped(x!.shape[batch + k]!, at(indices!, [...place.slice(0, rank), k])),
      );
      return at(x!, [...place.slice(0, batch), ...index, ...place.slice(rank)]);
    });
  },
  [
    { attrs: { batch: 0 }, inputs: [{ shape: [3, 4] }, indicesOf([5, 2], -3, 3)] },
    { attrs: { batch: 0 }, inputs: [{ shape: [3, 4, 2] }, indicesOf([2, 3, 1], -3, 3)] },
    { attrs: { batch: 1 }, inputs: [{ shape: [2, 4, 3] }, indicesOf([2, 5, 1], 0, 4)] },
    { attrs: { batch: 2 }, inputs: [{ shape: [2, 3, 4, 2] }, indicesOf([2, 3, 2, 2], 0, 2)] },
    { attrs: { batch: 0 }, inputs: [{ shape: [3, 2], type: 'int64', high: 9 }, indicesOf([4, 1], 0, 3)] },
    { attrs: { batch: 1 }, inputs: [{ shape: [2, 3, 2] }, indicesOf([2, 30, 2], -(2 ** 31), 2 ** 31 - 1)] },
  ],
);

const value = (shape: number[], type: 'float32' | 'int64' = 'float32') => ({ name: 'x', shape, type });
const shapeOf = (x: number[], indices: number[], axis: number) =>
  gatherElements.shape([value(x), value(indices, 'int64')], { axis });
const shapeOfND = (x: number[], indices: number[], batch: number) =>
  gatherND.shape([value(x), value(indices, 'int64')], { batch });

refuses({
  'indices of another rank': () => shapeOf([2, 3], [2], 0),
  'indices longer than another axis': () => shapeOf([2, 3], [2, 4], 0),
  'an axis beyond the rank': () => shapeOf([2, 3], [2, 3], 2),
  'indices that are floats': () => gatherElements.type([value([2]), value([2])], { axis: 0 }),
  'an index longer than the rank': () => shapeOfND([2, 3], [4, 3], 0),
  'an index without numbers': () => shapeOfND([2, 3], [4, 0], 0),
  'a scalar of indices': () => shapeOfND([2, 3], [], 0),
  'other batches': () => shapeOfND([2, 3], [3, 1], 1),
  'a negative count of batch axes': () => shapeOfND([2, 3], [2, 1], -1),
});

test.run();
