// An ONNX file as a network that the converter takes.

import type { Network } from '../reading/network.js';
import { loadExternalData, type ReadExternalData } from './external.js';
import { countElements } from './model.js';
import { parseOnnx } from './protobuf.js';
import { readOnnx } from './read.js';

/**
 * Opens an ONNX file.
 *
 * @param readExternalData reads tensors that are stored beside the file
 * @param signal ends reading them
 * @throws {FormatError} if the bytes are not an ONNX model
 * @throws {UnsupportedError} if tensors are stored beside the file and cannot be read
 */
export const openOnnx = async (
  bytes: Uint8Array,
  readExternalData?: ReadExternalData,
  signal?: AbortSignal,
): Promise<Network> => {
  const model = parseOnnx(bytes);
  await loadExternalData(model, readExternalData, signal);
  return {
    operators: model.graph.nodes.map(({ opType }) => opType),
    producer: model.producer,
    elements: countElements(model),
    read: (options, budget) => readOnnx(model, options, budget),
  };
};
