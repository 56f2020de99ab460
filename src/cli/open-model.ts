import {
  loadClassifier,
  loadModel,
  type ClassifierOptions,
  type ImageClassifier,
  type LoadOptions,
  type Model,
} from '../node.js';
import { naming, readInput } from './files.js';

/** Loads the model of a command. @throws as `loadModel`, naming the file */
export const openModel = async (path: string, options: LoadOptions = {}): Promise<Model> => {
  const bytes = await readInput(path);
  return naming(path, () => loadModel(bytes, options));
};

/** Loads the classifier of a command. @throws as `loadClassifier`, naming the file */
export const openClassifier = async (path: string, options: ClassifierOptions = {}): Promise<ImageClassifier> => {
  const bytes = await readInput(path);
  return naming(path, () => loadClassifier(bytes, options));
};
