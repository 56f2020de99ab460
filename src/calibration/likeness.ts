// Compares the scores of two networks for the same photos.

/** How alike two networks are. */
export type Likeness = {
  photos: number;
  /** Share of the photos for which both have the same best class. */
  agreement: number;
  /** Mean absolute difference of the scores, which are from 0 to 1. */
  scoreDifference: number;
  /** The share of photos whose class each gets right, of those whose class is known. */
  accuracy?: { photos: number; before: number; after: number };
};

/** A class of a photo and its score. */
export type Guess = { index: number; score: number };

/** A photo whose scores differ between two networks. */
export type Change = {
  /** Its place among the photos. */
  photo: number;
  /** The largest difference of a score. */
  difference: number;
  /** The best classes by each network, the best first. */
  before: Guess[];
  after: Guess[];
};

/** Classes of a photo that are shown. */
const TOP = 5;

/** Compares scores; `truths` are the classes of the photos, as far as they are known. */
export const compareScores = (
  before: readonly Float32Array[],
  after: readonly Float32Array[],
  truths: readonly (number | undefined)[],
): Likeness => {
  const places = [...before.keys()];
  const known = places.filter((photo) => truths[photo] !== undefined);
  const isRight = (scores: readonly Float32Array[]) => (photo: number) => bestOf(scores[photo]!) === truths[photo];
  return {
    photos: places.length,
    agreement: agreementOf(before, after),
    scoreDifference: meanOf(places.map((photo) => differenceOf(before[photo]!, after[photo]!))),
    ...(known.length && {
      accuracy: {
        photos: known.length,
        before: shareOf(known, isRight(before)),
        after: shareOf(known, isRight(after)),
      },
    }),
  };
};

/** The share of the photos for which both have the same best class. */
export const agreementOf = (before: readonly Float32Array[], after: readonly Float32Array[]): number =>
  shareOf([...before.keys()], (photo) => bestOf(before[photo]!) === bestOf(after[photo]!));

/** The photos whose scores differ most, at most `count`; those whose scores are the same are left out. */
export const largestChanges = (
  before: readonly Float32Array[],
  after: readonly Float32Array[],
  count: number,
): Change[] =>
  before
    .map((scores, photo) => ({ photo, difference: largestDifference(scores, after[photo]!) }))
    .filter(({ difference }) => difference > 0)
    .sort((a, b) => b.difference - a.difference || a.photo - b.photo)
    .slice(0, count)
    .map((change) => ({ ...change, before: topOf(before[change.photo]!), after: topOf(after[change.photo]!) }));

const shareOf = (photos: readonly number[], holds: (photo: number) => boolean): number =>
  photos.filter(holds).length / photos.length;

/** The class with the highest score; of equal scores, the lowest index. */
const bestOf = (scores: Float32Array): number =>
  scores.reduce((best, score, i) => (score > scores[best]! ? i : best), 0);

const topOf = (scores: Float32Array): Guess[] =>
  [...scores]
    .map((score, index) => ({ index, score }))
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, TOP);

const meanOf = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

const differenceOf = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, score, i) => sum + Math.abs(score - b[i]!), 0) / a.length;

const largestDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, score, i) => Math.max(most, Math.abs(score - b[i]!)), 0);
