// From the pictures of a set to the result of an evaluation, or of a part of it.

import { checksum } from '../format/checksum.js';
import type { ClassifierOptions } from '../node.js';
import { classifyAll } from './classify-all.js';
import { evaluate, type Mistake } from './evaluation.js';
import { thumbnail } from './picture.js';
import type { LabelledPath } from './picture-set.js';
import { picturesOfShard, shardResult, type Result, type Shard, type ShardResult } from './shard.js';
import type { Files } from './stored-file.js';

/** A model and the pictures that it is evaluated on; `classes` is the index of the class of every folder. */
export type EvaluationInput = {
  model: { bytes: Uint8Array; options: ClassifierOptions; labels: readonly string[] | undefined };
  files: Files;
  pictures: readonly LabelledPath[];
  classes: ReadonlyMap<string, number>;
};

/** What a result says of what was evaluated. */
export type ResultNames = Pick<Result, 'model' | 'set' | 'split'>;

/** How pictures are classified: `begin` hears how many pictures there are, and gives what hears of each. */
export type EvaluationOptions = {
  workers: number;
  shard?: Shard;
  /** Whether mistakes come with their pictures, as those of a part always do. */
  pictures: boolean;
  begin: (count: number) => { advance: () => void; stop: () => void } | undefined;
};

/** Fewer pictures than this are not worth another thread. */
const WORTH_A_THREAD = 8;

const WHOLE: Shard = { index: 0, count: 1 };

const sumOf = (value: unknown): string =>
  checksum(value instanceof Uint8Array ? value : new TextEncoder().encode(JSON.stringify(value))).toString(16);

/** The mistakes with their pictures, as far as those can be read again. */
const withPictures = async (mistakes: readonly Mistake[], files: Files): Promise<Mistake[]> => {
  const pictures = new Map<string, string>();
  for await (const file of files.read(new Set(mistakes.map(({ image }) => image)))) {
    if ('bytes' in file) pictures.set(file.path, await thumbnail(file.bytes));
  }
  return mistakes.map((mistake) => ({ ...mistake, picture: pictures.get(mistake.image) }));
};

/**
 * Classifies the pictures of a set and counts.
 *
 * @returns with `shard` the result of that part, to be joined with those of the others
 * @throws {SetError} if an archive is broken, {EngineError} if a thread cannot load the model or ends
 */
export const evaluateSet = async (
  { model, files, pictures, classes }: EvaluationInput,
  names: ResultNames,
  options: EvaluationOptions,
): Promise<Result | ShardResult> => {
  const { shard } = options;
  const truths = new Map(
    picturesOfShard(pictures, shard ?? WHOLE).map(({ path, folder }) => [path, classes.get(folder)!]),
  );
  const workers = Math.min(options.workers, Math.ceil(truths.size / WORTH_A_THREAD)) || 1;
  const progress = options.begin(truths.size);
  const setup = { model: model.bytes, options: model.options };
  const { outcomes, failures, seconds } = await classifyAll(files, truths, {
    workers,
    setup,
    onPicture: () => progress?.advance(),
  }).finally(() => progress?.stop());
  const labelOf = (index: number) => model.labels?.[index] ?? String(index);
  const known = [...classes].map(([folder, index]) => ({ index, label: labelOf(index), folder }));
  const evaluation = evaluate(outcomes, failures, known, labelOf);
  const mistakes = shard || options.pictures ? await withPictures(evaluation.mistakes, files) : evaluation.mistakes;
  const result = { ...names, ...evaluation, mistakes, seconds, imagesPerSecond: outcomes.length / seconds };
  if (!shard) return result;
  return shardResult(
    result,
    shard,
    { model: sumOf(model.bytes), pictures: sumOf([pictures, [...classes]]), options: sumOf(model.options) },
    outcomes,
  );
};
