// Reads a model file with any ops: the scripted ones are loaded for files that have them.

import { loadRareOps } from '../ops/load-rare.js';
import type { SumStripes } from './checksum.js';
import { beginModel, UnknownOpError, type StoredModel } from './read.js';

/**
 * Reads a model file, as `readModel` does. `sumStripes` is a faster form of a part of `checksum`.
 *
 * @throws {FormatError} if the bytes are something else, damaged, of a newer version or inconsistent
 * @throws {LoadError} if the ops that the file needs cannot be loaded
 */
export const openModel = async (bytes: Uint8Array, sumStripes?: SumStripes): Promise<StoredModel> => {
  const readRest = beginModel(bytes, sumStripes);
  try {
    return readRest([]);
  } catch (error) {
    if (!(error instanceof UnknownOpError)) throw error;
    return readRest(await loadRareOps());
  }
};
