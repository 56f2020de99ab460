// Random inputs, the same in every run.

import { seededRandom } from '../calibration/seeded.js';
import type { TensorInfo } from '../ir/tensor.js';
import { sizeOf } from '../ir/tensor.js';

const randomNumbers = (length: number, seed: number): Float32Array => {
  const random = seededRandom(seed);
  return Float32Array.from({ length }, () => random() * 2 - 1);
};

/** Seeded random numbers in -1..1 for every input. */
export const randomInputs = (inputs: readonly TensorInfo[]): Record<string, Float32Array> =>
  Object.fromEntries(inputs.map(({ name, shape }, index) => [name, randomNumbers(sizeOf(shape), index + 1)]));
