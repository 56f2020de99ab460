// scatterElements and scatterND, compared with a map from positions to elements.

import { test } from 'uvu';
import type { AttrsOf } from '../../../src/ir/schema.js';
import { scatterElements, scatterND } from '../../../src/ops/scripted/scatter.js';
import { at, placesOf, refuses, type Dense } from '../../support/cases.js';
import { checkOp, type CaseInput } from '../../support/harness.js';

const REDUCTIONS = ['none', 'add', 'mul', 'max', 'min'] as const;

/** An index from the start, or the nearest end of the axis. */
const clamped = (size: number, index: number): number => {
  const counted = index < 0 ? size + index : index;
  return counted < 0 ? 0 : counted >= size ? size - 1 : counted;
};

const combined = (kind: (typeof REDUCTIONS)[number], before: number, update: number): number => {
  if (kind === 'add') return Math.fround(before + update);
  if (kind === 'mul') return Math.fround(before * update);
  if (kind === 'max') return before > update ? before : update;
  if (kind === 'min') return before < update ? before : update;
  return update;
};

/** The array with the updates, in order, at their places. */
const updated = (
  x: Dense,
  updates: readonly { place: readonly number[]; value: number }[],
  reduction: (typeof REDUCTIONS)[number],
): number[] => {
  const result = new Map(placesOf(x.shape).map((place) => [String(place), at(x, place)]));
  for (const { place, value } of updates)
    result.set(String(place), combined(reduction, result.get(String(place))!, value));
  return [...result.values()];
};

const indicesOf = (shape: number[], low: number, high: number): CaseInput => ({ shape, type: 'int64', low, high });

checkOp(
  scatterElements,
  ([x, indices, updates]: Dense[], { axis, reduction }: AttrsOf<typeof scatterElements.attrs>) =>
    updated(
      x!,
      placesOf(indices!.shape).map((place) => ({
        place: place.with(axis, clamped(x!.shape[axis]!, at(indices!, place))),
        value: at(updates!, place),
      })),
      reduction,
    ),
  REDUCTIONS.flatMap((reduction) => [
    { attrs: { axis: 0, reduction }, inputs: [{ shape: [5] }, indicesOf([9], -5, 5), { shape: [9] }] },
    { attrs: { axis: 1, reduction }, inputs: [{ shape: [2, 5, 3] }, indicesOf([2, 2, 3], 0, 5), { shape: [2, 2, 3] }] },
    {
      attrs: { axis: 2, reduction },
      inputs: [{ shape: [2, 3, 4] }, indicesOf([1, 2, 6], -4, 4), { shape: [1, 2, 6] }],
    },
    {
      attrs: { axis: 0, reduction },
      inputs: [{ shape: [3, 2] }, indicesOf([30, 2], -(2 ** 31), 2 ** 31 - 1), { shape: [30, 2] }],
    },
    {
      attrs: { axis: 0, reduction },
      inputs: [{ shape: [4], type: 'int64', high: 9 }, indicesOf([3], 0, 4), { shape: [3], type: 'int64', high: 9 }],
    },
  ]),
);

checkOp(
  scatterND,
  ([x, indices, updates]: Dense[], { reduction }: AttrsOf<typeof scatterND.attrs>) => {
    const [depth, rank] = [indices!.shape.at(-1)!, indices!.shape.length - 1];
    return updated(
      x!,
      placesOf(updates!.shape).map((place) => {
        const index = Array.from({ length: depth }, (_, k) =>
          clamped(x!.shape[k]!, at(indices!, [...place.slice(0, rank), k])),
        );
        return { place: [...index, ...place.slice(rank)], value: at(updates!, place) };
      }),
      reduction,
    );
  },
  REDUCTIONS.flatMap((reduction) => [
    { attrs: { reduction }, inputs: [{ shape: [6] }, indicesOf([4, 1], -6, 6), { shape: [4] }] },
    { attrs: { reduction }, inputs: [{ shape: [3, 4, 2] }, indicesOf([5, 2], 0, 3), { shape: [5, 2] }] },
    { attrs: { reduction }, inputs: [{ shape: [3, 4] }, indicesOf([2, 2, 1], -3, 3), { shape: [2, 2, 4] }] },
    {
      attrs: { reduction },
      inputs: [{ shape: [3, 4] }, indicesOf([20, 2], -(2 ** 31), 2 ** 31 - 1), { shape: [20] }],
    },
  ]),
);

const value = (shape: number[], type: 'float32' | 'int64' = 'float32') => ({ name: 'x', shape, type });
const shapeOf = (x: number[], indices: number[], updates: number[], axis = 0) =>
  scatterElements.shape([value(x), value(indices, 'int64'), value(updates)], { axis, reduction: 'none' });
const shapeOfND = (x: number[], indices: number[], updates: number[]) =>
  scatterND.shape([value(x), value(indices, 'int64'), value(updates)], { reduction: 'none' });

refuses({
  'updates of another shape': () => shapeOf([2, 3], [2, 3], [2, 2]),
  'indices of another rank': () => shapeOf([2, 3], [2], [2]),
  'indices longer than another axis': () => shapeOf([2, 3], [2, 4], [2, 4]),
  'an axis beyond the rank': () => shapeOf([2, 3], [2, 3], [2, 3], 2),
  'indices that are floats': () =>
    scatterElements.type([value([2]), value([2]), value([2])], { axis: 0, reduction: 'none' }),
  'updates that are integers': () =>
    scatterElements.type([value([2]), value([2], 'int64'), value([2], 'int64')], { axis: 0, reduction: 'none' }),
  'an index longer than the rank': () => shapeOfND([2], [4, 2], [4]),
  'updates of another shape for whole rows': () => shapeOfND([2, 3], [4, 1], [4, 2]),
  'rows of integers for floats': () =>
    scatterND.type([value([2]), value([2, 1], 'int64'), value([2], 'int64')], { reduction: 'none' }),
});

test.run();
