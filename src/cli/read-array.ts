// Reading NumPy arrays that the command line names.

import type { Tensor } from '../node.js';
import { readNpy } from '../node/npy.js';
import { naming, readInput } from './files.js';

/** The array in a .npy file. @throws as `readNpy`, naming the file */
export const readArray = async (path: string): Promise<Tensor> => {
  const bytes = await readInput(path);
  return naming(path, () => readNpy(bytes));
};
