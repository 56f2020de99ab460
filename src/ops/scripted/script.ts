// Steps in TypeScript, for ops that take little of a network's time: a kernel of their own would make every download larger.

import type { Plan } from '../../ir/plan.js';
import { sizeOf, stridesOf } from '../../ir/tensor.js';
import type { Value } from '../../ir/value.js';

/** The elements of a value in memory. */
export type Elements = Float32Array | Int32Array;

/** A plan whose step computes the output's elements `y` from those of the inputs. */
export const planScript = (
  inputs: readonly Value[],
  output: Value,
  compute: (inputs: readonly Elements[], y: Elements) => void,
): Plan => ({
  bind: (kernels, address) => {
    // views are made for each run, since memory that has grown has another buffer
    const viewOf = (value: Value) => {
      const [Type, at, length] = [
        value.type === 'float32' ? Float32Array : Int32Array,
        address(value),
        sizeOf(value.shape),
      ];
      return () => new Type(kernels.memory.buffer, at, length);
    };
    const [views, result] = [inputs.map(viewOf), viewOf(output)];
    return () =>
      compute(
        views.map((view) => view()),
        result(),
      );
  },
});

/** An index counted from the start, inside of an axis of `size`. */
export const placeIn = (size: number, index: number): number =>
  Math.min(Math.max(index < 0 ? index + size : index, 0), size - 1);

/**
 * Calls `visit` for each element of an array of `shape` with its place i and with the place, in an array of strides `target`,
 * of the element that has index `along(i)` on `axis` and the same index on all other axes.
 */
export const eachPlace = (
  shape: readonly number[],
  target: readonly number[],
  axis: number,
  along: (i: number) => number,
  visit: (i: number, place: number) => void,
): void => {
  const strides = stridesOf(shape);
  for (let i = 0; i < sizeOf(shape); i++) {
    let [place, rest] = [along(i) * target[axis]!, i];
    strides.forEach((stride, other) => {
      const index = Math.floor(rest / stride);
      rest -= index * stride;
      if (other !== axis) place += index * target[other]!;
    });
    visit(i, place);
  }
};
