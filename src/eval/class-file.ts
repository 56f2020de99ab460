// What `--classes FILE` may hold.

import { SetError } from './set-error.js';

/** What a file gives each folder: an index or a label; `listed` is how many classes the file lists in their order, if it does. */
export type GivenClasses = { classes: ReadonlyMap<string, number | string>; listed?: number };

const isIndex = (key: string): boolean => /^\d+$/.test(key);

const fromList = (entries: readonly (readonly [index: number, names: unknown])[]): GivenClasses => ({
  classes: new Map(entries.flatMap(([index, names]) => [names].flat().map((name) => [String(name), index] as const))),
  listed: entries.reduce((most, [index]) => Math.max(most, index + 1), 0),
});

const fromObject = (value: Readonly<Record<string, unknown>>): GivenClasses => {
  const entries = Object.entries(value);
  if (entries.every(([, own]) => typeof own === 'number')) return { classes: new Map(entries as [string, number][]) };
  if (entries.every(([key]) => isIndex(key))) return fromList(entries.map(([index, names]) => [Number(index), names]));
  if (entries.every(([, own]) => typeof own === 'string')) return { classes: new Map(entries as [string, string][]) };
  throw new SetError('--classes: a JSON object goes from folder to class, or from class to folder');
};

/**
 * Reads which class a folder is: from folder to index or label (JSON object), from index to folder or to a list of its
 * names (JSON object), or the folders in the order of the classes (JSON array, or one a line).
 *
 * @param parse reads JSON
 * @throws {SetError} if it is none of these
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
