// Matches the folders of a set with the classes of a model.

import type { GivenClasses } from './class-file.js';
import { SetError } from './set-error.js';

/** The class index of every folder; `note` is any assumption made. */
export type Match = { classes: ReadonlyMap<string, number>; note?: string };

/** The classes of a model. */
export type ModelClasses = { count: number; labels: readonly string[] | undefined };

/** How to match: by `labels` and numbers (default), in ascending order, or by a file. */
export type Matching = 'labels' | 'sorted' | GivenClasses;

/** @throws {SetError} if the folders do not match the classes */
export const matchClasses = (folders: readonly string[], model: ModelClasses, how: Matching = 'labels'): Match => {
  if (how === 'labels') return matchFolders(folders, model);
  return how === 'sorted' ? matchSorted(folders, model) : matchGiven(folders, how, model);
};

/** A name in lower case with `_`, `-` and white space unified. */
const normalise = (name: string): string =>
  name
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim();

/** The names in a label: `n01440764 tench, Tinca tinca` has three. */
const namesIn = (label: string): string[] => {
  const [, id, rest] = /^(n\d{8})\s+(.*)$/.exec(label) ?? [];
  return [...(id ? [id] : []), ...(rest ?? label).split(',')].map(normalise);
};

/** Ways to compare folders with labels, from strict to lenient; the first that matches a folder is used. */
const COMPARISONS: readonly { folder: (name: string) => string; label: (label: string) => string[] }[] = [
  { folder: (name) => name, label: (label) => [label] },
  { folder: normalise, label: (label) => [normalise(label)] },
  { folder: normalise, label: namesIn },
];

const CURE = 'use --classes FILE to map folders to classes, or --classes sorted for folders in ascending order';

/** Maximum number of names in an error. */
const MAX_LISTED = 12;

const listOf = (names: readonly string[], max = MAX_LISTED, separator = ', '): string =>
  names.slice(0, max).join(separator) + (names.length > max ? `${separator}... (${names.length})` : '');

/** A hint if the model has one class more than the set. */
const backgroundHint = (found: number, count: number): string =>
  found === count - 1 ? ' (one more: probably a background class comes first)' : '';

/** @throws {SetError} if two folders have the same class */
const checkDistinct = (classes: ReadonlyMap<string, number>): void => {
  const folders = new Map<number, string>();
  for (const [folder, index] of classes) {
    const other = folders.get(index);
    if (other !== undefined)
      throw new SetError(`the folders '${other}' and '${folder}' are both class ${index}: ${CURE}`);
    folders.set(index, folder);
  }
};

const matchLabels = (folders: readonly string[], labels: readonly string[]): Match => {
  const indicesByName = COMPARISONS.map(({ label: namesOf }) => {
    const indices = new Map<string, number[]>();
    labels.forEach((label, index) => {
      for (const name of new Set(namesOf(label))) indices.set(name, [...(indices.get(name) ?? []), index]);
    });
    return indices;
  });
  const classes = new Map<string, number>();
  const unknown: string[] = [];
  const problems: string[] = [];
  for (const folder of folders) {
    const found = COMPARISONS.map((by, i) => indicesByName[i]!.get(by.folder(folder))).find((indices) => indices);
    if (!found) unknown.push(folder);
    else if (found.length > 1) problems.push(`'${folder}' matches the classes ${listOf(found.map(String))}`);
    else classes.set(folder, found[0]!);
  }
  if (unknown.length)
    problems.unshift(`no class is called ${listOf(unknown)}; the classes are called ${listOf(labels, 5, ' | ')}`);
  if (problems.length)
    throw new SetError(
      `${unknown.length} of ${folders.length} folders match no class of the model: ${problems.join('; ')}: ${CURE}`,
    );
  return { classes };
};

const matchNumbers = (folders: readonly string[], count: number): Match => {
  const beyond = folders.filter((folder) => Number(folder) >= count);
  if (!beyond.length) return { classes: new Map(folders.map((folder) => [folder, Number(folder)])) };
  throw new SetError(
    `the folders are numbers, but the classes of the model are 0 to ${count - 1}, which excludes ${listOf(beyond)}: ${CURE}`,
  );
};

/** Maps the folders in ascending order to classes 0, 1, ... @throws {SetError} if the numbers of both differ */
export const matchSorted = (folders: readonly string[], { count, labels }: ModelClasses): Match => {
  if (folders.length === count) return { classes: new Map(folders.map((folder, index) => [folder, index])) };
  const cure = labels ? CURE : 'use --labels to name the classes, or --classes FILE to map folders to classes';
  throw new SetError(
    `${folders.length} folders (${listOf(folders, 5)}), but the model has ${count} classes${backgroundHint(folders.length, count)}${labels ? '' : ' without names'}: ${cure}`,
  );
};

/**
 * The class of every folder: by the model's labels (exactly; ignoring case; a synonym or WordNet number in the label),
 * by number if all folders are numbers, or in ascending order if the model has no labels.
 *
 * @throws {SetError} listing all folders that do not match exactly one class
 */
export const matchFolders = (folders: readonly string[], { count, labels }: ModelClasses): Match => {
  const areNumbers = folders.every((folder) => /^\d+$/.test(folder));
  const match = matchDefault(folders, { count, labels }, areNumbers);
  checkDistinct(match.classes);
  return match;
};

const matchDefault = (folders: readonly string[], model: ModelClasses, areNumbers: boolean): Match => {
  const { count, labels } = model;
  if (labels && (!areNumbers || labels.some((label) => folders.includes(label)))) return matchLabels(folders, labels);
  if (areNumbers) return matchNumbers(folders, count);
  const note = `the model has no labels: the folders in ascending order (${listOf(folders, 3)}) are assumed to be classes 0 to ${count - 1}`;
  return { ...matchSorted(folders, model), note };
};

/**
 * The classes that a file assigns to the folders. @throws {SetError} listing all folders without a valid class in the
 * file
 */
export const matchGiven = (
  folders: readonly string[],
  { classes: given, listed }: GivenClasses,
  { count, labels }: ModelClasses,
): Match => {
  if (listed !== undefined && listed !== count) {
    throw new SetError(
      `--classes lists ${listed} classes, but the model has ${count}${backgroundHint(listed, count)}: list all of them in order, or use { "folder": class }`,
    );
  }
  const classes = new Map<string, number>();
  const problems: string[] = [];
  for (const folder of folders) {
    const value = given.get(folder);
    const index = typeof value === 'string' ? (labels?.indexOf(value) ?? -1) : value;
    if (value === undefined) problems.push(`'${folder}' is not in the file`);
    else if (index === undefined || !Number.isInteger(index) || index < 0 || index >= count)
      problems.push(`'${folder}' has the value ${JSON.stringify(value)}, which is not a class`);
    else classes.set(folder, index);
  }
  if (problems.length)
    throw new SetError(
      `--classes does not match the set: ${listOf(problems)}; classes are 0 to ${count - 1}${labels ? ' or labels' : ''}`,
    );
  checkDistinct(classes);
  return { classes };
};
