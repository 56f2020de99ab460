// What cases share: the bundled model, loaded for a case, and numbers that are the same everywhere.

import type { ImageClassifier, LoadOptions } from '../../src/index.js';
import type { World } from './case.js';

/** The shape of the model's input for one picture. */
export const SHAPE = [1, 3, 32, 32];

const LENGTH = 3 * 32 * 32;

/** Numbers in [-2, 2): a linear congruential generator with the constants of Numerical Recipes, from `seed`. */
export const seeded = (seed: number, length = LENGTH): Float32Array => {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 30 - 2;
  });
};

/** Loads the bundled model for `work`. */
export const withClassifier = async <Result>(
  { library, read, options }: World,
  work: (classifier: ImageClassifier) => Promise<Result>,
  more: LoadOptions = { deterministic: true },
): Promise<Result> => {
  const classifier = await library.loadClassifier(await read('model.gw'), { ...options, ...more });
  try {
    return await work(classifier);
  } finally {
    classifier.dispose();
  }
};
