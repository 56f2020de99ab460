// Reads the file of `--classes`, which maps folders to classes.

import { SetError } from './set-error.js';

/** The class of each folder, an index or a label. `listed` is the number of classes if the file lists them in order. */
export type GivenClasses = { classes: ReadonlyMap<string, number | string>; listed?: number };

const isIndex = (key: string): boolean => /^\d+$/.test(key);

const fromList = (entries: readonly (readonly [index: number, names: unknown])[]): GivenClasses => ({
  classes: new Map(entries.flatMap(([index, names]) => [names].flat().map((name) => [String(name), index] as const))),
  listed: entries.reduce((count, [index]) => Math.max(count, index + 1), 0),
});

const fromObject = (value: Readonly<Record<string, unknown>>): GivenClasses => {
  const entries = Object.entries(value);
  if (entries.every(([, own]) => typeof own === 'number')) return { classes: new Map(entries as [string, number][]) };
  if (entries.every(([key]) => isIndex(key))) return fromList(entries.map(([index, names]) => [Number(index), names]));
  if (entries.every(([, own]) => typeof own === 'string')) return { classes: new Map(entries as [string, string][]) };
  throw new SetError('--classes: a JSON object must map folders to classes, or classes to folders');
};

/**
 * Reads one of: a JSON object from folder to index or label, a JSON object from index to one or more folders, or the
 * folders in the order of the classes, as a JSON array or one per line.
 *
 * @param parse parses JSON
 * @throws {SetError} if it is a JSON object of another form
 */
export const parseClasses = (text: string, parse: (text: string) => unknown): GivenClasses => {
  const isJson = /^\s*[[{]/.test(text);
  const value = isJson
    ? parse(text)
    : text
        .trim()
        .split(/\r?\n/)
        .map((line) => line.trim());
  return Array.isArray(value)
    ? fromList(value.map((names: unknown, index) => [index, names]))
    : fromObject(value as Record<string, unknown>);
};
