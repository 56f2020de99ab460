// Which layers stay in float so that a network keeps the best classes of most photos: as few as possible.

import { expectedAgreement, type Estimate } from '../calibration/expected-agreement.js';
import { divergence, scoresFor } from '../calibration/scores.js';
import type { Node } from '../ir/graph.js';
import type { Calibration } from './calibrate.js';
import { QuantizeError } from './quantize-error.js';
import { quantizeGraph, type Quantized } from './quantize.js';
import { integerNodes } from './values.js';

/** A network of which some layers stay in float. */
export type Mixed = {
  quantized: Quantized;
  /** The layers that stay in float, those that cost most first. */
  kept: Node[];
  /** The estimated share of photos whose best class is that of the network of floats. */
  agreement: Estimate;
};

/** What the agreement is at least, but for one case in about six: the estimate less its standard error. */
const surely = ({ agreement: { share, error } }: Mixed): number => share - error;

/** Photos on which it is measured what a layer costs, at most. */
const MEASURED = 32;

/** @throws {QuantizeError} if scores are not numbers */
const checkNumbers = (scores: readonly Float32Array[]): void => {
  const wrong = scores.filter((own) => own.some(Number.isNaN)).length;
  if (wrong)
    throw new QuantizeError(
      `the scores of ${wrong} of ${scores.length} photos are not numbers (NaN): make sure that the network classifies these photos before it is quantised`,
    );
};

/**
 * Leaves layers in float, those first that change the scores most when they alone are quantised, until the agreement is at least
 * the wanted one by a standard error of its estimate; how many is found by doubling and bisection. If none of the numbers that are
 * tried is enough, the result is the one with the highest agreement.
 *
 * @param onStep called with the share of the work that is done
 * @throws {QuantizeError} if the network gives scores that are not numbers
 */
export const keepAgreement = async (
  calibration: Calibration,
  photos: readonly Float32Array[],
  wanted: number,
  onStep: (share: number) => void = () => {},
): Promise<Mixed> => {
  const exact = await scoresFor(calibration.graph, photos);
  checkNumbers(exact);
  const total = integerNodes(calibration.graph).length;
  const order: Node[] = [];
  const tryKeeping = async (count: number): Promise<Mixed> => {
    const kept = order.slice(0, count);
    const quantized = await quantizeGraph(calibration, (node) => kept.includes(node));
    const agreement = expectedAgreement(exact, await scoresFor(quantized.graph, photos));
    return { quantized, kept, agreement };
  };
  let best = await tryKeeping(0);
  if (surely(best) >= wanted || total < 2) return best; // without its only layer nothing is in int8
  order.push(...(await costliestFirst(calibration, photos, (share) => onStep(share / 2))));
  let [few, enough] = [0, total];
  let step = 0;
  const steps = 2 * Math.ceil(Math.log2(total));
  while (enough - few > 1) {
    // twice as many each time until it is enough, because few are enough more often than half of all
    const count = enough === total ? Math.min(Math.max(few * 2, 1), (few + enough) >> 1) : (few + enough) >> 1;
    const mixed = await tryKeeping(count);
    onStep((1 + ++step / steps) / 2);
    const isEnough = surely(mixed) >= wanted;
    if (isEnough || surely(mixed) > surely(best)) best = mixed;
    if (isEnough) enough = count;
    else few = count;
  }
  return best;
};

/** The layers that have an int8 form, those first that change the scores most when they alone are quantised. */
const costliestFirst = async (
  calibration: Calibration,
  photos: readonly Float32Array[],
  onStep: (share: number) => void,
): Promise<Node[]> => {
  const measured = photos.slice(0, MEASURED);
  const exact = await scoresFor(calibration.graph, measured);
  const nodes = integerNodes(calibration.graph);
  const costs = new Map<Node, number>();
  for (const node of nodes) {
    const { graph } = await quantizeGraph(calibration, (other) => other !== node);
    costs.set(node, divergence(exact, await scoresFor(graph, measured)));
    onStep(costs.size / nodes.length);
  }
  return [...nodes].sort((a, b) => costs.get(b)! - costs.get(a)!);
};
