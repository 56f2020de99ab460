// What a layer's products should be, so that the layer's output is that of the original network.

import type { Examples } from './collect.js';
import type { Layer } from './layers.js';
import { transposed, type Multiply } from './multiply.js';

/** Limits of a layer's outputs. */
export type Limits = { low: number; high: number };

/** The limits of a layer's outputs, if it has any. */
export const limitsOf = ({ conv: { attrs } }: Layer): Limits | undefined =>
  attrs.low === -Infinity && attrs.high === Infinity ? undefined : attrs;

/** What weights give for rows, [count][outputs]. */
export const productsOf = (rows: Float32Array, weights: readonly Float64Array[], multiply: Multiply): Float32Array => {
  const size = weights[0]!.length;
  const matrix = new Float32Array(weights.length * size);
  weights.forEach((row, output) => matrix.set(row, output * size));
  return multiply(rows, transposed(matrix, size), size);
};

/** The products that give the original outputs before these are clamped, [count][outputs]. */
export const plainTargets = ({ goals, added }: Examples): Float32Array =>
  added ? goals.map((goal, i) => goal - added[i]!) : goals;

/**
 * The same where outputs are clamped: an output beyond a limit is right however far beyond it is. So the target is
 * what `weights` give now if that is beyond the limit, too, and the limit otherwise.
 */
export const clampedTargets = (
  { rows, goals, added }: Examples,
  { low, high }: Limits,
  weights: readonly Float64Array[],
  multiply: Multiply,
): Float32Array => {
  const given = productsOf(rows, weights, multiply);
  return goals.map((goal, at) => {
    const extra = added ? added[at]! : 0;
    if (goal > low && goal < high) return goal - extra;
    const now = given[at]! + extra;
    return (goal <= low ? Math.min(now, low) : Math.max(now, high)) - extra;
  });
};
