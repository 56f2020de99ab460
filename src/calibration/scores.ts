// The scores that a network gives for photos, and how far those of two networks are apart.

import { scoresOf } from '../classifier/scores.js';
import { ShapeError } from '../errors.js';
import type { Graph, Output } from '../ir/graph.js';
import { sizeOf } from '../ir/tensor.js';
import { scoreKindOf } from '../runtime/score-kind.js';
import { openObserver } from './observe.js';

/** Gives the scores of a photo: its probabilities. */
export type Scorer = { scores: (input: Float32Array) => Float32Array; [Symbol.dispose]: () => void };

/** The output of a classifier that holds the scores: the only vector. */
const scoresOutput = ({ outputs }: Graph): Output =>
  outputs.find(({ value }) => value.type === 'float32' && sizeOf(value.shape.slice(0, -1)) === 1) ?? outputs[0]!;

/** How many scores a classifier gives. */
export const countScores = (graph: Graph): number => scoresOutput(graph).value.shape.at(-1)!;

/** @throws {ShapeError} if a network has fewer than two scores: the best class of every photo would be the same */
export const checkScores = (graph: Graph): void => {
  if (countScores(graph) > 1) return;
  const { name } = scoresOutput(graph);
  throw new ShapeError(
    `output "${name}" has one score, so all photos have the same best class, and how alike two networks are cannot be judged: give the network two classes or more`,
  );
};

/** Loads a network to score photos one by one. */
export const openScorer = async (graph: Graph): Promise<Scorer> => {
  const { name, value } = scoresOutput(graph);
  const kind = scoreKindOf(graph, name);
  const observer = await openObserver(graph, [value]);
  return {
    scores: (input) => scoresOf(observer.observe(input)[0]!, kind),
    [Symbol.dispose]: () => observer[Symbol.dispose](),
  };
};

/** The scores of photos; `onPhoto` is called after each. */
export const scoresFor = async (
  graph: Graph,
  inputs: readonly Float32Array[],
  onPhoto: () => void = () => {},
): Promise<Float32Array[]> => {
  using scorer = await openScorer(graph);
  return inputs.map((input) => {
    const scores = scorer.scores(input);
    onPhoto();
    return scores;
  });
};

/** Probabilities below this count as this. */
export const LEAST = 1e-9;

/** The mean Kullback-Leibler divergence of scores `now` from those `before`. */
export const divergence = (before: readonly Float32Array[], now: readonly Float32Array[]): number => {
  let sum = 0;
  before.forEach((scores, photo) => {
    scores.forEach((score, i) => {
      if (score > LEAST) sum += score * Math.log(score / Math.max(now[photo]![i]!, LEAST));
    });
  });
  return Math.max(sum / before.length, 0);
};
