// Copies of an array in which some elements are replaced or combined with others.

import { ShapeError } from '../../errors.js';
import { defineOp } from '../../ir/op.js';
import { sameShape, showShape, sizeOf, stridesOf, type DataType } from '../../ir/tensor.js';
import type { Value } from '../../ir/value.js';
import { checkAxes, checkInteger, integersOnly } from '../shared/checks.js';
import { eachPlace, placeIn, planScript } from './script.js';

const REDUCTIONS = ['none', 'add', 'mul', 'max', 'min'] as const;

type Combine = (before: number, update: number) => number;

const COMBINE: Readonly<Record<(typeof REDUCTIONS)[number], Combine>> = {
  none: (_, update) => update,
  add: (before, update) => before + update,
  mul: (before, update) => before * update,
  max: Math.max,
  min: Math.min,
};

/** The type of the elements. @throws {ShapeError} if the indices are not integers, or the updates are of another type */
const typeOf = ({ x, indices, updates }: { x: Value; indices: Value; updates: Value }): DataType => {
  integersOnly(indices);
  if (updates.type !== x.type)
    throw new ShapeError(`${updates.name} is ${updates.type}; expected ${x.type}, the type of ${x.name}`);
  return x.type;
};

/**
 * The first input, in which the element at p with `indices`[p] along `axis` is combined with `updates`[p] by `reduction`;
 * `none` replaces it. Negative indices count from the end; those that do not fit take the nearest element.
 */
export const scatterElements = defineOp({
  code: 28,
  name: 'scatterElements',
  inputs: { x: 'value', indices: 'value', updates: 'value' },
  attrs: { axis: 'i32', reduction: REDUCTIONS },
  type: typeOf,
  shape: ({ x, indices, updates }, { axis }) => {
    checkAxes([axis], x.shape.length);
    const fits = (size: number, i: number) => i === axis || size <= x.shape[i]!;
    if (
      !sameShape(indices.shape, updates.shape) ||
      indices.shape.length !== x.shape.length ||
      !indices.shape.every(fits)
    )
      throw new ShapeError(
        `indices of shape ${showShape(indices.shape)} and updates of ${showShape(updates.shape)} do not fit ${showShape(x.shape)}`,
      );
    return x.shape;
  },
  plan: ({ x, indices, updates }, output, { axis, reduction }) => {
    const [strides, size] = [stridesOf(x.shape), x.shape[axis]!];
    const combine = COMBINE[reduction];
    return planScript([x, indices, updates], output, ([values, places, news], y) => {
      y.set(values!);
      const along = (i: number) => placeIn(size, places![i]!);
      eachPlace(indices.shape, strides, axis, along, (i, place) => {
        y[place] = combine(y[place]!, news![i]!);
      });
    });
  },
});

/**
 * The first input, in which the elements at `indices`[p], along as many axes as the last axis of the indices has numbers, are
 * combined with `updates`[p] by `reduction`. Indices as for `scatterElements`.
 */
export const scatterND = defineOp({
  code: 29,
  name: 'scatterND',
  inputs: { x: 'value', indices: 'value', updates: 'value' },
  attrs: { reduction: REDUCTIONS },
  type: typeOf,
  shape: ({ x, indices, updates }) => {
    const depth = indices.shape.at(-1) ?? 0;
    checkInteger('the length of an index', depth, 1, x.shape.length);
    if (!sameShape(updates.shape, [...indices.shape.slice(0, -1), ...x.shape.slice(depth)]))
      throw new ShapeError(
        `updates of shape ${showShape(updates.shape)} do not fit indices of ${showShape(indices.shape)} and ${showShape(x.shape)}`,
      );
    return x.shape;
  },
  plan: ({ x, indices, updates }, output, { reduction }) => {
    const depth = indices.shape.at(-1)!;
    const strides = stridesOf(x.shape);
    const length = sizeOf(x.shape.slice(depth));
    const combine = COMBINE[reduction];
    return planScript([x, indices, updates], output, ([values, places, news], y) => {
      y.set(values!);
      for (let i = 0; i < places!.length / depth; i++) {
        let at = 0;
        for (let k = 0; k < depth; k++) at += placeIn(x.shape[k]!, places![i * depth + k]!) * strides[k]!;
        for (let j = 0; j < length; j++) y[at + j] = combine(y[at + j]!, news![i * length + j]!);
      }
    });
  },
});
