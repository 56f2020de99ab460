// Checks of what callers pass: unknown options, wrong types and wrong values are reported by name, also in plain
// JavaScript. Signals that callers pass end waits, and so does the end of a model.

import { ArgumentError, EngineError, GroupwiseError, shortened } from './errors.js';

/** What a value must be, in words and as a test. */
export type Kind = { expected: string; fits: (value: unknown) => boolean };

/** The kinds of the options of `Options`, by name. */
export type Kinds<Options> = { readonly [Name in keyof Required<Options>]: Kind };

export const BOOLEAN: Kind = { expected: 'true or false', fits: (value) => typeof value === 'boolean' };

export const STRING: Kind = { expected: 'a string', fits: (value) => typeof value === 'string' };

export const FUNCTION: Kind = { expected: 'a function', fits: (value) => typeof value === 'function' };

/** Structural: the signal may come from another frame, or from a library. */
export const SIGNAL: Kind = {
  expected: 'an AbortSignal',
  fits: (value) => typeof (value as AbortSignal)?.throwIfAborted === 'function',
};

export const LIST: Kind = { expected: 'a list', fits: Array.isArray };

export const STRINGS: Kind = {
  expected: 'a list of strings',
  // a copy: `every` skips the holes of a sparse list
  fits: (value) => Array.isArray(value) && [...(value as unknown[])].every((entry) => typeof entry === 'string'),
};

export const OBJECT: Kind = {
  expected: 'an object',
  fits: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

/** An object with a value of one kind for each name. */
export const recordOf = (kind: Kind): Kind => ({
  expected: `an object with ${kind.expected} for each name`,
  fits: (value) => OBJECT.fits(value) && Object.values(value as object).every((entry) => kind.fits(entry)),
});

/** One of some words. */
export const oneOf = (words: readonly string[]): Kind => ({
  expected: words.map((word) => `"${word}"`).join(' or '),
  fits: (value) => words.includes(value as string),
});

/** Whole numbers from `min` to `max`. */
export const integer = (min: number, max: number): Kind => ({
  expected: `an integer from ${min} to ${max}`,
  fits: (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
});

const shorten = (text: string): string => shortened(text, 40);

const showObject = (value: object): string => {
  const name = tagOf(value);
  if (name === 'Object') return `an object${hintFor(value)}`;
  return `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}${name === 'Promise' ? ' (await it)' : ''}`;
};

/** Maximum number of list entries shown in a message. */
const MAX_LISTED = 8;

/** A value in a message. */
export const show = (value: unknown): string => {
  if (Array.isArray(value) && value.length <= MAX_LISTED) return shorten(`[${value.map(show).join(', ')}]`);
  switch (typeof value) {
    case 'undefined':
      return 'missing';
    case 'function':
      return 'a function';
    case 'object':
      return value ? showObject(value) : 'null';
    case 'string':
      return shorten(`"${value}"`);
    default:
      return String(value);
  }
};

/**
 * @throws {ArgumentError} with what was found and expected; `name` is how the message refers to the value, and ends in the
 *   name of the argument unless that is another
 */
export const refuse = (name: string, value: unknown, expected: string, argument = name.replace(/.* /, '')): never => {
  throw new ArgumentError(`${name} is ${show(value)}; expected ${expected}`, argument);
};

/** @throws {ArgumentError} as `refuse`, unless the value is of this kind */
export const check = (name: string, value: unknown, { expected, fits }: Kind, argument?: string): void => {
  if (!fits(value)) refuse(name, value, expected, argument);
};

/**
 * @throws {ArgumentError} unless `value` is an object whose keys are all `known`; `name` is how messages refer to it
 */
export const checkNames = (name: string, value: unknown, known: readonly string[]): void => {
  check(name, value, OBJECT);
  for (const key in value as object) {
    if (!known.includes(key))
      throw new ArgumentError(`${name} has no option "${shorten(key)}"; ${suggest(key, known)}`, key);
  }
};

/**
 * Checks an object of options, all of them optional.
 *
 * @param caller the function that takes them, for messages
 * @throws {ArgumentError} if it is not an object, or an option is unknown or has the wrong type or value
 */
export const checkOptions = <Options extends object>(caller: string, options: Options, kinds: Kinds<Options>): void => {
  check(`${caller}: the options object`, options, OBJECT, 'options');
  checkNames(caller, options, Object.keys(kinds));
  for (const name in options) {
    if (options[name] !== undefined) check(`${caller}: option ${name}`, options[name], kinds[name]);
  }
};

/** Options, with defaults in place of those that are missing or undefined: an undefined limit is no limit. */
export const withDefaults = <Options extends object, Defaults extends object>(
  options: Options,
  defaults: Defaults,
): Options & Defaults => {
  const all = { ...defaults } as Record<string, unknown>;
  for (const name in options) all[name] = options[name] ?? all[name];
  return all as Options & Defaults;
};

/** Maximum number of known names listed in a message. */
const MAX_KNOWN = 12;

/** The cure for a name that is not known: the nearest one, or all of them. */
export const suggest = (name: string, known: readonly string[]): string => {
  const distances = known.map((other) => distance(name.toLowerCase(), other.toLowerCase()));
  const least = Math.min(...distances);
  if (least <= name.length / 3) return `did you mean "${known[distances.indexOf(least)]}"?`;
  return `it takes ${known.slice(0, MAX_KNOWN).join(', ')}${known.length > MAX_KNOWN ? ', ...' : ''}`;
};

/**
 * Edit distance: how many characters must be added, removed, replaced or swapped with the next to turn `a` into `b`.
 */
const distance = (a: string, b: string): number => {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const above = rows[i - 1]!;
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = above[j - 1]! + Number(a[i - 1] !== b[j - 1]);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwapped ? rows[i - 2]![j - 2]! + 1 : Infinity;
      row.push(Math.min(above[j]! + 1, row[j - 1]! + 1, replaced, swapped));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
};

/** The class name of an object, also of one from another frame, window or test sandbox, whose class is another object. */
export const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

/**
 * The bytes of a buffer or a view of one, copied only if the memory is shared; undefined for anything else.
 *
 * @throws an error of class `Failure` if the buffer is detached
 */
export const toBytes = (
  value: unknown,
  Failure: new (message: string) => GroupwiseError = ArgumentError,
): Uint8Array | undefined => {
  const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(value) ? value : { buffer: value as ArrayBuffer };
  const kind = tagOf(buffer);
  if (!/^(Shared)?ArrayBuffer$/.test(kind)) return undefined;
  try {
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    // much of the platform refuses shared memory
    return kind[0] === 'S' ? new Uint8Array(bytes) : bytes;
  } catch {
    throw new Failure('the buffer is detached: it was transferred elsewhere, pass a copy');
  }
};

/** Runs `work` on a model or photo from a path or URL; an error of groupwise names it. */
export const namingSource = async <T>(source: unknown, work: () => T | Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    const name = typeof source === 'string' || tagOf(source) === 'URL' ? shortened(String(source)) : '';
    if (error instanceof GroupwiseError && !error.message.includes(name)) error.message = `${name}: ${error.message}`;
    throw error;
  }
};

/** What to give instead of an object that holds or makes bytes. */
export const hintFor = (value: unknown): string => {
  const { type, data, buffer, pipe } = Object(value) as Record<string, unknown>;
  if (type === 'Buffer' && Array.isArray(data)) return ', a Buffer that was JSON: give Uint8Array.from(it.data)';
  if (typeof pipe === 'function') return ', a stream of Node: give Readable.toWeb(it)';
  return ArrayBuffer.isView(buffer) ? ', an upload: give its buffer' : '';
};

/** Whether a string is probably a file in base64, given where a path or URL belongs. */
export const isBase64 = (text: string): boolean => {
  const ends = text.length > 999 ? text.slice(0, 500) + text.slice(-499) : text;
  // paths have shorter parts between their slashes
  return text.length >= 60 && /^[\w+/-]+={0,2}\s*$/.test(ends) && ends.split('/').length * 20 < text.length;
};

/** The bytes of a text in base64. @throws an error of the engine for other texts */
export const fromBase64 = (text: string): Uint8Array<ArrayBuffer> => {
  const native = Uint8Array as { fromBase64?(text: string): Uint8Array<ArrayBuffer> }; // Chrome 140, Firefox 133, Safari 18.2
  if (native.fromBase64) return native.fromBase64(text);
  const codes = atob(text);
  const bytes = new Uint8Array(codes.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = codes.charCodeAt(i);
  return bytes;
};

/** What a wait needs of a signal. */
type Signal = {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
};

/** Waits for what may never come, until a signal is aborted. @throws the signal's reason, at once */
export const untilAborted = async <T>(work: T | Promise<T>, signal: Signal | undefined): Promise<T> => {
  if (!signal) return work;
  let abort!: () => void;
  const aborted = new Promise<void>((done) => (abort = done));
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  try {
    await Promise.race([work, aborted]);
    if (signal.aborted) throw signal.reason; // jsdom's signals had no throwIfAborted before 2023
    return await work;
  } finally {
    signal.removeEventListener('abort', abort);
  }
};

/** The bytes of an argument. @throws {ArgumentError} as `refuse` */
export const bytesOf = (name: string, value: unknown, argument?: string): Uint8Array =>
  toBytes(value) ?? refuse(name, value, 'a Uint8Array or ArrayBuffer', argument);

/** The error of calls that wait for a model which is disposed, or come after that. */
export const disposed = (): EngineError =>
  new EngineError('the model was disposed: load it again, or dispose it after its last use');
