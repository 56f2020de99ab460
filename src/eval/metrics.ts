// Computes accuracy, confidence and the confusion matrix from the outcomes of all pictures.

import type { Failure, Outcome } from './outcome.js';

/** A class of the set, or one that the model predicted. */
export type ClassMetrics = {
  /** Index in the model's output. */
  index: number;
  label: string;
  /** Its folder in the set, if it has one. */
  folder?: string;
  /** Number of its pictures that were classified. */
  images: number;
  /** Share of its pictures whose best class is correct; null without pictures, like the next two. */
  top1: number | null;
  /** Share of its pictures whose correct class is among the best five. */
  top5: number | null;
  /** Mean score of the best class. */
  confidence: number | null;
};

/** A picture with a wrong prediction. */
export type Mistake = {
  /** Path in the set. */
  image: string;
  /** Index of its class. */
  truth: number;
  /** Index of the predicted class. */
  predicted: number;
  /** Score of the predicted class. */
  score: number;
  /** Score of its own class. */
  trueScore: number;
  /** The picture itself as a data: URL, for reports. */
  picture?: string;
};

/** Metrics of a set of pictures. Shares are from 0 to 1. */
export type Metrics = {
  /** Number of pictures that were classified, without `failures`. */
  images: number;
  top1: number;
  top5: number;
  /** Mean score of the best class: over all pictures, correct ones and wrong ones (null if there are none). */
  confidence: { all: number; right: number | null; wrong: number | null };
  /** By ascending index. */
  classes: ClassMetrics[];
  /** `[class, predicted class, pictures]`, ascending, for all pairs that occur. */
  confusion: [truth: number, predicted: number, images: number][];
  /** The mistakes with the highest scores. */
  mistakes: Mistake[];
  /** By ascending path. */
  failures: Failure[];
};

/** Metrics with the names of the model and set, and the time. */
export type EvaluationResult = Metrics & {
  /** File name of the model. */
  model: string;
  /** Name of the folder or archive. */
  set: string;
  /** The part of the set, such as `test`. */
  split?: string;
  /** Seconds, without loading the model; for merged shards, the sum over shards. */
  seconds: number;
  imagesPerSecond: number;
};

/** A class before its pictures are counted. */
export type KnownClass = Pick<ClassMetrics, 'index' | 'label' | 'folder'>;

/** Maximum number of mistakes that are kept. */
export const MAX_MISTAKES = 24;

const meanScore = (outcomes: readonly Outcome[]): number | null =>
  outcomes.length ? outcomes.reduce((sum, { score }) => sum + score, 0) / outcomes.length : null;

/** Share of the pictures whose class is among the best `count`. */
const shareWithin = (count: number, outcomes: readonly Outcome[]): number | null =>
  outcomes.length ? outcomes.filter(({ place }) => place < count).length / outcomes.length : null;

const byImage = (a: { image: string }, b: { image: string }): number => (a.image < b.image ? -1 : 1);

const isRight = ({ truth, predicted }: Outcome): boolean => truth === predicted;

/** The most confident mistakes, those with the highest scores first. */
export const worstMistakes = <M extends Pick<Mistake, 'image' | 'score'>>(mistakes: readonly M[]): M[] =>
  [...mistakes].sort((a, b) => b.score - a.score || byImage(a, b)).slice(0, MAX_MISTAKES);

const countPairs = (outcomes: readonly Outcome[]): Metrics['confusion'] => {
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

/** The classes of the set, and other classes that were predicted. */
const allClasses = (
  outcomes: readonly Outcome[],
  known: readonly KnownClass[],
  labelOf: (index: number) => string,
): KnownClass[] => {
  const classes = new Map(known.map((one) => [one.index, one]));
  for (const { predicted: index } of outcomes)
    if (!classes.has(index)) classes.set(index, { index, label: labelOf(index) });
  return [...classes.values()].sort((a, b) => a.index - b.index);
};

const classMetrics = (one: KnownClass, outcomes: readonly Outcome[]): ClassMetrics => ({
  ...one,
  images: outcomes.length,
  top1: shareWithin(1, outcomes),
  top5: shareWithin(5, outcomes),
  confidence: meanScore(outcomes),
});

/**
 * Computes the metrics. They do not depend on the order of outcomes, to the last bit, because outcomes are sorted
 * first.
 *
 * @param known the classes of the set
 * @param labelOf the name of a class by its index
 */
export const computeMetrics = (
  outcomes: readonly Outcome[],
  failures: readonly Failure[],
  known: readonly KnownClass[],
  labelOf: (index: number) => string,
): Metrics => {
  const sorted = [...outcomes].sort(byImage);
  const [right, wrong] = [sorted.filter(isRight), sorted.filter((outcome) => !isRight(outcome))];
  const byClass = new Map<number, Outcome[]>();
  for (const outcome of sorted) {
    const { truth } = outcome;
    (byClass.get(truth) ?? byClass.set(truth, []).get(truth)!).push(outcome);
  }
  return {
    images: sorted.length,
    top1: shareWithin(1, sorted) ?? 0,
    top5: shareWithin(5, sorted) ?? 0,
    confidence: { all: meanScore(sorted) ?? 0, right: meanScore(right), wrong: meanScore(wrong) },
    classes: allClasses(sorted, known, labelOf).map((one) => classMetrics(one, byClass.get(one.index) ?? [])),
    confusion: countPairs(sorted),
    mistakes: worstMistakes(wrong).map(({ image, truth, predicted, score, trueScore }) => {
      return { image, truth, predicted, score, trueScore };
    }),
    failures: [...failures].sort(byImage),
  };
};
