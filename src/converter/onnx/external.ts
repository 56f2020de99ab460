// Tensors whose elements are in a file next to the model.

import { FormatError, UnsupportedError } from '../../errors.js';
import { sizeOf } from '../../ir/tensor.js';
import { decodeBytes } from './elements.js';
import { tensorsOf, type OnnxModel, type OnnxTensor } from './model.js';

/** Reads `length` bytes (default: to the end) from `offset` of a file that the model names relative to itself. */
export type ReadExternalData = (location: string, offset: number, length?: number) => Uint8Array | Promise<Uint8Array>;

const isInside = (location: string): boolean =>
  location !== '' && !/^[\\/]|^[a-z][a-z0-9+.-]*:|\0/i.test(location) && !location.split(/[\\/]/).includes('..');

const isCount = (value: number | undefined): boolean =>
  value === undefined || (Number.isSafeInteger(value) && value >= 0);

const load = async (tensor: OnnxTensor, read: ReadExternalData): Promise<void> => {
  const { location, offset, length } = tensor.external!;
  if (!isCount(offset) || !isCount(length)) {
    throw new FormatError(
      `not an ONNX model: tensor '${tensor.name}' has an invalid offset or length in '${location}'`,
    );
  }
  const bytes = await read(location, offset, length);
  try {
    tensor.data = decodeBytes(tensor, bytes.subarray(0, length ?? bytes.length));
  } catch (error) {
    throw new FormatError(`not an ONNX model: ${(error as Error).message}, in '${location}'`);
  }
};

/**
 * Reads the elements of all tensors that are stored outside the model file.
 *
 * @throws {UnsupportedError} if there are such tensors and `read` is missing, or one names a file outside the model's folder
 * @throws {FormatError} if a tensor does not have as many elements as its shape
 */
export const loadExternalData = async (model: OnnxModel, read?: ReadExternalData): Promise<void> => {
  const tensors = tensorsOf(model).filter((tensor) => tensor.external && !tensor.data);
  const problems = tensors.flatMap(({ name, dims, external }) => {
    const { location } = external!;
    if (!isInside(location)) return [`tensor '${name}' is stored in '${location}', outside the model's folder`];
    if (!read) return [`tensor '${name}' (${sizeOf(dims)} elements) is stored in '${location}': give externalData`];
    return [];
  });
  if (problems.length > 0) throw new UnsupportedError(problems);
  for (const tensor of tensors) await load(tensor, read!);
};
