// Axes as files write them: negative ones count from the end.

import { positiveAxis, showShape } from '../../ir/tensor.js';
import { refuse } from './refusal.js';

/** An axis counted from the start; refuses an axis that the rank does not have. */
export const axisOf = (axis: number, rank: number): number => {
  const found = positiveAxis(axis, rank);
  if (!(Number.isInteger(found) && found >= 0 && found < rank))
    refuse(`axis ${axis} does not exist in ${rank} dimensions`);
  return found;
};

/** Distinct axes, each counted from the start, in increasing order. */
export const axesOf = (axes: readonly number[], rank: number): number[] => {
  const found = axes.map((axis) => axisOf(axis, rank)).sort((a, b) => a - b);
  if (new Set(found).size !== found.length) refuse(`axes ${showShape(axes)} repeat`);
  return found;
};
