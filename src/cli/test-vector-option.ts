// `--test-vector`: an input that is stored in the model file with its result.

import type { TestVector } from '../converter/test-vector.js';
import { sizeOf, type TensorInfo } from '../ir/tensor.js';
import { byName, readInputArray } from './input-arrays.js';
import { randomInputs } from './random-inputs.js';
import { checkTwice, splitName, UsageError } from './options.js';

const OPTION = '--test-vector';

/** The word for random inputs. */
const RANDOM = 'random';

/** @throws {UsageError} for contradictions between values of the option that can be detected without the network */
export const checkTestVector = (values: readonly string[]): void => {
  if (values.length > 1 && values.includes(RANDOM))
    throw new UsageError(`${OPTION} ${RANDOM} is for all inputs: it cannot be combined with others`);
  checkTwice(
    OPTION,
    values.flatMap((value) => splitName(value).name ?? []),
  );
  if (values.filter((value) => splitName(value).name === undefined).length > 1)
    throw new UsageError(`${OPTION} is given twice for the first input: use ${OPTION} name=file.npy for other inputs`);
};

const sameSize = (shape: readonly number[], expected: readonly number[]): boolean => sizeOf(shape) === sizeOf(expected);

/** The input arrays of the option. @throws {UsageError} if two values are for the same input */
export const readTestVector = async (values: readonly string[], inputs: readonly TensorInfo[]): Promise<TestVector> => {
  const random = randomInputs(inputs);
  if (values.includes(RANDOM)) return { inputs: random };
  const numbers: Record<string, Float32Array> = {};
  for (const [name, value] of byName(OPTION, values, inputs)) {
    const info = inputs.find((input) => input.name === name);
    const own =
      value === RANDOM && info
        ? random[name]!
        : Float32Array.from((await readInputArray(value, info, sameSize)).data, Number);
    Object.defineProperty(numbers, name, { value: own, enumerable: true });
  }
  return { inputs: numbers };
};
