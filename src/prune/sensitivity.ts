// How much the scores of a network change when one layer alone is pruned.

import { openObserver } from '../calibration/observe.js';
import { scoresOf } from '../classifier/scores.js';
import type { Graph } from '../ir/graph.js';
import { scoreKindOf } from '../runtime/score-kind.js';

/** The scores of photos: their probabilities. */
export const scoresFor = async (graph: Graph, inputs: readonly Float32Array[]): Promise<Float32Array[]> => {
  const { name, value } = graph.outputs[0]!;
  const kind = scoreKindOf(graph, name);
  using observer = await openObserver(graph, [value]);
  return inputs.map((input) => scoresOf(observer.observe(input)[0]!, kind));
};

/** Probabilities below this count as this. */
const LEAST = 1e-9;

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
