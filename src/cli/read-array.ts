// Reads NumPy arrays given on the command line.

import type { Tensor } from '../node.js';
import { readNpy } from '../node/npy.js';
import { MAX_NETWORK_BYTES, naming, readInput } from './files.js';

/** The array in a .npy file. @throws the errors of `readNpy`, with the name of the file */
export const readArray = async (path: string): Promise<Tensor> => {
  const bytes = await readInput(path, () => MAX_NETWORK_BYTES);
  return naming(path, () => readNpy(bytes));
};
