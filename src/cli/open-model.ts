// Loads the model of a command.

import { loadModel, type LoadOptions, type Model } from '../node.js';
import { naming, readNetwork } from './files.js';

/** Loads the model of a command. @throws the errors of `loadModel`, with the name of the file */
export const openModel = async (path: string, options: LoadOptions = {}): Promise<Model> => {
  const bytes = await readNetwork(path);
  return naming(path, () => loadModel(bytes, options));
};
