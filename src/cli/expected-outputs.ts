// What the outputs of a model must be for some inputs, and how far they are from it.

import { FormatError, ShapeError } from '../errors.js';
import type { StoredModel } from '../format/read.js';
import { sameShape, showShape } from '../ir/tensor.js';
import type { Model, Tensor, TypedArray } from '../node.js';
import { byName, readInputs } from './input-arrays.js';
import { quoted, UsageError } from './options.js';
import { readArray } from './read-array.js';

/** Inputs of a model, and what its outputs must be; the shape is known of arrays that a file holds. */
export type Expectation = {
  /** Whether the model file has recorded them, or the command line gives them. */
  origin: 'recorded' | 'given';
  inputs: Record<string, Float32Array | Tensor>;
  outputs: readonly { name: string; data: TypedArray; file?: { path: string; shape: readonly number[] } }[];
};

/** The largest difference between an output and what it must be, and the allowed difference. */
export type Difference = { name: string; difference: number; allowed: number };

/** The test vector of a model file. @throws {FormatError} if it has none */
export const recorded = ({ inputs, outputs }: Model, { testVector }: StoredModel): Expectation => {
  if (!testVector)
    throw new FormatError(
      'the model has no test vector, so there is nothing to verify: convert it with --test-vector, or give --input and --expected',
    );
  return {
    origin: 'recorded',
    inputs: Object.fromEntries(inputs.map(({ name }, index) => [name, testVector.inputs[index]!])),
    outputs: outputs.map(({ name }, index) => ({ name, data: testVector.outputs[index]! })),
  };
};

/** The arrays of `--input` and `--expected`. @throws {UsageError} if the model has no output of a name */
export const expectedOf = async (
  model: Model,
  input: readonly string[],
  expected: readonly string[],
): Promise<Expectation> => {
  const outputs: Expectation['outputs'][number][] = [];
  for (const [name, path] of byName('--expected', expected, model.outputs)) {
    if (!model.outputs.some((output) => output.name === name))
      throw new UsageError(
        `--expected names ${quoted(name)}; the outputs are ${model.outputs.map((output) => quoted(output.name)).join(', ')}`,
      );
    const { data, shape } = await readArray(path);
    outputs.push({ name, data, file: { path, shape } });
  }
  return { origin: 'given', inputs: await readInputs(model, input), outputs };
};

/**
 * How far results are from what they must be. For floats a difference of up to `tolerance` times the largest expected number,
 * or 1 if that is larger, is allowed; for integers and bools none.
 *
 * @throws {ShapeError} if an expected array has another shape than its output
 */
export const differencesFrom = (
  results: Readonly<Record<string, Tensor>>,
  { outputs: types }: Pick<Model, 'outputs'>,
  { outputs }: Expectation,
  tolerance: number,
): Difference[] =>
  outputs.map(({ name, data: expected, file }) => {
    const { data, shape } = results[name]!;
    if (file && !sameShape(file.shape, shape))
      throw new ShapeError(
        `${file.path}: the array has shape ${showShape(file.shape)}; output "${name}" has ${showShape(shape)}`,
      );
    const { difference, largest } = compare(data, expected);
    const isFloat = types.find((output) => output.name === name)!.type === 'float32';
    return { name, difference, allowed: isFloat ? tolerance * Math.max(largest, 1) : 0 };
  });

/** The largest difference between two arrays of one length, and the largest finite number expected. */
const compare = (found: TypedArray, expected: TypedArray): { difference: number; largest: number } => {
  let [difference, largest] = [0, 0];
  for (let i = 0; i < found.length; i++) {
    const [own, wanted] = [Number(found[i]), Number(expected[i])];
    const apart = Math.abs(own - wanted);
    difference = Math.max(difference, Object.is(own, wanted) ? 0 : Number.isNaN(apart) ? Infinity : apart);
    if (Number.isFinite(wanted)) largest = Math.max(largest, Math.abs(wanted));
  }
  return { difference, largest };
};
