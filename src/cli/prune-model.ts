// The work of `groupwise prune`: reads photos, prunes, and judges the result on other photos.

import { basename } from 'node:path';
import { readInputs, type Inputs } from '../calibration/inputs.js';
import { choosePhotos } from '../calibration/photos.js';
import { Conversion } from '../converter/conversion.js';
import { openNetwork } from '../converter/open.js';
import { matchClasses, type Matching } from '../eval/classes.js';
import { openFiles } from '../eval/files.js';
import { SetError } from '../eval/set-error.js';
import { networkFormat } from '../file-kinds.js';
import { openModel } from '../format/open.js';
import type { ModelFile } from '../format/read.js';
import type { WeightType } from '../format/storage.js';
import { writeModel } from '../format/write.js';
import { preprocessFor } from '../image/for-input.js';
import { sizeOf } from '../ir/tensor.js';
import { loadClassifier, loadModel, prepare, type ClassifierOptions, type ImageClassifier } from '../node.js';
import { compareScores, type Likeness } from '../prune/judge.js';
import { prune, type Target } from '../prune/prune.js';
import { scoresFor } from '../prune/sensitivity.js';
import { measureTimes } from '../prune/speed.js';
import { besideReader } from './beside.js';
import { checkPrepared, openClassifier, type ClassifierWords } from './classifier-options.js';
import { naming, STANDARD } from './files.js';
import { startProgress } from './progress.js';
import type { PruneResult } from './prune-text.js';

/** What is pruned, and how. */
export type Pruning = {
  /** The model's name and its bytes. */
  path: string;
  bytes: Uint8Array;
  words: ClassifierWords;
  settings: ClassifierOptions;
  /** The folder of photos, and how many of them are used to prune. */
  folder: string;
  photos: number;
  matching: Matching;
  target: Target;
  /** How weights are stored. */
  weights: WeightType;
};

/** Calibration that the result is judged on, at most. */
const HELD_OUT = 1000;

/** Chooses photos and pixels; the same photos give the same model. */
const SEED = 1;

/** Prunes a model. @returns the bytes of the new model, and what it is like */
export const pruneModel = async (pruning: Pruning): Promise<{ bytes: Uint8Array; result: PruneResult }> => {
  const { path, words, settings, folder, target } = pruning;
  const start = performance.now();
  const bytes = await naming(path, () => modelBytes(pruning), words);
  using classifier = await openClassifier(path, words, () => loadClassifier(bytes, settings));
  checkPrepared(path, classifier, words);
  const file = fileOf(await openModel(bytes), classifier, settings);
  const [calibration, heldOut] = await naming(folder, () => readPhotos(pruning, classifier));
  const inputs = calibration.photos.map(({ data }) => data);
  const pruned = await naming(path, () => pruneShowing(file, inputs, target));
  const unread = (file.metadata.pruned ?? 0) + pruned.unread;
  const metadata = { ...file.metadata, ...(unread && { pruned: unread }) };
  const written = writeModel({ graph: pruned.graph, metadata }, pruning.weights);
  const { likeness, times } = await naming(folder, () => judge(file, written, classifier, heldOut, pruning.matching));
  const result: PruneResult = {
    model: path === STANDARD ? 'Model' : basename(path),
    folder: basename(folder),
    target,
    photos: {
      calibration: inputs.length,
      heldOut: heldOut.photos.length,
      unreadable: calibration.unreadable.length + heldOut.unreadable.length,
    },
    zeros: pruned.zeros,
    speed: { predicted: pruned.speed, measured: times.before / times.after, times },
    likeness,
    bytes: { before: bytes.length, after: written.length },
    layers: pruned.layers,
    unread: pruned.unread,
    seconds: (performance.now() - start) / 1000,
  };
  return { bytes: written, result };
};

/** The bytes of a model file; other networks are converted first. */
const modelBytes = async ({ path, bytes, settings: { labels, preprocess } }: Pruning): Promise<Uint8Array> => {
  if (networkFormat(bytes) === 'groupwise model') return bytes;
  const network = await openNetwork(
    bytes,
    besideReader(path, () => {}),
  );
  return (await Conversion.from(network, { ...(labels && { labels }), ...(preprocess && { preprocess }) })).bytes();
};

/** The model's file with the labels and the preprocessing that options give; its test vector is for other weights. */
const fileOf = (
  { graph, metadata }: ModelFile,
  { model }: ImageClassifier,
  { labels, preprocess }: ClassifierOptions,
): ModelFile => ({
  graph,
  metadata: {
    ...metadata,
    ...(labels && { labels: [...labels] }),
    ...(preprocess && { preprocess: preprocessFor(preprocess, model.inputs) }),
  },
});

const readPhotos = async (
  { folder, photos, settings }: Pruning,
  { model }: ImageClassifier,
): Promise<[calibration: Inputs, heldOut: Inputs]> => {
  const files = await openFiles(folder);
  const chosen = choosePhotos(files.paths, { calibration: photos, heldOut: HELD_OUT }, SEED);
  const progress = startProgress(chosen.calibration.length + chosen.heldOut.length, 'photos read');
  const { preprocess } = settings;
  const read = (paths: readonly string[]) =>
    readInputs(
      files,
      paths,
      (photo) => prepare(photo, model, { ...(preprocess && { preprocess }) }),
      progress?.advance,
    );
  try {
    return [await read(chosen.calibration), await read(chosen.heldOut)];
  } finally {
    progress?.stop();
  }
};

const pruneShowing = async ({ graph }: ModelFile, inputs: readonly Float32Array[], target: Target) => {
  const progress = startProgress(100, '% pruned');
  let shown = 0;
  try {
    return await prune(graph, { inputs, seed: SEED }, target, (done, total) => {
      for (; shown < Math.floor((100 * done) / total); shown++) progress?.advance();
    });
  } finally {
    progress?.stop();
  }
};

const judge = async (
  before: ModelFile,
  written: Uint8Array,
  { model }: ImageClassifier,
  { photos }: Inputs,
  matching: Matching,
): Promise<{ likeness: Likeness } & Pick<PruneResult['speed'], 'times'>> => {
  const inputs = photos.map(({ data }) => data);
  const count = sizeOf(model.outputs[0]!.shape.slice(1));
  const paths = photos.map(({ path }) => path);
  const truths = truthsOf(paths, { count, labels: before.metadata.labels }, matching);
  const after = await openModel(written);
  const likeness = compareScores(await scoresFor(before.graph, inputs), await scoresFor(after.graph, inputs), truths);
  using fast = await loadModel(written);
  return { likeness, times: measureTimes(model, fast, { data: inputs[0]!, shape: model.sampleInputs[0]!.shape }) };
};

/** The class of each photo by the folder that it is in; unknown if the folders are no classes. */
const truthsOf = (
  paths: readonly string[],
  model: Parameters<typeof matchClasses>[1],
  matching: Matching,
): (number | undefined)[] => {
  const folderOf = (path: string) => path.split('/').at(-2) ?? '';
  try {
    const { classes } = matchClasses([...new Set(paths.map(folderOf))].sort(), model, matching);
    return paths.map((path) => classes.get(folderOf(path)));
  } catch (error) {
    if (matching !== 'labels' || !(error instanceof SetError)) throw error;
    return paths.map(() => undefined);
  }
};
