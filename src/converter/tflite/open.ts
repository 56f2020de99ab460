// A TensorFlow Lite file as a network that the converter takes.

import type { Network } from '../reading/network.js';
import { readMetadata } from './metadata.js';
import { parseTflite } from './parse.js';
import { countElements, readTflite } from './read.js';

/** Opens a TensorFlow Lite file. @throws {FormatError} if the bytes are not such a model */
export const openTflite = (bytes: Uint8Array): Network => {
  const model = parseTflite(bytes);
  return {
    operators: model.nodes.map(({ opType }) => opType),
    producer: model.description,
    elements: countElements(model),
    ...readMetadata(model, bytes),
    read: (options, budget) => readTflite(model, options, budget),
  };
};
