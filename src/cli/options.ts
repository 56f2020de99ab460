// Options that several commands share, and parsers of option values.

import { Option } from 'commander';
import type { LoadOptions } from '../node.js';
import { escaped } from '../errors.js';
import { shorten } from '../report/text.js';

/** The command line is invalid; the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Maximum number of characters of a value in a message. */
const MAX_VALUE = 60;

/** A value of an option in a message. */
export const quoted = (text: string): string => `'${shorten(escaped(text), MAX_VALUE)}'`;

/** A parser for whole numbers of at least `min`. */
export const wholeNumber =
  (name: string, min: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < min)
      throw new UsageError(`${name} must be a whole number of at least ${min}, not ${quoted(text)}`);
    return value;
  };

/** A parser for numbers of at least 0. */
export const amount =
  (name: string) =>
  (text: string): number => {
    const value = Number(text);
    if (!text.trim() || !(value >= 0))
      throw new UsageError(`${name} must be a number of at least 0, not ${quoted(text)}`);
    return value;
  };

/** A parser for numbers from 0 to 1. */
export const share =
  (name: string) =>
  (text: string): number => {
    const value = Number(text);
    if (!text.trim() || !(value >= 0 && value <= 1))
      throw new UsageError(`${name} must be a number from 0 to 1, not ${quoted(text)}`);
    return value;
  };

/** A parser for options that may be repeated. */
export const repeated = (text: string, before: string[] | undefined): string[] => [...(before ?? []), text];

/** Splits `name=value`; without `=`, there is no name. */
export const splitName = (text: string): { name?: string; value: string } => {
  const at = text.indexOf('=');
  return at < 0 ? { value: text } : { name: text.slice(0, at), value: text.slice(at + 1) };
};

/** Splits `name=value`, where both are required. @throws {UsageError} with the name of the option */
export const namedValue = (option: string, text: string): [name: string, value: string] => {
  const { name, value } = splitName(text);
  if (!name || !value) throw new UsageError(`${option} must be name=value, not ${quoted(text)}`);
  return [name, value];
};

/** @throws {UsageError} if two of `names` are the same */
export const checkTwice = (option: string, names: readonly string[]): void => {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`${option} is given twice for ${quoted(twice)}`);
};

/** `--deterministic`, passed to `loadModel`. */
export const deterministicOption = (): Option => new Option('--deterministic', 'compute the same bits on every engine');

type Limits = NonNullable<LoadOptions['limits']>;

const LIMITS: Readonly<Record<keyof Limits, true>> = { macs: true, memory: true, loadMilliseconds: true };

const parseLimits = (text: string, before: Limits = {}): Limits => {
  const pairs = text.split(',').map((pair) => namedValue('--limits', pair));
  checkTwice('--limits', [...Object.keys(before), ...pairs.map(([name]) => name)]);
  return { ...before, ...Object.fromEntries(pairs.map(([name, value]) => [name, limitOf(name, value)])) };
};

const limitOf = (name: string, text: string): number => {
  if (!Object.hasOwn(LIMITS, name))
    throw new UsageError(`--limits has ${quoted(name)}; the limits are ${Object.keys(LIMITS).join(', ')}`);
  const value = Number(text);
  if (!(value > 0)) throw new UsageError(`--limits ${name} must be a positive number, not ${quoted(text)}`);
  return value;
};

/** `--limits`, passed to `loadModel`. */
export const limitsOption = (): Option =>
  new Option('--limits <list>', 'what the model may cost, such as macs=1e12,memory=2e9').argParser(parseLimits);

/** `--json`. */
export const jsonOption = (): Option => new Option('--json', 'print JSON');
