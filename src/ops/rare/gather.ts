// Selection of elements along an axis by index.

import { ShapeError } from '../../errors.js';
import { shapeInWords, type ConstantData, type Value } from '../../ir/value.js';
import { defineOp } from '../../ir/op.js';
import { sizeOf } from '../../ir/tensor.js';
import { viewAround } from '../shared/axis-view.js';
import { checkAxes, checkChannelsStay, integersOnly } from '../shared/checks.js';
import { evenPlaces, placesAlong, planRemap, remapShape, remapTable, type Places } from '../shared/remap.js';

/**
 * The elements of x at `indices` along `axis`; the axes of `indices` replace that axis. Negative indices count from the
 * end. Indices that are not constant are clamped to the axis. The channels of an int8 value stay.
 */
export const gather = defineOp({
  code: 13,
  name: 'gather',
  inputs: { x: 'value', indices: 'value' },
  int8: true,
  attrs: { axis: 'i32' },
  moves: true,
  type: ({ x, indices }) => (integersOnly(indices), x.type),
  shape: ({ x, indices }, { axis }) => {
    const { shape } = x;
    checkAxes([axis], shape.length);
    checkChannelsStay(x, axis < shape.length - 1);
    const size = shape[axis]!;
    const { least, most } = indices.data ? boundsOf(indices.data) : { least: 0, most: 0 };
    if (least < -size || most >= size)
      throw new ShapeError(`index ${most >= size ? most : least} is outside an axis of ${size}`);
    return remapShape([...shape.slice(0, axis), ...indices.shape, ...shape.slice(axis + 1)]);
  },
  lower: ({ indices }, { axis }) => {
    if (indices.data) {
      return {
        replaces: [indices],
        plan: ({ x, indices: list }, output) => planRemap(x, output, remapTable(constantPlaces(x, list.data!, axis))),
      };
    }
    return {
      plan: ({ x, indices: list }, output) => ({
        bind: (kernels, address) => {
          const view = viewAround(shapeInWords(x), axis);
          const count = sizeOf(list.shape);
          const [to, from, at] = [address(output), address(x), address(list)];
          return () => kernels.gather(to, from, at, view.outer, count, view.axis, view.inner);
        },
      }),
    };
  },
});

/** The bounds of a list of indices, and the distance between neighbours if it is constant. */
type Bounds = { least: number; most: number; step?: number };

const known = new WeakMap<ConstantData, Bounds>();

/** The bounds of a constant, computed once for all nodes that read it. */
const boundsOf = (data: ConstantData): Bounds => {
  let bounds = known.get(data);
  if (!bounds) known.set(data, (bounds = findBounds(data)));
  return bounds;
};

const findBounds = (data: ConstantData): Bounds => {
  const step = data.length > 1 ? data[1]! - data[0]! : 1;
  let [least, most, even] = [data[0]!, data[0]!, true];
  data.forEach((index, i) => {
    if (index < least) least = index;
    if (index > most) most = index;
    even &&= index === data[0]! + i * step;
  });
  return even ? { least, most, step } : { least, most };
};

const constantPlaces = (x: Value, data: ConstantData, axis: number): Places[] => {
  const shape = shapeInWords(x);
  const places = shape.map((size) => evenPlaces(size));
  const [size, { least, most, step }] = [shape[axis]!, boundsOf(data)];
  const isEven = step !== undefined && (least >= 0 || most < 0);
  const at = (i: number) => (data[i]! < 0 ? data[i]! + size : data[i]!);
  places[axis] = isEven ? evenPlaces(data.length, at(0), step) : { count: data.length, at };
  return placesAlong(shape, places);
};
