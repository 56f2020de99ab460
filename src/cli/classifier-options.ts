// Options of commands that load a classifier, and checks of the classifier.

import { LoadError } from '../errors.js';
import type { ClassifierOptions, ImageClassifier } from '../node.js';
import { nameOf, naming, readText } from './files.js';
import { parseLabels } from './parse-labels.js';
import { note } from './output.js';
import { readPreprocess } from './preprocess-option.js';

/** Command-line options for a classifier. */
export type ClassifierWords = {
  labels?: string;
  preprocess?: string;
  deterministic?: boolean;
  limits?: ClassifierOptions['limits'];
};

/** Options of `loadClassifier`. @throws {LoadError} or {FormatError} if a file cannot be read */
export const readClassifierOptions = async ({
  labels,
  preprocess,
  deterministic,
  limits,
}: ClassifierWords): Promise<ClassifierOptions> => ({
  ...(deterministic && { deterministic }),
  ...(limits && { limits }),
  ...(labels !== undefined && { labels: parseLabels(await readText(labels), labels) }),
  ...(preprocess !== undefined && { preprocess: await readPreprocess(preprocess) }),
});

/** Loads a classifier from the bytes of a file. @throws as `loadClassifier`, naming the file that is wrong */
export const openClassifier = (
  path: string,
  words: ClassifierWords,
  open: () => Promise<ImageClassifier>,
): Promise<ImageClassifier> => naming(path, open, words);

/** What to do about photos in a command that writes no model. */
const STORED = '; `groupwise convert` has the same option, which stores it in the model file';

/**
 * @param more what follows the option that helps in the message
 * @throws {LoadError} if neither the model nor an option says how photos are prepared
 */
export const checkPrepared = (
  path: string,
  { model }: ImageClassifier,
  { preprocess }: ClassifierWords,
  more = STORED,
): void => {
  if (preprocess !== undefined || model.metadata.preprocess) return;
  throw new LoadError(
    `${nameOf(path)}: the model does not say how a photo becomes its input: give --preprocess imagenet, inception or a JSON file${more}`,
  );
};

/** Prints a note if the classes have no names. */
export const noteNameless = (path: string, { model }: ImageClassifier, { labels }: ClassifierWords): void => {
  if (labels !== undefined || model.metadata.labels) return;
  note(
    `groupwise: ${nameOf(path)} names no classes, so their numbers are shown: give --labels; \`groupwise convert\` has the same option, which stores them in the model file`,
  );
};
