// From what became of the pictures to shares, per class and over all.

import type { Failure, Outcome } from './outcome.js';

/** A class of the set, or one that a picture was taken for. */
export type EvaluatedClass = {
  /** Place in the model's output. */
  index: number;
  label: string;
  /** Its folder in the set, if it has one. */
  folder?: string;
  /** How many of its pictures were classified. */
  images: number;
  /** Share of its pictures whose best class is right; null without pictures, as the next two. */
  top1: number | null;
  /** Share of its pictures with the right class among the best five. */
  top5: number | null;
  /** Mean of the best scores. */
  confidence: number | null;
};

/** A picture taken for another class. */
export type Mistake = {
  image: string;
  truth: number;
  predicted: number;
  score: number;
  trueScore: number;
  picture?: string;
};

/** Shares are from 0 to 1. */
export type Evaluation = {
  /** How many pictures were classified; those in `failures` do not count. */
  images: number;
  top1: number;
  top5: number;
  /** Mean of the best scores: over all pictures, those that are right, those that are wrong (null without any). */
  confidence: { all: number; right: number | null; wrong: number | null };
  /** By ascending index. */
  classes: EvaluatedClass[];
  /** `[class, predicted class, pictures]`, ascending, for all pairs that occur. */
  confusion: [truth: number, predicted: number, images: number][];
  /** The mistakes of the highest scores. */
  mistakes: Mistake[];
  /** By ascending path. */
  failures: Failure[];
};

/** A class before anything is counted. */
export type KnownClass = Pick<EvaluatedClass, 'index' | 'label' | 'folder'>;

/** How many mistakes are kept. */
export const MOST_MISTAKES = 24;

const FIVE = 5;

const meanOf = (outcomes: readonly Outcome[]): number | null =>
  outcomes.length ? outcomes.reduce((sum, { score }) => sum + score, 0) / outcomes.length : null;

const shareOf = (outcomes: readonly Outcome[], best: number): number | null =>
  outcomes.length ? outcomes.filter(({ place }) => place < best).length / outcomes.length : null;

const byImage = (a: { image: string }, b: { image: string }): number => (a.image < b.image ? -1 : 1);

const isWrong = ({ truth, predicted }: Outcome): boolean => truth !== predicted;

/** The confident mistakes first. */
export const worstOf = <M extends Pick<Mistake, 'image' | 'score'>>(mistakes: readonly M[]): M[] =>
  [...mistakes].sort((a, b) => b.score - a.score || byImage(a, b)).slice(0, MOST_MISTAKES);

const countPairs = (outcomes: readonly Outcome[]): Evaluation['confusion'] => {
  const rows = new Map<number, Map<number, number>>();
  for (const { truth, predicted } of outcomes) {
    const row = rows.get(truth) ?? rows.set(truth, new Map()).get(truth)!;
    row.set(predicted, (row.get(predicted) ?? 0) + 1);
  }
  const pairs = [...rows].flatMap(([truth, row]) =>
    [...row].map(([predicted, images]): [number, number, number] => [truth, predicted, images]),
  );
  return pairs.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
};

/**
 * Counts; the same outcomes in any order give the same numbers to the last bit.
 *
 * @param known the classes of the set
 * @param labelOf the name of a class by its index
 */
export const evaluate = (
  outcomes: readonly Outcome[],
  failures: readonly Failure[],
  known: readonly KnownClass[],
  labelOf: (index: number) => string,
): Evaluation => {
  const sorted = [...outcomes].sort(byImage);
  const own = new Map<number, Outcome[]>();
  for (const outcome of sorted)
    (own.get(outcome.truth) ?? own.set(outcome.truth, []).get(outcome.truth)!).push(outcome);
  const classes = new Map(known.map((one) => [one.index, one]));
  for (const { predicted } of sorted)
    if (!classes.has(predicted)) classes.set(predicted, { index: predicted, label: labelOf(predicted) });
  const wrong = sorted.filter(isWrong);
  return {
    images: sorted.length,
    top1: shareOf(sorted, 1) ?? 0,
    top5: shareOf(sorted, FIVE) ?? 0,
    confidence: {
      all: meanOf(sorted) ?? 0,
      right: meanOf(sorted.filter((outcome) => !isWrong(outcome))),
      wrong: meanOf(wrong),
    },
    classes: [...classes.values()]
      .sort((a, b) => a.index - b.index)
      .map((one) => {
        const outcomesOf = own.get(one.index) ?? [];
        return {
          ...one,
          images: outcomesOf.length,
          top1: shareOf(outcomesOf, 1),
          top5: shareOf(outcomesOf, FIVE),
          confidence: meanOf(outcomesOf),
        };
      }),
    confusion: countPairs(sorted),
    mistakes: worstOf(wrong).map(({ image, truth, predicted, score, trueScore }) => ({
      image,
      truth,
      predicted,
      score,
      trueScore,
    })),
    failures: [...failures].sort(byImage),
  };
};
