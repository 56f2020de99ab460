// Sparse tensors of TensorFlow Lite: lists of the places that are not 0, level by level.

import { LIMITS } from '../../format/layout.js';
import { sizeOf, stridesOf } from '../../ir/tensor.js';
import type { ConstantData } from '../../ir/value.js';
import { refuse } from '../reading/refusal.js';
import type { Sparsity } from './model.js';

/** A level for each axis and one for each axis of blocks. */
const MAX_LEVELS = 2 * LIMITS.rank;

const BROKEN = 'its list of places is damaged';

const broken = (): never => refuse(BROKEN);

/** How far the dense array goes on when a level goes one place on; in blocks, the outer axis steps over whole blocks. */
const stepsOf = (shape: readonly number[], { order, blocks, levels }: Sparsity): number[] => {
  const strides = stridesOf(shape);
  const rank = shape.length;
  const sizeAt = (level: number): number => {
    const found = levels[level];
    return found && 'size' in found ? found.size : broken();
  };
  return order.map((axis) => {
    if (axis >= rank) return strides[blocks[axis - rank] ?? -1] ?? broken();
    const block = blocks.indexOf(axis);
    const size = block < 0 ? 1 : sizeAt(order.indexOf(rank + block));
    return (strides[axis] ?? broken()) * size;
  });
};

/** The dense array with 0 where the sparse one has no elements; refuses lists that do not fit the shape. */
export const densify = (data: ConstantData, shape: readonly number[], sparsity: Sparsity): ConstantData => {
  const { order, levels } = sparsity;
  if (order.length !== levels.length || order.length === 0 || order.length > MAX_LEVELS) broken();
  const steps = stepsOf(shape, sparsity);
  const size = sizeOf(shape);
  const dense = data instanceof Float32Array ? new Float32Array(size) : new Int32Array(size);
  let left = (size + 1) * (levels.length + 1);
  const fill = (level: number, place: number, position: number): void => {
    if (--left < 0) broken();
    if (level === levels.length) {
      if (!(place < size && position < data.length)) broken();
      dense[place] = data[position]!;
      return;
    }
    const found = levels[level]!;
    if ('size' in found) {
      for (let i = 0; i < found.size; i++) fill(level + 1, place + i * steps[level]!, position * found.size + i);
      return;
    }
    const [first, end] = [found.segments[position] ?? broken(), found.segments[position + 1] ?? broken()];
    for (let i = first; i < end; i++) fill(level + 1, place + (found.indices[i] ?? broken()) * steps[level]!, i);
  };
  fill(0, 0, 0);
  return dense;
};
