// Turns a network's output into probabilities.

import type { ScoreKind } from '../ir/op.js';

/** Probabilities from a network's output. */
export const scoresOf = (output: Float32Array, kind: ScoreKind): Float32Array => {
  if (kind === 'probabilities') return output;
  if (kind === 'logarithms') return output.map(Math.exp);
  const largest = output.reduce((max, value) => Math.max(max, value), -Infinity);
  const exponentials = Float64Array.from(output, (value) => Math.exp(value - largest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return Float32Array.from(exponentials, (value) => value / sum);
};
