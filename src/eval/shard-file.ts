// Checks the result of a shard read from a file, which comes from another machine and may be damaged.

import { SetError } from './set-error.js';
import type { ShardResult } from './shard.js';

/** Maximum number of shards in an evaluation. */
const MAX_SHARDS = 1e6;

/** Scores may slightly exceed 1, because float32 logarithms are rounded. */
const MAX_SCORE = 1 + 2 ** -16;

/** Returns where a value is invalid and what it is; undefined if it is valid. */
type Check = (value: unknown, at: string) => string | undefined;

const describe = (value: unknown): string => {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return JSON.stringify(typeof value === 'string' && value.length > 40 ? `${value.slice(0, 40)}...` : value);
};

const faultAt = (value: unknown, at: string, expected: string): string =>
  `${at} is ${describe(value)}, not ${expected}`;

const firstFault = <T>(
  entries: readonly T[],
  check: (entry: T, i: number) => string | undefined,
): string | undefined => {
  for (const [i, entry] of entries.entries()) {
    const found = check(entry, i);
    if (found !== undefined) return found;
  }
  return undefined;
};

const optional =
  (check: Check): Check =>
  (value, at) =>
    value === undefined ? undefined : check(value, at);

const listOf =
  (check: Check): Check =>
  (value, at) =>
    Array.isArray(value) ? firstFault(value, (entry, i) => check(entry, `${at}[${i}]`)) : faultAt(value, at, 'a list');

const rowOf =
  (...checks: Check[]): Check =>
  (value, at) =>
    Array.isArray(value) && value.length === checks.length
      ? firstFault(checks, (check, i) => check(value[i], `${at}[${i}]`))
      : faultAt(value, at, `a list of ${checks.length}`);

const objectOf =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value, at) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? firstFault(Object.entries(checks), ([key, check]) =>
          check((value as Record<string, unknown>)[key], at ? `${at}.${key}` : key),
        )
      : faultAt(value, at || 'it', 'an object');

const string: Check = (value, at) => (typeof value === 'string' ? undefined : faultAt(value, at, 'a string'));

const numberIn =
  (min: number, max: number, expected: string, is: (value: unknown) => boolean): Check =>
  (value, at) =>
    is(value) && (value as number) >= min && (value as number) <= max ? undefined : faultAt(value, at, expected);

const whole = numberIn(0, Number.MAX_SAFE_INTEGER, 'a whole number of at least 0', Number.isInteger);
const shardCount = numberIn(1, MAX_SHARDS, `a whole number from 1 to ${MAX_SHARDS}`, Number.isInteger);
const score = numberIn(0, MAX_SCORE, 'a score from 0 to 1', Number.isFinite);
const duration = numberIn(0, Infinity, 'a number of seconds', Number.isFinite);

const picture: Check = (value, at) =>
  typeof value === 'string' && /^data:image\/png;base64,[\w+/=]*$/.test(value)
    ? undefined
    : faultAt(value, at, 'a PNG file as a data: URL');

const shard = objectOf({
  shard: objectOf({ index: whole, count: shardCount }),
  checksums: objectOf({ model: string, pictures: string, options: string }),
  model: string,
  set: string,
  split: optional(string),
  seconds: duration,
  classes: listOf(objectOf({ index: whole, label: string, folder: optional(string) })),
  outcomes: listOf(rowOf(string, whole, whole, whole, score, score)),
  mistakes: listOf(
    objectOf({ image: string, truth: whole, predicted: whole, score, trueScore: score, picture: optional(picture) }),
  ),
  failures: listOf(objectOf({ image: string, reason: string })),
});

/** A contradiction in a result of the right form, if there is one. */
const contradiction = ({ shard: { index, count }, classes, outcomes, mistakes }: ShardResult): string | undefined => {
  if (index >= count) return `shard.index is ${index}, but there are ${count} shards`;
  const known = new Set(classes.map((one) => one.index));
  const used = [
    ...outcomes.map(([, truth, predicted]) => [truth, predicted]),
    ...mistakes.map(({ truth, predicted }) => [truth, predicted]),
  ];
  const unknown = used.flat().find((one) => !known.has(one));
  return unknown === undefined ? undefined : `a picture has class ${unknown}, which is not in the list of classes`;
};

/** Whether it is what `eval --json` prints without `--shard`. */
const isWhole = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'confusion' in value && !('shard' in value);

/** The result of a shard. @throws {SetError} with the name of the file and the first error in it */
export const checkShard = (value: unknown, file: string): ShardResult => {
  const found = shard(value, '') ?? contradiction(value as ShardResult);
  if (found === undefined) return value as ShardResult;
  const what = isWhole(value)
    ? 'the result of a whole evaluation, not of a shard'
    : `not the result of a shard (${found})`;
  throw new SetError(`${file} is ${what}: write results of shards with groupwise eval --shard i/n`);
};
