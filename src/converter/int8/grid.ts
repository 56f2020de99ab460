// Weights that are integers times a scale for each output: the scales, found from the weights.

import { isScale } from '../../ops/int8/checks.js';

/** The largest integers that are looked for: those of 8 bits, and differences of two of them. */
const LARGEST = 255;

/** How far a weight may be from an integer times the scale, in scales: what rounding to f32 adds up to. */
const TOLERANCE = 1e-4;

/** The integers of 8 bits, and those between two of them. */
const SPAN = 255;

/** Integers of weights are multiplied by 2 while they stay within this, so that biases, in the same steps, are finer. */
const FINE = 127;

/** A bias has at most this many steps because of that; one of an output that reads nothing has as many. */
const BIAS_STEPS = 2 ** 24;

/**
 * A scale of which all weights of a row are multiples by integers that 8 bits hold with a zero point; undefined if there is none.
 * `bias` is that of the row's output in units of the inputs' integers.
 */
export const scaleOfRow = (row: Float32Array, bias: number): number | undefined => {
  let largest = 0;
  for (const weight of row) largest = Math.max(largest, Math.abs(weight));
  if (largest === 0) return usable(Math.fround(Math.abs(bias) / BIAS_STEPS) || 1);
  for (let integer = 1; integer <= LARGEST; integer++) {
    const scale = Math.fround(largest / integer);
    if (scale > 0 && isGrid(row, scale)) return usable(finer(scale, integer, bias));
  }
  return undefined;
};

const usable = (scale: number): number | undefined => (isScale(scale) ? scale : undefined);

const finer = (scale: number, largest: number, bias: number): number => {
  let [fine, integer] = [scale, largest];
  while (integer * 2 <= FINE && Math.abs(bias) * 2 <= BIAS_STEPS * fine) [fine, integer] = [fine / 2, integer * 2];
  return fine;
};

const isGrid = (row: Float32Array, scale: number): boolean => {
  let [low, high] = [0, 0];
  for (const weight of row) {
    const steps = weight / scale;
    const integer = Math.round(steps);
    if (Math.abs(steps - integer) > TOLERANCE) return false;
    [low, high] = [Math.min(low, integer), Math.max(high, integer)];
  }
  return high - low <= SPAN;
};
