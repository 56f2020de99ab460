// Elements of an axis chosen by indices.

import { ShapeError } from '../errors.js';
import type { Value } from '../graph.js';
import { defineOp } from '../op.js';
import { sizeOf } from '../tensor.js';
import { viewAround } from './axis-view.js';
import { checkAxes } from './checks.js';
import { permuteReduced } from './reduced.js';
import { bindRemap, offsetsAlong, remapShape, remapTables, sequence } from './remap.js';

/**
 * The elements of the first input at the second input's indices along `axis`, which its axes replace. Negative indices
 * count from the end; where they are no constant, those that do not fit take the nearest element.
 */
export const gather = defineOp({
  code: 13,
  name: 'gather',
  arity: [2, 2],
  attrs: { axis: 'i32' },
  type: ([x, indices]) => {
    if (indices!.type !== 'int32' && indices!.type !== 'int64') {
      throw new ShapeError(`${indices!.name} is ${indices!.type}; indices are int32 or int64`);
    }
    return x!.type;
  },
  shape: ([x, indices], { axis }) => {
    const { shape } = x!;
    checkAxes([axis], shape.length);
    const size = shape[axis]!;
    for (const index of indices!.data ?? []) {
      if (!(index >= -size && index < size)) throw new ShapeError(`index ${index} is outside an axis of ${size}`);
    }
    return remapShape([...shape.slice(0, axis), ...indices!.shape, ...shape.slice(axis + 1)]);
  },
  selects: ({ axis }, [x, indices]) => {
    const size = x!.shape.at(-1)!;
    if (axis !== x!.shape.length - 1 || indices!.shape.length !== 1 || !indices!.data) return undefined;
    return Array.from(indices!.data, (index) => (index < 0 ? index + size : index));
  },
  permutes: 1,
  permute: ({ axis }, perm, [, indices]) => {
    if (indices!.shape.length > 1) return undefined;
    return { attrs: { axis: perm[axis]! }, perm: indices!.shape.length ? perm : permuteReduced(perm, [axis]) };
  },
  packs: ([, indices]) => (indices!.data ? [1] : []),
  tables: ([x, indices], _, { axis }) => (indices!.data ? remapTables(constantOffsets(x!, indices!, axis)) : []),
  bind: (binding) => {
    const { kernels, inputs, output, attrs } = binding;
    const [x, indices] = inputs as [(typeof inputs)[0], (typeof inputs)[0]];
    if (indices.data) return bindRemap(binding);
    const { outer, axis, inner } = viewAround(x.shape, attrs.axis);
    const count = sizeOf(indices.shape);
    const [to, from, list] = [output.address, x.address, indices.address];
    return () => kernels.gather(to, from, list, outer, count, axis, inner);
  },
});

const constantOffsets = ({ shape }: Value, { data }: Value, axis: number): number[][] => {
  const indices = shape.map((size) => sequence(size));
  const size = shape[axis]!;
  indices[axis] = Array.from(data!, (index) => (index < 0 ? index + size : index));
  return offsetsAlong(shape, indices);
};
