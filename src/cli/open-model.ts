// Loading the model that a command names.

import { loadModel, type LoadOptions, type Model } from '../node.js';
import { naming, readInput } from './files.js';

/** Loads the model of a command. @throws as `loadModel`, naming the file */
export const openModel = async (path: string, options: LoadOptions = {}): Promise<Model> => {
  const bytes = await readInput(path);
  return naming(path, () => loadModel(bytes, options));
};
