// Weights that are integers times a scale for each output: the scales, found from the weights.

import { FARTHEST } from '../../ops/int8/checks.js';

/** How far a weight may be from an integer times the scale, in scales: what rounding to f32 adds up to. */
const TOLERANCE = 1e-4;

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
  if (largest === 0) return Math.fround(Math.abs(bias) / BIAS_STEPS) || 1;
  for (let integer = 1; integer <= FARTHEST; integer++) {
    const scale = Math.fround(largest / integer);
    if (scale > 0 && isGrid(row, scale)) return finer(exact(row, scale), integer, bias);
  }
  return undefined;
};

/** How many neighbours of a scale are tried, in units of its last bit. */
const NEIGHBOURS = [0, 1, -1, 2, -2];

/** The number near a scale whose products with the integers are the weights to the last bit, if there is one: that of the file. */
const exact = (row: Float32Array, scale: number): number => {
  const integers = row.map((weight) => Math.round(weight / scale));
  const [near, bits] = [new Float32Array(1), new Int32Array(1)];
  const candidates = NEIGHBOURS.map((distance) => {
    near[0] = scale;
    bits.set(new Int32Array(near.buffer));
    bits[0]! += distance;
    return new Float32Array(bits.buffer)[0]!;
  });
  return candidates.find((own) => row.every((weight, i) => Math.fround(integers[i]! * own) === weight)) ?? scale;
};

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
  return high - low <= FARTHEST;
};
