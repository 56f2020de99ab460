// Shards: parts of an evaluation that run on different machines, and how their results merge.

import { computeMetrics, worstMistakes, type EvaluationResult, type KnownClass } from './metrics.js';
import type { Outcome } from './outcome.js';
import { SetError } from './set-error.js';

/** Shard `index` of `count`, counted from 0. */
export type Shard = { index: number; count: number };

type Row = [image: string, truth: number, predicted: number, place: number, score: number, trueScore: number];

/** The result of a shard. */
export type ShardResult = EvaluationResult & {
  shard: Shard;
  /** Checksums of the model file, of the pictures with their classes, and of the options: equal in all shards. */
  checksums: { model: string; pictures: string; options: string };
  /** One row per picture of the shard, by ascending path. */
  outcomes: Row[];
};

/** A shard's result and the file that it was read from. */
export type ShardFile = { file: string; part: ShardResult };

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

/** The pictures of a shard: every `count`-th picture. */
export const picturesOfShard = <P>(pictures: readonly P[], { index, count }: Shard): P[] =>
  pictures.filter((_, i) => i % count === index);

/** The result of a shard, with all data needed to merge it with the others. */
export const shardResult = (
  result: EvaluationResult,
  shard: Shard,
  checksums: ShardResult['checksums'],
  outcomes: readonly Outcome[],
): ShardResult => ({
  ...result,
  shard,
  checksums,
  outcomes: outcomes.map(rowOf).sort((a, b) => (a[0] < b[0] ? -1 : 1)),
});

/** What a differing checksum means. */
const SUBJECTS = { model: 'another model', pictures: 'another set', options: 'other options' } as const;

/** Maximum number of missing shards in an error. */
const MAX_LISTED = 12;

/** @throws {SetError} unless these are all shards of one evaluation, without duplicates */
const checkComplete = (parts: readonly ShardFile[]): void => {
  const [first] = parts as [ShardFile];
  const { count } = first.part.shard;
  const files = new Map<number, string>();
  for (const { file, part } of parts) {
    for (const key of Object.keys(SUBJECTS) as (keyof typeof SUBJECTS)[]) {
      if (part.checksums[key] !== first.part.checksums[key])
        throw new SetError(`${file} was computed with ${SUBJECTS[key]} than ${first.file}`);
    }
    const { shard } = part;
    if (shard.count !== count)
      throw new SetError(`${file} is one of ${shard.count} shards, ${first.file} one of ${count}`);
    const other = files.get(shard.index);
    if (other !== undefined) throw new SetError(`${file} and ${other} are both shard ${shard.index}/${count}`);
    files.set(shard.index, file);
  }
  const missing = Array.from({ length: count }, (_, index) => index).filter((index) => !files.has(index));
  const listed = missing.slice(0, MAX_LISTED).map((index) => `${index}/${count}`);
  if (missing.length > MAX_LISTED) listed.push(`... (${missing.length})`);
  if (missing.length) throw new SetError(`shards are missing: ${listed.join(', ')}`);
};

/**
 * Merges all shards of an evaluation. The metrics equal those of an evaluation without shards; the times are
 * added.
 *
 * @throws {SetError} if a shard is missing, given twice, or belongs to another evaluation
 */
export const mergeShards = (parts: readonly ShardFile[]): EvaluationResult => {
  checkComplete(parts);
  const all = parts.map(({ part }) => part);
  const known = new Map<number, KnownClass>();
  for (const { index, label, folder } of all.flatMap(({ classes }) => classes)) {
    known.set(index, { index, label, ...(folder !== undefined && { folder }) });
  }
  const metrics = computeMetrics(
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
    ...metrics,
    mistakes: worstMistakes(all.flatMap(({ mistakes }) => mistakes)), // these have pictures
    seconds,
    imagesPerSecond: metrics.images / seconds,
  };
};
