// Elements of an array at places that another array names.

import { ShapeError } from '../../errors.js';
import { defineOp } from '../../ir/op.js';
import { showShape, sizeOf, stridesOf } from '../../ir/tensor.js';
import { checkAxes, checkInteger, checkedShape, integersOnly } from '../shared/checks.js';
import { eachPlace, placeIn, planScript } from './script.js';

/**
 * y[p] = x[p with `indices`[p] along `axis`]. Negative indices count from the end; those that do not fit take the nearest
 * element.
 */
export const gatherElements = defineOp({
  code: 26,
  name: 'gatherElements',
  inputs: { x: 'value', indices: 'value' },
  attrs: { axis: 'i32' },
  type: ({ x, indices }) => (integersOnly(indices), x.type),
  shape: ({ x, indices }, { axis }) => {
    checkAxes([axis], x.shape.length);
    const fits = (size: number, i: number) => i === axis || size <= x.shape[i]!;
    if (indices.shape.length !== x.shape.length || !indices.shape.every(fits))
      throw new ShapeError(`indices of shape ${showShape(indices.shape)} do not fit ${showShape(x.shape)}`);
    return checkedShape(indices.shape);
  },
  plan: ({ x, indices }, output, { axis }) => {
    const [strides, size] = [stridesOf(x.shape), x.shape[axis]!];
    return planScript([x, indices], output, ([values, places], y) => {
      const along = (i: number) => placeIn(size, places![i]!);
      eachPlace(output.shape, strides, axis, along, (i, place) => (y[i] = values![place]!));
    });
  },
});

/**
 * y[b][p] = x[b][`indices`[b][p]], where the last axis of the indices names places along the axes of `x` after the first
 * `batch` ones. Indices as for `gatherElements`.
 */
export const gatherND = defineOp({
  code: 27,
  name: 'gatherND',
  inputs: { x: 'value', indices: 'value' },
  attrs: { batch: 'i32' },
  type: ({ x, indices }) => (integersOnly(indices), x.type),
  shape: ({ x, indices }, { batch }) => {
    const depth = indices.shape.at(-1) ?? 0;
    checkInteger('batch', batch, 0, Math.min(x.shape.length, indices.shape.length) - 1);
    checkInteger('the length of an index', depth, 1, x.shape.length - batch);
    if (!indices.shape.slice(0, batch).every((size, axis) => size === x.shape[axis]))
      throw new ShapeError(`indices of shape ${showShape(indices.shape)} do not fit ${showShape(x.shape)}`);
    return checkedShape([...indices.shape.slice(0, -1), ...x.shape.slice(batch + depth)]);
  },
  plan: ({ x, indices }, output, { batch }) => {
    const depth = indices.shape.at(-1)!;
    const sizes = x.shape.slice(batch, batch + depth);
    const strides = stridesOf(x.shape).slice(batch, batch + depth);
    const length = sizeOf(x.shape.slice(batch + depth));
    const count = sizeOf(indices.shape) / depth;
    const perBatch = count / sizeOf(x.shape.slice(0, batch));
    const imageSize = sizeOf(x.shape.slice(batch));
    return planScript([x, indices], output, ([values, places], y) => {
      for (let i = 0; i < count; i++) {
        let at = Math.floor(i / perBatch) * imageSize;
        for (let k = 0; k < depth; k++) at += placeIn(sizes[k]!, places![i * depth + k]!) * strides[k]!;
        y.set(values!.subarray(at, at + length), i * length);
      }
    });
  },
});
