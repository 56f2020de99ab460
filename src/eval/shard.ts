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

const rowOf = ({ image, truth, predicted, place, score, trueScore }: Outcome): Row => [image, truth, predicted, place, score, trueScore];

const outcomeOf = ([image, truth, predicted, place, score, trueScore]: Row): Outcome => ({ image, truth, predicted, place, score, trueScore });

/** The pictures of a part: every `count`-th. */
export const picturesOfShard = <P>(pictures: readonly P[], { index, count }: Shard): P[] => pictures.filter((_, i) => i % count === index);

/** The result of a part with what is needed to join it with the others. */
export const shardResult = (result: Result, shard: Shard, sums: ShardResult['sums'], outcomes: readonly Outcome[]): ShardResult =>
  ({ ...result, shard, sums, outcomes: outcomes.map(rowOf).sort((a, b) => (a[0] < b[0] ? -1 : 1)) });

const isRow = (row: unknown): boolean =>
  Array.isArray(row) && row.length === 6 && typeof row[0] === 'string' && row.slice(1).every((value) => typeof value === 'number' && value >= 0);

const isList = (value: unknown, is: (entry: never) => boolean): boolean => Array.isArray(value) && value.every((entry) => is(entry as never));

/** A part read from a file. @throws {SetError} that names the file if it is none */
export const checkShard = (value: unknown, file: string): ShardResult => {
  const one = value as ShardResult;
  const isShard = typeof one === 'object' && one !== null && Number.isInteger(one.shard?.index) && Number.isInteger(one.shard?.count) &&
    one.shard.index >= 0 && one.shard.index < one.shard.count && typeof one.sums === 'object' && one.sums !== null &&
    typeof one.model === 'string' && typeof one.set === 'string' && Number.isFinite(one.seconds) && isList(one.outcomes, isRow) &&
    isList(one.classes, ({ index, label }: KnownClass) => Number.isInteger(index) && typeof label === 'string') &&
    isList(one.mistakes, ({ image, score, picture = 'data:image/png;base64,' }: Evaluation['mistakes'][number]) =>
      typeof image === 'string' && typeof score === 'number' && /^data:image\/png;base64,[\w+/=]*$/.test(picture)) &&
    isList(one.failures, ({ image, reason }: Evaluation['failures'][number]) => typeof image === 'string' && typeof reason === 'string');
  if (isShard) return one;
  throw new SetError(`${file} is not a part of an evaluation: write parts with groupwise eval --shard 0/4 --json`);
};

const SUMS = { model: 'another model', pictures: 'another set', options: 'other options' } as const;

const checkWhole = (parts: readonly { file: string; part: ShardResult }[]): void => {
  const [first] = parts as [typeof parts[number]];
  const { count } = first.part.shard;
  const files = new Map<number, string>();
  for (const { file, part } of parts) {
    for (const key of Object.keys(SUMS) as (keyof typeof SUMS)[]) {
      if (part.sums[key] !== first.part.sums[key]) throw new SetError(`${file} is the result of ${SUMS[key]} than ${first.file}`);
    }
    if (part.shard.count !== count) throw new SetError(`${file} is a part of ${part.shard.count}, ${first.file} of ${count}`);
    const { index } = part.shard;
    if (files.has(index)) throw new SetError(`${file} and ${files.get(index)!} are both part ${index}/${count}`);
    files.set(index, file);
  }
  const missing = Array.from({ length: count }, (_, index) => index).filter((index) => !files.has(index));
  if (missing.length) throw new SetError(`parts are missing: ${missing.map((index) => `${index}/${count}`).join(', ')}`);
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
    all.flatMap(({ outcomes }) => outcomes.map(outcomeOf)), all.flatMap(({ failures }) => failures), [...known.values()], (index) => String(index),
  );
  const { model, set, split } = all[0]!;
  const seconds = all.reduce((sum, part) => sum + part.seconds, 0);
  return {
    model, set, ...(split !== undefined && { split }), ...evaluation,
    mistakes: worstOf(all.flatMap(({ mistakes }) => mistakes)), seconds, imagesPerSecond: evaluation.images / seconds,
  };
};
