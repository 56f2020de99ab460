// `--test-vector`: an input that a model file records with its result.

import type { TestVector } from '../converter/test-vector.js';
import type { TensorInfo } from '../ir/tensor.js';
import { readArray } from './read-array.js';
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

/** The numbers that the option names. @throws {UsageError} if two values are for the same input */
export const readTestVector = async (values: readonly string[], inputs: readonly TensorInfo[]): Promise<TestVector> => {
  if (values.includes(RANDOM)) return { inputs: randomInputs(inputs) };
  const files = values.map((value) => ({ name: inputs[0]!.name, ...splitName(value) }));
  checkTwice(
    OPTION,
    files.map(({ name }) => name),
  );
  const entries = files.map(async ({ name, value }) => {
    return [name, Float32Array.from((await readArray(value)).data, Number)] as const;
  });
  return { inputs: Object.fromEntries(await Promise.all(entries)) };
};
