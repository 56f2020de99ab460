// Broadcasting as in NumPy: axes of size 1 are repeated.

import { ShapeError } from '../../errors.js';
import { showShape, stridesOf } from '../../ir/tensor.js';
import { AXIS_RECORD } from '../../kernels/layout.js';
import { checkedShape } from './checks.js';

/** The shape that both broadcast to, without elements if one has none. @throws {ShapeError} if there is none */
export const broadcastShape = (a: readonly number[], b: readonly number[]): readonly number[] => {
  const rank = Math.max(a.length, b.length);
  const shape = Array.from({ length: rank }, (_, axis) => {
    const [own, other] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (own !== other && own !== 1 && other !== 1) {
      throw new ShapeError(
        `${showShape(a)} and ${showShape(b)} do not broadcast to one shape; every axis must be equal or 1`,
      );
    }
    return own === 1 ? other : own;
  });
  return shape.includes(0) ? shape : checkedShape(shape);
};

/**
 * The table of the kernel `binary`: the number of axes, then their records from the outermost on; a step is 0 where an
 * array is repeated. Adjacent axes are joined where both arrays allow it.
 */
export const broadcastTable = (shape: readonly number[], a: readonly number[], b: readonly number[]): number[] => {
  const [aSteps, bSteps] = [stepsOf(shape, a), stepsOf(shape, b)];
  const axes: { count: number; aStep: number; bStep: number }[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const [count, aStep, bStep] = [shape[axis]!, aSteps[axis]!, bSteps[axis]!];
    if (count === 1) continue;
    const inner = axes[0];
    if (inner && aStep === inner.count * inner.aStep && bStep === inner.count * inner.bStep) inner.count *= count;
    else axes.unshift({ count, aStep, bStep });
  }
  if (!axes.length) axes.push({ count: 1, aStep: 4, bStep: 4 });
  return [axes.length, ...axes.flatMap(AXIS_RECORD.pack)];
};

/** Byte strides of `own` along each axis of `shape`; 0 along repeated axes. */
const stepsOf = (shape: readonly number[], own: readonly number[]): number[] => {
  const strides = stridesOf(own);
  const added = shape.length - own.length;
  return shape.map((_, axis) => ((own[axis - added] ?? 1) === 1 ? 0 : strides[axis - added]! * 4));
};
