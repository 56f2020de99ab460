// The files beside a network that hold its tensors, as PyTorch's exporter writes them.

import { dirname, join } from 'node:path';
import type { ReadExternalData } from '../converter/onnx/external.js';
import { externalDataReader } from '../node/external-data.js';
import { rememberInput } from './files-read.js';
import { STANDARD } from './files.js';

/** Reads files in the folder of a network; undefined for standard input, which is in no folder. */
export const besideReader = (network: string): ReadExternalData | undefined => {
  if (network === STANDARD) return undefined;
  const read = externalDataReader(dirname(network));
  return async (location, offset, length) => {
    const bytes = await read(location, offset, length);
    await rememberInput(join(dirname(network), location));
    return bytes;
  };
};
