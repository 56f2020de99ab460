// Ranks classes by score.

import { suggest, type Kind, type Kinds } from '../arguments.js';
import { ArgumentError, ImageError } from '../errors.js';

/** A class with its score. */
export type Classification = {
  /** Name of the class; its index if the model has no labels. */
  label: string;
  /** Position in the network's output. */
  index: number;
  /** Its probability. */
  score: number;
};

/** Which classes to return; all optional. */
export type RankOptions = {
  /** Maximum number of classes; default 5. */
  topK?: number;
  /** Lowest score; default 0. */
  threshold?: number;
  /** Only these classes, by label or index. */
  allow?: readonly (string | number)[];
  /** Not these classes, by label or index. */
  deny?: readonly (string | number)[];
};

const CLASSES: Kind = {
  expected: 'a list of labels or indices',
  fits: (value) => Array.isArray(value) && value.every((name) => typeof name === 'string' || typeof name === 'number'),
};

/** The kinds of `RankOptions`. */
export const RANK_OPTIONS: Kinds<RankOptions> = {
  topK: {
    expected: 'a positive integer or Infinity',
    fits: (value) => value === Infinity || (Number.isInteger(value) && (value as number) > 0),
  },
  threshold: {
    expected: 'a number from 0 to 1',
    fits: (value) => typeof value === 'number' && value >= 0 && value <= 1,
  },
  allow: CLASSES,
  deny: CLASSES,
};

/** Ranks the scores of an image. @throws {ImageError} if a score is NaN */
export type Ranking = (scores: Float32Array) => Classification[];

/**
 * A function for the classes with the highest scores, best first; equal scores in the order of their indices.
 *
 * @param labels one for each score
 * @param options checked by `RANK_OPTIONS`
 * @throws {ArgumentError} if `allow` or `deny` name a class that does not exist
 */
export const rankingOf = (
  labels: readonly string[],
  { topK = 5, threshold = 0, allow, deny = [] }: RankOptions,
): Ranking => {
  const allowed = allow && indicesOf('allow', allow, labels);
  const denied = indicesOf('deny', deny, labels);
  return (scores) => {
    if (scores.some(Number.isNaN))
      throw new ImageError('the network returned NaN for this image, so its classes cannot be ranked');
    return Array.from(scores, (score, index) => ({ label: labels[index]!, index, score }))
      .filter(({ index, score }) => score >= threshold && !denied.has(index) && (!allowed || allowed.has(index)))
      .sort((a, b) => b.score - a.score || a.index - b.index)
      .slice(0, topK);
  };
};

const cureFor = (name: string | number, labels: readonly string[]): string =>
  typeof name === 'number' ? `indices are 0 to ${labels.length - 1}` : suggest(String(name), labels);

/** Indices of the classes that an option names: an index names one class, a label all classes with that label. */
const indicesOf = (option: string, names: readonly (string | number)[], labels: readonly string[]): Set<number> =>
  new Set(
    names.flatMap((name) => {
      const named = [...labels.keys()].filter((index) => name === (typeof name === 'string' ? labels[index] : index));
      if (named.length) return named;
      throw new ArgumentError(
        `${option} contains ${JSON.stringify(name)}, which is not a class of the model; ${cureFor(name, labels)}`,
        option,
      );
    }),
  );
