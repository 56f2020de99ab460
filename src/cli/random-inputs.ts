// Random inputs, the same in every run.

import type { TensorInfo } from '../ir/tensor.js';
import { sizeOf } from '../ir/tensor.js';

// mulberry32
const randomNumbers = (length: number, seed: number): Float32Array => {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  });
};

/** Seeded random numbers in -1..1 for every input. */
export const randomInputs = (inputs: readonly TensorInfo[]): Record<string, Float32Array> =>
  Object.fromEntries(inputs.map(({ name, shape }, index) => [name, randomNumbers(sizeOf(shape), index + 1)]));
