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

/** Compares scores; `truths` are the classes of the photos, as far as they are known. */
export const compareScores = (
  before: readonly Float32Array[],
  after: readonly Float32Array[],
  truths: readonly (number | undefined)[],
): Likeness => {
  const places = [...before.keys()];
  const known = places.filter((photo) => truths[photo] !== undefined);
  const share = (photos: readonly number[], holds: (photo: number) => boolean) =>
    photos.filter(holds).length / photos.length;
  const isRight = (scores: readonly Float32Array[]) => (photo: number) => bestOf(scores[photo]!) === truths[photo];
  return {
    photos: places.length,
    agreement: share(places, (photo) => bestOf(before[photo]!) === bestOf(after[photo]!)),
    scoreDifference: meanOf(places.map((photo) => differenceOf(before[photo]!, after[photo]!))),
    ...(known.length && {
      accuracy: {
        photos: known.length,
        before: share(known, isRight(before)),
        after: share(known, isRight(after)),
      },
    }),
  };
};

/** The class with the highest score; of equal scores, the lowest index. */
const bestOf = (scores: Float32Array): number =>
  scores.reduce((best, score, i) => (score > scores[best]! ? i : best), 0);

const meanOf = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

const differenceOf = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, score, i) => sum + Math.abs(score - b[i]!), 0) / a.length;
