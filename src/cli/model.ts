import { loadClassifier, loadModel, type ClassifierOptions, type ImageClassifier, type LoadOptions, type Model } from '../node.js';
import { readInput } from './files.js';

/** What a failure says, with the file in front. */
const naming = async <T>(path: string, loaded: Promise<T>): Promise<T> => {
  try {
    return await loaded;
  } catch (error) {
    if (error instanceof Error) error.message = `${path}: ${error.message}`;
    throw error;
  }
};

/** Loads the model of a command. @throws as `loadModel`, naming the file */
export const openModel = async (path: string, options: LoadOptions = {}): Promise<Model> => {
  const bytes = await readInput(path);
  return naming(path, loadModel(bytes, options));
};

/** Loads the classifier of a command. @throws as `loadClassifier`, naming the file */
export const openClassifier = async (path: string, options: ClassifierOptions = {}): Promise<ImageClassifier> => {
  const bytes = await readInput(path);
  return naming(path, loadClassifier(bytes, options));
};
