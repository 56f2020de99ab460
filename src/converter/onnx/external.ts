// Tensors whose elements are in a file next to the model.

import type { Platform } from '../../platform.js';
import { FormatError, UnsupportedError } from '../../errors.js';
import { sizeOf } from '../../ir/tensor.js';
import { untilAborted } from '../../arguments.js';
import { nextTask } from '../../next-task.js';
import { cut } from '../reading/cut.js';
import { bytesNeeded, decodeBytes } from './elements.js';
import { tensorsOf, type OnnxModel, type OnnxTensor } from './model.js';

/**
 * Reads `length` bytes (always given by the converter) from `offset` of a file that the model names relative to itself.
 * The conversion does not wait for them any longer once `signal`, its own, is aborted.
 */
export type ReadExternalData = (
  location: string,
  offset: number,
  length?: number,
  options?: { signal?: Platform<'AbortSignal'> | undefined },
) => Uint8Array | Promise<Uint8Array>;

const isInside = (location: string): boolean =>
  location !== '' && !/^[\\/]|^[a-z][a-z0-9+.-]*:|\0/i.test(location) && !location.split(/[\\/]/).includes('..');

const isCount = (value: number | undefined): boolean =>
  value === undefined || (Number.isSafeInteger(value) && value >= 0);

/** Bytes of all tensors outside the model file: a model file could not hold more. */
const MAX_BYTES = 2 ** 31;

/** The bytes that a tensor takes, which must be those that its entries say. */
const lengthOf = (tensor: OnnxTensor): number | undefined => {
  const { location, offset, length } = tensor.external!;
  if (!isCount(offset) || !isCount(length))
    throw new RangeError(`tensor '${cut(tensor.name)}' has an invalid offset or length`);
  const needed = bytesNeeded(tensor);
  if (needed !== undefined && length !== undefined && length !== needed)
    throw new RangeError(`tensor '${cut(tensor.name)}' has ${length} bytes in '${cut(location)}' instead of ${needed}`);
  return needed;
};

/** Reads each part of a file once, as it is needed, and only as many bytes as the shapes of the tensors say. */
const loadAll = async (
  tensors: readonly OnnxTensor[],
  read: ReadExternalData,
  signal: AbortSignal | undefined,
): Promise<void> => {
  const known = new Map<string, OnnxTensor['data']>();
  let total = 0;
  for (const tensor of tensors) {
    const { location, offset } = tensor.external!;
    const length = lengthOf(tensor);
    if (length === undefined) continue;
    const key = JSON.stringify([location, offset, length, tensor.dataType]);
    if (!known.has(key)) {
      total += length;
      if (total > MAX_BYTES) throw new RangeError(`its tensors have more than ${MAX_BYTES} bytes in other files`);
      const bytes = length ? await untilAborted(read(location, offset, length, { signal }), signal) : new Uint8Array(0);
      await nextTask();
      signal?.throwIfAborted();
      known.set(key, decodeBytes(tensor, bytes.subarray(0, length)));
    }
    tensor.data = known.get(key);
  }
};

/** Why tensors cannot be read, one line for each file. */
const problemsOf = (tensors: readonly OnnxTensor[], canRead: boolean): string[] => {
  const files = new Map<string, OnnxTensor[]>();
  for (const tensor of tensors) {
    const { location } = tensor.external!;
    const list = files.get(location);
    if (list) list.push(tensor);
    else files.set(location, [tensor]);
  }
  return [...files].flatMap(([location, stored]) => {
    const elements = stored.reduce((sum, { dims }) => sum + sizeOf(dims), 0);
    const what = `${stored.length > 1 ? `${stored.length} tensors` : `tensor '${cut(stored[0]!.name)}'`} (${elements} elements)`;
    const where = `${stored.length > 1 ? 'are' : 'is'} stored in '${cut(location)}'`;
    if (!isInside(location)) return [`${what} ${where}, outside the model's folder`];
    return canRead ? [] : [`${what} ${where}: give externalData`];
  });
};

/**
 * Reads the elements of all tensors that are stored outside the model file.
 *
 * @throws {UnsupportedError} if there are such tensors and `read` is missing, or one names a file outside the model's folder
 * @throws {FormatError} if a tensor does not have as many elements as its shape
 */
export const loadExternalData = async (
  model: OnnxModel,
  read?: ReadExternalData,
  signal?: AbortSignal,
): Promise<void> => {
  const tensors = tensorsOf(model).filter((tensor) => tensor.external && !tensor.data);
  const problems = problemsOf(tensors, read !== undefined);
  if (problems.length > 0) throw new UnsupportedError(problems);
  try {
    await loadAll(tensors, read!, signal);
  } catch (error) {
    throw error instanceof RangeError ? new FormatError(`not an ONNX model: ${error.message}`) : error;
  }
};
