// What a layer's products should be, so that the layer's output is that of the original network.

import type { Examples } from './collect.js';

/** Limits of a layer's outputs. */
export type Limits = { low: number; high: number };

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
): Float32Array => {
  const [outputs, size] = [weights.length, weights[0]!.length];
  return goals.map((goal, at) => {
    const extra = added ? added[at]! : 0;
    if (goal > low && goal < high) return goal - extra;
    const output = at % outputs;
    const given = extra + dot(weights[output]!, rows, ((at - output) / outputs) * size);
    return (goal <= low ? Math.min(given, low) : Math.max(given, high)) - extra;
  });
};

const dot = (weights: Float64Array, rows: Float32Array, at: number): number => {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i]! * rows[at + i]!;
  return sum;
};
