// Arrays for the inputs and outputs of a network, from .npy files that the command line names: `[name=]x.npy`.

import { ShapeError } from '../errors.js';
import { sameShape, showShape, type TensorInfo } from '../ir/tensor.js';
import type { Model, Tensor } from '../node.js';
import { readArray } from './read-array.js';
import { quoted, splitName, UsageError } from './options.js';

/**
 * The values of an option by the name of their input or output, one of `all`: the first one if they name none.
 *
 * @throws {UsageError} for two of one name
 */
export const byName = (option: string, values: readonly string[], all: readonly TensorInfo[]): Map<string, string> => {
  const paths = new Map<string, string>();
  for (const text of values) {
    const { name = all[0]?.name, value } = splitName(text);
    if (name === undefined) throw new UsageError(`${option} is given, but there is nothing that it could name`);
    if (paths.has(name)) throw new UsageError(`${option} is given twice for ${quoted(name)}`);
    paths.set(name, value);
  }
  return paths;
};

/**
 * Reads the array for an input.
 *
 * @throws {ShapeError} that names the file if `fits` refuses its shape for that of the input
 */
export const readInputArray = async (
  path: string,
  info: TensorInfo | undefined,
  fits: (shape: readonly number[], expected: readonly number[]) => boolean,
): Promise<Tensor> => {
  const array = await readArray(path);
  if (!info || fits(array.shape, info.shape)) return array;
  throw new ShapeError(
    `${path}: the array has shape ${showShape(array.shape)}; input "${info.name}" takes ${showShape(info.shape)}`,
  );
};

/** Whether a shape is the expected one, with any size where that is open. */
const fits = (shape: readonly number[], expected: readonly number[]): boolean =>
  sameShape(
    shape,
    expected.map((size, axis) => (size < 0 ? (shape[axis] ?? 0) : size)),
  );

/** The arrays of `--input`. @throws {ShapeError} that names the file whose array does not fit its input */
export const readInputs = async ({ inputs }: Model, values: readonly string[]): Promise<Record<string, Tensor>> => {
  const tensors: Record<string, Tensor> = {};
  for (const [name, path] of byName('--input', values, inputs)) {
    const info = inputs.find((input) => input.name === name);
    Object.defineProperty(tensors, name, { value: await readInputArray(path, info, fits), enumerable: true });
  }
  return tensors;
};
