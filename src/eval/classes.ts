// Which class of a model the folder of a set is.

import type { GivenClasses } from './class-file.js';
import { SetError } from './set-error.js';

/** For every folder the index of its class; `note` says what was assumed. */
export type Match = { classes: ReadonlyMap<string, number>; note?: string };

/** The classes of a model. */
export type ModelClasses = { count: number; labels: readonly string[] | undefined };

const plain = (name: string): string =>
  name
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim();

/** The names in a label: `n01440764 tench, Tinca tinca` has three. */
const namesIn = (label: string): string[] => {
  const [, id, rest] = /^(n\d{8})\s+(.*)$/.exec(label) ?? [];
  return [...(id ? [id] : []), ...(rest ?? label).split(',')].map(plain);
};

// From strict to free: of each the first that knows a folder decides.
const READINGS: readonly { folder: (name: string) => string; label: (label: string) => string[] }[] = [
  { folder: (name) => name, label: (label) => [label] },
  { folder: plain, label: (label) => [plain(label)] },
  { folder: plain, label: namesIn },
];

const CURE =
  '--classes FILE says which class each folder is, --classes sorted takes the folders in their order as the classes 0, 1, ...';

const list = (names: readonly string[], most = 12, between = ', '): string =>
  names.slice(0, most).join(between) + (names.length > most ? `${between}... (${names.length})` : '');

/** @throws {SetError} if two folders are one class */
const checkDistinct = (classes: ReadonlyMap<string, number>): void => {
  const folders = new Map<number, string>();
  for (const [folder, index] of classes) {
    const other = folders.get(index);
    if (other !== undefined)
      throw new SetError(`the folders '${other}' and '${folder}' are both class ${index}: ${CURE}`);
    folders.set(index, folder);
  }
};

const byName = (folders: readonly string[], labels: readonly string[]): Match => {
  const places = READINGS.map(({ label: namesOf }) => {
    const own = new Map<string, number[]>();
    labels.forEach((label, index) => {
      for (const name of new Set(namesOf(label))) own.set(name, [...(own.get(name) ?? []), index]);
    });
    return own;
  });
  const classes = new Map<string, number>();
  const unknown: string[] = [],
    problems: string[] = [];
  for (const folder of folders) {
    const found = READINGS.map((reading, i) => places[i]!.get(reading.folder(folder))).find((indices) => indices);
    if (!found) unknown.push(folder);
    else if (found.length > 1) problems.push(`'${folder}' fits the classes ${list(found.map(String))}`);
    else classes.set(folder, found[0]!);
  }
  if (unknown.length)
    problems.unshift(
      `no class of the model is called ${list(unknown)}; its classes are called ${list(labels, 5, ' | ')}`,
    );
  if (problems.length)
    throw new SetError(
      `${unknown.length} of ${folders.length} folders are no class of the model: ${problems.join('; ')}: ${CURE}`,
    );
  return { classes };
};

const byNumber = (folders: readonly string[], count: number): Match => {
  const beyond = folders.filter((folder) => Number(folder) >= count);
  if (!beyond.length) return { classes: new Map(folders.map((folder) => [folder, Number(folder)])) };
  throw new SetError(
    `the folders are numbers, but ${list(beyond)} ${beyond.length === 1 ? 'is' : 'are'} no class: the model's go from 0 to ${count - 1}: ${CURE}`,
  );
};

/** The folders in their order as the classes 0, 1, ... @throws {SetError} if there are more or fewer of them */
export const matchSorted = (folders: readonly string[], { count, labels }: ModelClasses): Match => {
  if (folders.length === count) return { classes: new Map(folders.map((folder, index) => [folder, index])) };
  const why = folders.length === count - 1 ? ' (one more: it probably has a background class first)' : '';
  throw new SetError(
    `${folders.length} folders (${list(folders, 5)}), but the model has ${count} classes${why}${labels ? '' : ' without names'}: ${
      labels ? CURE : '--labels names the classes, --classes FILE says which class each folder is'
    }`,
  );
};

/**
 * The class of every folder: by the model's labels (as they are; in any case; a synonym or WordNet number in the label),
 * by number where all folders are numbers, and in ascending order where the model names no classes.
 *
 * @throws {SetError} that names all folders for which that does not tell one class
 */
export const matchFolders = (folders: readonly string[], { count, labels }: ModelClasses): Match => {
  const numbers = folders.every((folder) => /^\d+$/.test(folder));
  const match =
    labels && !(numbers && !labels.some((label) => folders.includes(label)))
      ? byName(folders, labels)
      : numbers
        ? byNumber(folders, count)
        : {
            ...matchSorted(folders, { count, labels }),
            note: `the model names no classes: the folders in their order (${list(folders, 3)}) are taken as its classes 0 to ${count - 1}`,
          };
  checkDistinct(match.classes);
  return match;
};

/** The classes that a `--classes` file gives the folders. @throws {SetError} naming all folders that it leaves out or gives no class */
export const matchGiven = (
  folders: readonly string[],
  { classes: given, listed }: GivenClasses,
  { count, labels }: ModelClasses,
): Match => {
  if (listed !== undefined && listed !== count) {
    const why = listed === count - 1 ? ' (one more: it probably has a background class first)' : '';
    throw new SetError(
      `--classes lists ${listed} classes, the model has ${count}${why}: list all of them in their order, or give { "folder": class }`,
    );
  }
  const classes = new Map<string, number>();
  const problems: string[] = [];
  for (const folder of folders) {
    const value = given.get(folder);
    const index = typeof value === 'string' ? (labels?.indexOf(value) ?? -1) : value;
    if (value === undefined) problems.push(`'${folder}' is not in the file`);
    else if (index === undefined || !Number.isInteger(index) || index < 0 || index >= count)
      problems.push(`'${folder}' is given ${JSON.stringify(value)}, which is no class`);
    else classes.set(folder, index);
  }
  if (problems.length)
    throw new SetError(
      `--classes does not fit the set: ${list(problems)}; classes are 0 to ${count - 1}${labels ? ' or labels' : ''}`,
    );
  checkDistinct(classes);
  return { classes };
};
