// What the file of a part must hold: it comes from another machine, and may be damaged.

import { SetError } from './set-error.js';
import type { ShardResult } from './shard.js';

/** Most parts of an evaluation. */
const MOST_PARTS = 1e6;

/** A score may be above 1 by the rounding of f32 logarithms. */
const MOST_SCORE = 1 + 2 ** -16;

/** Says where a value is not what it should be, and what it is; undefined if all is well. */
type Check = (value: unknown, at: string) => string | undefined;

const describe = (value: unknown): string => {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return JSON.stringify(typeof value === 'string' && value.length > 40 ? `${value.slice(0, 40)}...` : value);
};

const fault = (value: unknown, at: string, expected: string): string => `${at} is ${describe(value)}, not ${expected}`;

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
    Array.isArray(value) ? firstFault(value, (entry, i) => check(entry, `${at}[${i}]`)) : fault(value, at, 'a list');

const rowOf =
  (...checks: Check[]): Check =>
  (value, at) =>
    Array.isArray(value) && value.length === checks.length
      ? firstFault(checks, (check, i) => check(value[i], `${at}[${i}]`))
      : fault(value, at, `a list of ${checks.length}`);

const objectOf =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value, at) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? firstFault(Object.entries(checks), ([key, check]) =>
          check((value as Record<string, unknown>)[key], at ? `${at}.${key}` : key),
        )
      : fault(value, at || 'it', 'an object');

const text: Check = (value, at) => (typeof value === 'string' ? undefined : fault(value, at, 'a text'));

const numberIn =
  (least: number, most: number, expected: string, is: (value: unknown) => boolean): Check =>
  (value, at) =>
    is(value) && (value as number) >= least && (value as number) <= most ? undefined : fault(value, at, expected);

const whole = numberIn(0, Number.MAX_SAFE_INTEGER, 'a whole number from 0 on', Number.isInteger);
const parts = numberIn(1, MOST_PARTS, `a whole number from 1 to ${MOST_PARTS}`, Number.isInteger);
const score = numberIn(0, MOST_SCORE, 'a score from 0 to 1', Number.isFinite);
const duration = numberIn(0, Infinity, 'a number of seconds', Number.isFinite);

const picture: Check = (value, at) =>
  typeof value === 'string' && /^data:image\/png;base64,[\w+/=]*$/.test(value)
    ? undefined
    : fault(value, at, 'a PNG file as a data: URL');

const shard = objectOf({
  shard: objectOf({ index: whole, count: parts }),
  sums: objectOf({ model: text, pictures: text, options: text }),
  model: text,
  set: text,
  split: optional(text),
  seconds: duration,
  classes: listOf(objectOf({ index: whole, label: text, folder: optional(text) })),
  outcomes: listOf(rowOf(text, whole, whole, whole, score, score)),
  mistakes: listOf(
    objectOf({ image: text, truth: whole, predicted: whole, score, trueScore: score, picture: optional(picture) }),
  ),
  failures: listOf(objectOf({ image: text, reason: text })),
});

/** What a part of the right form says of itself that cannot be. */
const contradiction = ({ shard: { index, count }, classes, outcomes, mistakes }: ShardResult): string | undefined => {
  if (index >= count) return `shard.index is ${index} of ${count} parts`;
  const known = new Set(classes.map((one) => one.index));
  const used = [
    ...outcomes.map(([, truth, predicted]) => [truth, predicted]),
    ...mistakes.map(({ truth, predicted }) => [truth, predicted]),
  ];
  const strange = used.flat().find((one) => !known.has(one));
  return strange === undefined ? undefined : `a picture has class ${strange}, which is not among its classes`;
};

/** Whether it is what `eval --json` prints without --shard. */
const isWhole = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'confusion' in value && !('shard' in value);

/** A part read from a file. @throws {SetError} that names the file, and the first place in it that is wrong, if it is none */
export const checkShard = (value: unknown, file: string): ShardResult => {
  const found = shard(value, '') ?? contradiction(value as ShardResult);
  if (found === undefined) return value as ShardResult;
  const what = isWhole(value)
    ? 'the result of a whole evaluation, not of a part'
    : `not a part of an evaluation (${found})`;
  throw new SetError(`${file} is ${what}: write parts with groupwise eval --shard i/n`);
};
