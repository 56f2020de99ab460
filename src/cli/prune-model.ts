// The work of `groupwise prune`: reads photos, prunes, and judges the result on other photos.

import { Conversion } from '../converter/conversion.js';
import { openNetwork } from '../converter/open.js';
import { networkFormat } from '../file-kinds.js';
import type { ModelFile } from '../format/read.js';
import type { WeightType } from '../format/storage.js';
import { writeModel } from '../format/write.js';
import { prune, type Target } from '../prune/prune.js';
import { besideReader } from './beside.js';
import { calibrationInputs, namesOf, openAdapting, SEED, type Adapting } from './calibrated.js';
import { compareModels, withPictures } from './compare-models.js';
import { naming } from './files.js';
import { photoWarnings, speedWarnings, warningsOf, type Cures } from './comparison-warnings.js';
import { withProgress } from './progress.js';
import type { PruneResult } from './prune-text.js';

/** What is pruned, and how. */
export type Pruning = Adapting & {
  /** The bytes of the model or network. */
  bytes: Uint8Array;
  target: Target;
  /** How weights are stored; by default as in the model. */
  weights?: WeightType | undefined;
  /** Whether the result has pictures. */
  pictures: boolean;
};

/** What to do about results that nobody wants. */
const CURES: Cures = {
  slower:
    'use the original, or ask for more with --speed or --zeros; `groupwise convert --quantize int8` makes large networks faster for less',
  larger: 'store its weights in fewer bits with --weights int8 or f16',
  agreement:
    'ask for less with --speed or --zeros, or give more photos of the kind that the model will see and a larger --photos',
  sizeCounts: false,
};

/** Prunes a model. @returns the bytes of the new model, what it is like, and its labels */
export const pruneModel = async (
  pruning: Pruning,
): Promise<{ bytes: Uint8Array; result: PruneResult; labels: readonly string[] | undefined }> => {
  const { path, words, target, pictures } = pruning;
  const start = performance.now();
  const bytes = await naming(path, () => modelBytes(pruning), words);
  const opened = await openAdapting(pruning, bytes);
  using _ = opened.classifier;
  const photos = await calibrationInputs(pruning, opened);
  const { graph, metadata, weights } = opened.file;
  const pruned = await naming(path, () =>
    withProgress('pruned', (show) => prune(graph, { inputs: photos.inputs, seed: SEED }, target, show)),
  );
  const file = { graph: pruned.graph, metadata: metadataOf(opened.file, pruned.unread) };
  const written = writeModel(file, pruning.weights ?? weights);
  const { speed, worst, ...compared } = await compareModels(pruning, opened, written);
  const { zeros, layers, unread } = pruned;
  const bytesOf = { before: opened.size, after: written.length };
  const unreadable = [...photos.unreadable, ...compared.unreadable];
  const counts = {
    calibration: photos.inputs.length,
    heldOut: compared.likeness.photos,
    unreadable: unreadable.length,
  };
  const result: PruneResult = {
    ...namesOf(pruning),
    target,
    photos: counts,
    unreadable,
    warnings: [
      ...photoWarnings(counts, pruning.photos),
      ...('speed' in target ? speedWarnings(target.speed, speed.measured) : []),
      ...warningsOf({ speed, bytes: bytesOf, likeness: compared.likeness }, CURES),
    ],
    zeros,
    speed: { predicted: pruned.speed, ...speed },
    likeness: compared.likeness,
    bytes: bytesOf,
    layers,
    unread,
    worst: pictures ? await withPictures(opened.files, worst) : worst,
    seconds: (performance.now() - start) / 1000,
  };
  return { bytes: written, result, labels: metadata.labels };
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

const metadataOf = ({ metadata }: ModelFile, unread: number): ModelFile['metadata'] => {
  const pruned = (metadata.pruned ?? 0) + unread;
  return { ...metadata, ...(pruned && { pruned }) };
};
