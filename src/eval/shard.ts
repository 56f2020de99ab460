// Parts of an evaluation, each made on a machine of its own, and how they become the whole again.

import { evaluate, worstOf, type Evaluation, type KnownClass } from './evaluation.js';
import type { Outcome } from './outcome.js';
import { SetError } from './set-error.js';

/** A part `index` of `count`, from 0 on. */
export type Shard = { index: number; count: number };

/** An evaluation with what it was made of and how long it took. */
export type Result = Evaluation & {
  model: string;
  set: string;
  split?: string;
  /** Time of all parts together, without loading. */
  seconds: number;
  imagesPerSecond: number;
};

type Row = [image: string, truth: number, predicted: number, place: number, score: number, trueScore: number];

/** The result of a part. */
export type ShardResult = Result & {
  shard: Shard;
  /** Equal in all parts of an evaluation: sums over the model file, the pictures with their classes, the options. */
  sums: { model: string; pictures: string; options: string };
  /** One row for every picture of the part. */
  outcomes: Row[];
};

const rowOf = ({ image, truth, predicted, place, score, trueScore }: Outcome): Row => [
  image,
  truth,
  predicted,
  place,
  score,
  trueScore,
];

const outcomeOf = ([image, truth, predicted, place, score, trueScore]: Row): Outcome => ({
  image,
  truth,
  predicted,
  place,
  score,
  trueScore,
});

/** The pictures of a part: every `count`-th. */
export const picturesOfShard = <P>(pictures: readonly P[], { index, count }: Shard): P[] =>
  pictures.filter((_, i) => i % count === index);

/** The result of a part with what is needed to join it with the others. */
export const shardResult = (
  result: Result,
  shard: Shard,
  sums: ShardResult['sums'],
  outcomes: readonly Outcome[],
): ShardResult => ({ ...result, shard, sums, outcomes: outcomes.map(rowOf).sort((a, b) => (a[0] < b[0] ? -1 : 1)) });

const SUMS = { model: 'another model', pictures: 'another set', options: 'other options' } as const;

/** Most missing parts that an error lists. */
const SHOWN = 12;

const checkWhole = (parts: readonly { file: string; part: ShardResult }[]): void => {
  const [first] = parts as [(typeof parts)[number]];
  const { count } = first.part.shard;
  const files = new Map<number, string>();
  for (const { file, part } of parts) {
    for (const key of Object.keys(SUMS) as (keyof typeof SUMS)[]) {
      if (part.sums[key] !== first.part.sums[key])
        throw new SetError(`${file} is the result of ${SUMS[key]} than ${first.file}`);
    }
    if (part.shard.count !== count)
      throw new SetError(`${file} is a part of ${part.shard.count}, ${first.file} of ${count}`);
    const { index } = part.shard;
    if (files.has(index)) throw new SetError(`${file} and ${files.get(index)!} are both part ${index}/${count}`);
    files.set(index, file);
  }
  const missing = Array.from({ length: count }, (_, index) => index).filter((index) => !files.has(index));
  const shown = missing
    .slice(0, SHOWN)
    .map((index) => `${index}/${count}`)
    .join(', ');
  if (missing.length)
    throw new SetError(`parts are missing: ${shown}${missing.length > SHOWN ? `, ... (${missing.length})` : ''}`);
};

/**
 * The whole from all of its parts: the numbers of an evaluation in one go, but for the times, which are summed.
 *
 * @throws {SetError} if one is missing, there twice, or of something else
 */
export const mergeShards = (parts: readonly { file: string; part: ShardResult }[]): Result => {
  checkWhole(parts);
  const all = parts.map(({ part }) => part);
  const known = new Map<number, KnownClass>();
  for (const { index, label, folder } of all.flatMap(({ classes }) => classes)) {
    known.set(index, { index, label, ...(folder !== undefined && { folder }) });
  }
  const evaluation = evaluate(
    all.flatMap(({ outcomes }) => outcomes.map(outcomeOf)),
    all.flatMap(({ failures }) => failures),
    [...known.values()],
    (index) => String(index),
  );
  const { model, set, split } = all[0]!;
  const seconds = all.reduce((sum, part) => sum + part.seconds, 0);
  return {
    model,
    set,
    ...(split !== undefined && { split }),
    ...evaluation,
    mistakes: worstOf(all.flatMap(({ mistakes }) => mistakes)),
    seconds,
    imagesPerSecond: evaluation.images / seconds,
  };
};
