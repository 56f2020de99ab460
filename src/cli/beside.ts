// The files beside a network that hold its tensors, as PyTorch's exporter writes them.

import { dirname, join } from 'node:path';
import type { ReadExternalData } from '../converter/onnx/external.js';
import { externalDataReader } from '../node/external-data.js';
import { rememberInput } from './files-read.js';
import { STANDARD } from './files.js';

/**
 * Reads files in the folder of a network; undefined for standard input, which is in no folder. `onRead` gets the number of
 * bytes of each tensor.
 */
export const besideReader = (
  network: string,
  onRead: (bytes: number) => void = () => {},
): ReadExternalData | undefined => {
  if (network === STANDARD) return undefined;
  const read = externalDataReader(dirname(network));
  const locations = new Set<string>();
  return async (location, ...part) => {
    const bytes = await read(location, ...part);
    if (!locations.has(location)) await rememberInput(join(dirname(network), location));
    locations.add(location);
    onRead(bytes.length);
    return bytes;
  };
};
