// What commands that adapt a classifier to photos have in common: the classifier, its file, and photos of a folder.

import { basename } from 'node:path';
import { readInputs, type Inputs, type Unreadable } from '../calibration/inputs.js';
import { checkScores, countScores } from '../calibration/scores.js';
import { choosePhotos, type Choice, type Counts } from '../calibration/photos.js';
import { matchClasses, type Matching } from '../eval/classes.js';
import { openFiles } from '../eval/files.js';
import { isPicture } from '../eval/picture-set.js';
import { SetError } from '../eval/set-error.js';
import type { Files } from '../eval/stored-file.js';
import { openModel } from '../format/open.js';
import type { StoredModel } from '../format/read.js';
import { preprocessFor } from '../image/for-input.js';
import { loadClassifier, prepare, type ClassifierOptions, type ImageClassifier } from '../node.js';
import { checkPrepared, openClassifier, type ClassifierWords } from './classifier-options.js';
import { naming, STANDARD } from './files.js';
import { note } from './output.js';
import { startProgress } from './progress.js';

/** A classifier and the folder of photos that it is adapted to. */
export type Adapting = {
  /** What the command does with the classifier, in messages. */
  done: 'quantised' | 'pruned';
  /** The model's name. */
  path: string;
  words: ClassifierWords;
  settings: ClassifierOptions;
  /** The folder of photos, and how many of them are used to calibrate. */
  folder: string;
  photos: number;
  matching: Matching;
};

/** Photos that the result is judged on, at most. */
const HELD_OUT = 1000;

/** Chooses photos and pixels; the same photos give the same model. */
export const SEED = 1;

/** A classifier that is open, with its file and the photos chosen for it. */
export type Opened = {
  classifier: ImageClassifier;
  file: StoredModel;
  /** The size of its file. */
  size: number;
  files: Files;
  choice: Choice;
  /** The class of a photo by its path, if the folders are the classes of the model. */
  classOf: (path: string) => number | undefined;
};

/**
 * Opens a classifier, chooses photos, and matches their folders with its classes: all that can be wrong is found before anything
 * takes time.
 *
 * @throws as loading does, and {SetError} if there are too few photos, or `--classes` does not fit them
 */
export const openAdapting = async (adapting: Adapting, bytes: Uint8Array, choosing = 0): Promise<Opened> => {
  const { done, path, words, settings, folder, photos, matching } = adapting;
  const load = () =>
    loadClassifier(bytes, settings).catch((error: unknown) => {
      throw inWordsOf(done, error);
    });
  const classifier = await openClassifier(path, words, load);
  try {
    checkPrepared(path, classifier, words, '');
    const file = fileOf(await openModel(bytes), classifier, settings);
    await naming(path, () => checkScores(file.graph));
    const counts: Counts = { calibration: photos, choosing, heldOut: HELD_OUT };
    const classes = { count: countScores(file.graph), labels: file.metadata.labels };
    return await naming(folder, async () => {
      const files = await openFiles(folder);
      const choice = choosePhotos(files.paths, counts, SEED);
      return {
        classifier,
        file,
        size: bytes.length,
        files,
        choice,
        classOf: classesOf(files.paths, classes, matching),
      };
    });
  } catch (error) {
    classifier.dispose();
    throw error;
  }
};

/** Errors of `loadClassifier` name options and functions that a command which adapts a classifier does not have. */
const inWordsOf = (done: Adapting['done'], error: unknown): unknown => {
  if (error instanceof Error)
    error.message = error.message
      .replace(/: (name one by the option scores|use loadModel)$/, `: only networks of this kind are ${done}`)
      .replace(/: if you trust the model, raise limits\.\w+$/, `: networks up to this limit are ${done}`);
  return error;
};

/**
 * The class of each photo by the folder that it is in; unknown, with a note that says why, if the folders are no classes and no
 * option says that they are.
 *
 * @throws {SetError} if `--classes` is given and does not fit
 */
const classesOf = (
  paths: readonly string[],
  model: Parameters<typeof matchClasses>[1],
  matching: Matching,
): Opened['classOf'] => {
  const folders = [...new Set(paths.filter(isPicture).map(folderOf))].sort();
  try {
    const { classes, note: assumption } = matchClasses(folders, model, matching);
    if (assumption) note(`note: ${assumption}`);
    return (path) => classes.get(folderOf(path));
  } catch (error) {
    if (matching !== 'labels' || !(error instanceof SetError)) throw error;
    if (folders.length > 1) note(`note: the accuracy will be unknown: ${error.message}`);
    return () => undefined;
  }
};

const folderOf = (path: string): string => path.split('/').at(-2) ?? '';

/** The model's file with the labels and the preprocessing that options give; its test vector is for other weights. */
const fileOf = (
  { graph, metadata, weights }: StoredModel,
  { model }: ImageClassifier,
  { labels, preprocess }: ClassifierOptions,
): StoredModel => ({
  graph,
  weights,
  metadata: {
    ...metadata,
    ...(labels && { labels: [...labels] }),
    ...(preprocess && { preprocess: preprocessFor(preprocess, model.inputs) }),
  },
});

/** Makes something of each of some photos, as the network's input, and shows progress: `what` is done with them. */
export const eachPhoto = async <T>(
  { folder, settings: { preprocess } }: Adapting,
  { files, classifier }: Opened,
  paths: readonly string[],
  what: string,
  make: (input: Float32Array) => T,
): Promise<Inputs<T>> => {
  const progress = startProgress(paths.length, what);
  const options = { ...(preprocess && { preprocess }) };
  const read = async (photo: Uint8Array) => make((await prepare(photo, classifier.model, options)).data);
  try {
    return await naming(folder, () => readInputs(files, paths, read, progress?.advance));
  } finally {
    progress?.stop();
  }
};

/** The inputs for the photos to calibrate with, then for those that choose. */
export const calibrationInputs = async (
  adapting: Adapting,
  opened: Opened,
): Promise<{ inputs: Float32Array[]; choosing: Float32Array[]; unreadable: Unreadable[] }> => {
  const { calibration, choosing } = opened.choice;
  const chosen = new Set(choosing);
  const read = await eachPhoto(adapting, opened, [...calibration, ...choosing], 'photos read', (input) => input);
  const [inputs, others] = [false, true].map((isChosen) =>
    read.photos.filter(({ path }) => chosen.has(path) === isChosen).map(({ data }) => data),
  ) as [Float32Array[], Float32Array[]];
  const [first] = read.unreadable;
  if (first && !(inputs.length && (others.length || !chosen.size)))
    throw new SetError(
      `too few photos could be read: ${inputs.length} to calibrate, ${others.length} to choose layers; ${first.path}: ${first.reason}`,
    );
  return { inputs, choosing: others, unreadable: read.unreadable };
};

/** The names of a model and of a folder in a report. */
export const namesOf = ({ path, folder }: Adapting): { model: string; folder: string } => ({
  model: path === STANDARD ? 'Model' : basename(path),
  folder: basename(folder),
});
