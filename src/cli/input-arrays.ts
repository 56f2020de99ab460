// Arrays for the inputs of a network, from .npy files that the command line names: `[name=]x.npy`.

import { ShapeError } from '../errors.js';
import { showShape, type TensorInfo } from '../ir/tensor.js';
import type { Tensor } from '../node.js';
import { readArray } from './read-array.js';
import { splitName, UsageError } from './options.js';

/** The values of an option by the name of their input: the first input if they name none. @throws {UsageError} for two of one input */
export const byInput = (
  option: string,
  values: readonly string[],
  inputs: readonly TensorInfo[],
): Map<string, string> => {
  const paths = new Map<string, string>();
  for (const text of values) {
    const { name = inputs[0]!.name, value } = splitName(text);
    if (paths.has(name)) throw new UsageError(`${option} is given twice for '${name}'`);
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
