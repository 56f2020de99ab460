// `--test-vector`: an input that a model file records with its result.

import type { TestVector } from '../converter/test-vector.js';
import { sizeOf, type TensorInfo } from '../ir/tensor.js';
import { byInput, readInputArray } from './input-arrays.js';
import { randomInputs } from './random-inputs.js';
import { checkTwice, splitName, UsageError } from './options.js';

const OPTION = '--test-vector';

/** The word for inputs that are made up. */
const RANDOM = 'random';

/** @throws {UsageError} for values of the option that contradict each other, as far as that shows without the network */
export const checkTestVector = (values: readonly string[]): void => {
  if (values.length > 1 && values.includes(RANDOM))
    throw new UsageError(`${OPTION} ${RANDOM} is for all inputs: it cannot be combined with others`);
  checkTwice(
    OPTION,
    values.flatMap((value) => splitName(value).name ?? []),
  );
  if (values.filter((value) => splitName(value).name === undefined).length > 1)
    throw new UsageError(`${OPTION} is given twice for the first input: ${OPTION} name=file.npy names another`);
};

const sameSize = (shape: readonly number[], expected: readonly number[]): boolean => sizeOf(shape) === sizeOf(expected);

/** The numbers that the option names. @throws {UsageError} if two values are for the same input */
export const readTestVector = async (values: readonly string[], inputs: readonly TensorInfo[]): Promise<TestVector> => {
  const random = randomInputs(inputs);
  if (values.includes(RANDOM)) return { inputs: random };
  const numbers: Record<string, Float32Array> = {};
  for (const [name, value] of byInput(OPTION, values, inputs)) {
    const info = inputs.find((input) => input.name === name);
    const own =
      value === RANDOM && info
        ? random[name]!
        : Float32Array.from((await readInputArray(value, info, sameSize)).data, Number);
    Object.defineProperty(numbers, name, { value: own, enumerable: true });
  }
  return { inputs: numbers };
};
