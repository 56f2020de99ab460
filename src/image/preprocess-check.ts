import type { Preprocess } from './preprocess-spec.js';

const CHOICES = {
  resize: ['short-side', 'short-side-truncated', 'squash', 'letterbox', 'none'],
  filter: ['bilinear', 'bicubic'],
  order: ['RGB', 'BGR', 'grey'],
} as const;

const FIELDS = ['width', 'height', 'resize', 'shortSide', 'filter', 'order', 'divisor', 'mean', 'std', 'fill'];

const SIDE_LIMIT = 16384;

type Fields = Record<string, unknown>;

const show = (value: unknown): string => {
  if (typeof value === 'number') return String(value);
  if (value === undefined) return 'missing';
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return `a ${typeof value}`;
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
};

const wrongType = (name: string, value: unknown, expected: string): TypeError =>
  new TypeError(`preprocess.${name} is ${show(value)}; expected ${expected}`);

const outOfRange = (name: string, value: unknown, expected: string): RangeError =>
  new RangeError(`preprocess.${name} is ${show(value)}; expected ${expected}`);

const numberAt = (name: string, value: unknown, expected: string, fits: (value: number) => boolean): number => {
  if (typeof value !== 'number') throw wrongType(name, value, expected);
  if (!Number.isFinite(value) || !fits(value)) throw outOfRange(name, value, expected);
  return value;
};

const integerAt = (name: string, value: unknown, low: number, high: number): number =>
  numberAt(name, value, `an integer from ${low} to ${high}`, (v) => Number.isInteger(v) && v >= low && v <= high);

const choiceAt = <Name extends keyof typeof CHOICES>(name: Name, value: unknown): (typeof CHOICES)[Name][number] => {
  const choices: readonly string[] = CHOICES[name];
  const expected = `one of ${choices.map((choice) => `"${choice}"`).join(', ')}`;
  if (typeof value !== 'string') throw wrongType(name, value, expected);
  if (!choices.includes(value)) throw outOfRange(name, value, expected);
  return value as (typeof CHOICES)[Name][number];
};

const perChannelAt = (name: string, value: unknown, channels: number, zero: boolean): number[] => {
  const lengths = channels === 1 ? '1 number' : `1 or ${channels} numbers`;
  if (!Array.isArray(value)) throw wrongType(name, value, `a list of ${lengths}`);
  if (value.length !== 1 && value.length !== channels) throw outOfRange(name, value, `a list of ${lengths}`);
  const expected = zero ? 'a finite number' : 'a finite number that is not 0';
  return Array.from(value, (entry: unknown, i) => numberAt(`${name}[${i}]`, entry, expected, (v) => zero || v !== 0));
};

/**
 * Checks a description of the pre-processing that comes from outside, such as a user's JSON.
 *
 * `shortSide` may be left out where `resize` does not use it, and `fill` anywhere; both are then 0. Sizes are integers
 * from 1 to 16384, `fill` is an integer from 0 to 255, `divisor` is above 0.
 *
 * @returns a copy with every field
 * @throws {TypeError} if a field is missing, unknown or of another type
 * @throws {RangeError} if a value is not allowed; both messages name the field, what was found and what was expected
 */
export const checkPreprocess = (value: unknown): Preprocess => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`preprocess is ${show(value)}; expected an object`);
  }
  const fields = value as Fields;
  const unknown = Object.keys(fields).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined)
    throw new TypeError(`preprocess.${unknown} is not known; the fields are ${FIELDS.join(', ')}`);
  const resize = choiceAt('resize', fields.resize);
  const short = resize === 'short-side' || resize === 'short-side-truncated';
  const order = choiceAt('order', fields.order);
  const channels = order === 'grey' ? 1 : 3;
  return {
    width: integerAt('width', fields.width, 1, SIDE_LIMIT),
    height: integerAt('height', fields.height, 1, SIDE_LIMIT),
    resize,
    shortSide: short
      ? integerAt('shortSide', fields.shortSide, 1, SIDE_LIMIT)
      : numberAt('shortSide', fields.shortSide ?? 0, `0 with resize "${resize}"`, (v) => v === 0),
    filter: choiceAt('filter', fields.filter),
    order,
    divisor: numberAt('divisor', fields.divisor, 'a finite number above 0', (v) => v > 0),
    mean: perChannelAt('mean', fields.mean, channels, true),
    std: perChannelAt('std', fields.std, channels, false),
    fill: integerAt('fill', fields.fill ?? 0, 0, 255),
  };
};
