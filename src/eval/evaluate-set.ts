// Evaluates a model on the pictures of a set, or on one shard of them.

import { checksum } from '../format/checksum.js';
import type { ClassifierOptions } from '../node.js';
import { classifyAll } from './classify-all.js';
import { computeMetrics, type EvaluationResult, type Mistake } from './metrics.js';
import type { LabelledPath } from './picture-set.js';
import { picturesOfShard, shardResult, type Shard, type ShardResult } from './shard.js';
import type { Files } from './stored-file.js';
import { thumbnail } from './thumbnail.js';

/** A model and the pictures to evaluate it on. */
export type EvaluationInput = {
  model: { bytes: Uint8Array; options: ClassifierOptions; labels: readonly string[] | undefined };
  files: Files;
  pictures: readonly LabelledPath[];
  /** The class index of every folder. */
  classes: ReadonlyMap<string, number>;
};

/** The names in a result. */
export type ResultNames = Pick<EvaluationResult, 'model' | 'set' | 'split'>;

/** How an evaluation runs. */
export type EvaluationOptions = {
  /** Maximum number of threads. */
  workers: number;
  shard?: Shard;
  /** Whether mistakes get thumbnails. Those of a shard always do, because the report may be written after merging. */
  thumbnails: boolean;
  /**
   * Called with the number of pictures before the first one; the result is notified after each picture and at the end.
   */
  startProgress: (count: number) => { advance: () => void; stop: () => void } | undefined;
};

/** Minimum number of pictures per thread, because a thread takes time to load the model. */
const MIN_PICTURES_PER_THREAD = 8;

const WHOLE: Shard = { index: 0, count: 1 };

const checksumOf = (value: unknown): string =>
  checksum(value instanceof Uint8Array ? value : new TextEncoder().encode(JSON.stringify(value))).toString(16);

/** The mistakes with thumbnails, except of pictures that can no longer be read. */
const withThumbnails = async (mistakes: readonly Mistake[], files: Files): Promise<Mistake[]> => {
  const thumbnails = new Map<string, string>();
  for await (const file of files.read(new Set(mistakes.map(({ image }) => image)))) {
    if ('bytes' in file) thumbnails.set(file.path, await thumbnail(file.bytes));
  }
  return mistakes.map((mistake) => ({ ...mistake, picture: thumbnails.get(mistake.image) }));
};

/**
 * Classifies the pictures and computes the metrics.
 *
 * @returns the result; with `shard`, the result of the shard, to be merged with the others
 * @throws {SetError} if an archive is damaged, {EngineError} if a thread cannot load the model or ends
 */
export const evaluateSet = async (
  { model, files, pictures, classes }: EvaluationInput,
  names: ResultNames,
  { workers, shard, thumbnails, startProgress }: EvaluationOptions,
): Promise<EvaluationResult | ShardResult> => {
  const truths = new Map(
    picturesOfShard(pictures, shard ?? WHOLE).map(({ path, folder }) => [path, classes.get(folder)!]),
  );
  const progress = startProgress(truths.size);
  const { outcomes, failures, seconds } = await classifyAll(files, truths, {
    workers: Math.max(1, Math.min(workers, Math.ceil(truths.size / MIN_PICTURES_PER_THREAD))),
    setup: { model: model.bytes, options: model.options },
    onPicture: () => progress?.advance(),
  }).finally(() => progress?.stop());

  const labelOf = (index: number) => model.labels?.[index] ?? String(index);
  const known = [...classes].map(([folder, index]) => ({ index, label: labelOf(index), folder }));
  const metrics = computeMetrics(outcomes, failures, known, labelOf);
  const mistakes = shard || thumbnails ? await withThumbnails(metrics.mistakes, files) : metrics.mistakes;
  const result = { ...names, ...metrics, mistakes, seconds, imagesPerSecond: outcomes.length / seconds };
  if (!shard) return result;
  const checksums = {
    model: checksumOf(model.bytes),
    pictures: checksumOf([pictures, [...classes]]),
    options: checksumOf(model.options),
  };
  return shardResult(result, shard, checksums, outcomes);
};
