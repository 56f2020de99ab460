// Weights of the filters of Pillow, src/libImaging/Resample.c, as the kernels take them.

import type { Filter } from './preprocess-spec.js';

/**
 * What makes each pixel of a resized line: `2 * pairs` inputs from `first` on. Their weights have 22 bits after the point,
 * each in two halves of 16 bits, of which the lower one is signed; two weights are low, low, high, high. Inputs after the
 * end of the line have the weight 0.
 */
export type Taps = { first: Int32Array; pairs: number; weights: Int16Array };

const ONE = 1 << 22;
const CUBIC = -0.5;

const triangle = (x: number): number => Math.max(0, 1 - Math.abs(x));

const cubic = (value: number): number => {
  const x = Math.abs(value);
  if (x < 1) return ((CUBIC + 2) * x - (CUBIC + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * CUBIC;
  return 0;
};

/**
 * The taps of the outputs `from` to `from + length` of a line of `inputs` pixels brought to `outputs` pixels. If the sizes
 * are the same, each output is its input.
 *
 * @param inRing whether the inputs are in a ring of `2 * pairs` places, so that weight k is that of the input in place k
 */
export const tapsOf = (
  inputs: number,
  outputs: number,
  filter: Filter,
  from: number,
  length: number,
  inRing = false,
): Taps => {
  const isCubic = filter === 'bicubic';
  const weight = isCubic ? cubic : triangle;
  const scale = inputs / outputs;
  const widening = Math.max(scale, 1);
  const narrowing = 1 / widening;
  const reach = (isCubic ? 2 : 1) * widening;
  const centerOf = (i: number) => (from + i + 0.5) * scale;
  const endOf = (i: number) => Math.min(inputs, Math.trunc(centerOf(i) + reach + 0.5));
  const first = Int32Array.from({ length }, (_, i) => Math.max(0, Math.trunc(centerOf(i) - reach + 0.5)));
  const pairs = first.reduce((most, start, i) => Math.max(most, (endOf(i) - start + 1) >> 1), 0);
  const weights = new Int16Array(length * pairs * 4);
  const exact = new Float64Array(pairs * 2);
  first.forEach((start, i) => {
    const center = centerOf(i);
    const count = endOf(i) - start;
    let sum = 0;
    for (let k = 0; k < count; k++) sum += exact[k] = weight((start + k - center + 0.5) * narrowing);
    for (let k = 0; k < count; k++) {
      const w = (sum === 0 ? exact[k]! : exact[k]! / sum) * ONE;
      const whole = Math.trunc(w < 0 ? w - 0.5 : w + 0.5);
      const place = inRing ? (start + k) % (pairs * 2) : k;
      const at = (i * pairs + (place >> 1)) * 4 + (place & 1);
      weights[at] = whole; // the lower 16 bits
      weights[at + 2] = (whole - weights[at]) >> 16;
    }
  });
  return { first, pairs, weights };
};
