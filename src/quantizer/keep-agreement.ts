// Which layers stay in float so that a network keeps the best classes of most photos, at the least cost.

import { expectedAgreement, type Estimate } from '../calibration/expected-agreement.js';
import { divergence, scoresFor } from '../calibration/scores.js';
import type { Node } from '../ir/graph.js';
import type { Calibration } from './calibrate.js';
import { costsInFloat } from './cost-in-float.js';
import { QuantizeError } from './quantize-error.js';
import { quantizeGraph, type Quantized } from './quantize.js';
import { integerNodes } from './values.js';

/** A network of which some layers stay in float. */
export type Mixed = {
  quantized: Quantized;
  /** The layers that stay in float, those first that change the scores most for what they cost. */
  kept: Node[];
  /** The estimated share of photos whose best class is that of the network of floats. */
  agreement: Estimate;
};

/** What the agreement is at least, but for one case in about six: the estimate less its standard error. */
const surely = ({ agreement: { share, error } }: Mixed): number => share - error;

/** Photos on which it is measured how much a layer changes the scores, at most. */
const MEASURED = 32;

/** @throws {QuantizeError} if scores are not numbers */
const checkNumbers = (scores: readonly Float32Array[]): void => {
  const wrong = scores.filter((own) => own.some(Number.isNaN)).length;
  if (wrong)
    throw new QuantizeError(
      `the scores of ${wrong} of ${scores.length} photos are not numbers (NaN): make sure that the network classifies these photos before it is quantised`,
    );
};

/** Layers that are tried in int8 again once the others are enough, at most. */
const TRIED_AGAIN = 6;

/**
 * Leaves layers in float until the agreement is at least the wanted one by a standard error of its estimate. Those come first whose
 * rounding changes the scores most for the time and bytes that they cost in float. How many is found by doubling and bisection; then
 * those that cost most become int8 again where the agreement stays enough. If none of the choices that are tried is enough, the result
 * is the one with the highest agreement.
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
  const nodes = integerNodes(calibration.graph);
  const measured = photos.slice(0, MEASURED);
  const trials = 2 + Math.ceil(2 * Math.log2(nodes.length)) + TRIED_AGAIN;
  const runs = trials * photos.length + (nodes.length + 1) * measured.length;
  let done = 0;
  const onPhoto = () => onStep(Math.min(++done / runs, 1));
  const exact = await scoresFor(calibration.graph, photos, onPhoto);
  checkNumbers(exact);
  const attempt = async (kept: readonly Node[]): Promise<Mixed> => {
    const quantized = await quantizeGraph(calibration, (node) => kept.includes(node));
    const agreement = expectedAgreement(exact, await scoresFor(quantized.graph, photos, onPhoto));
    return { quantized, kept: [...kept], agreement };
  };
  const isEnough = (mixed: Mixed) => surely(mixed) >= wanted;
  const none = await attempt([]);
  if (isEnough(none) || nodes.length < 2) return none; // without its only layer nothing is in int8
  const costs = costsInFloat(calibration.graph, nodes);
  const order = await worthFirst(calibration, measured, costs, onPhoto);
  const found = await fewest(order, attempt, isEnough);
  if (!isEnough(found)) return surely(found) > surely(none) ? found : none;
  return withoutCostly(found, costs, attempt, isEnough);
};

type Attempt = (kept: readonly Node[]) => Promise<Mixed>;

/** The first nodes of an order, as few as are enough; if no number that is tried is, those with the highest agreement. */
const fewest = async (
  order: readonly Node[],
  attempt: Attempt,
  isEnough: (mixed: Mixed) => boolean,
): Promise<Mixed> => {
  let best: Mixed | undefined;
  let [few, enough] = [0, order.length];
  while (enough - few > 1) {
    // twice as many each time until it is enough, because few are enough more often than half of all
    const middle = (few + enough) >> 1;
    const count = enough === order.length ? Math.min(Math.max(few * 2, 1), middle) : middle;
    const mixed = await attempt(order.slice(0, count));
    if (!best || isEnough(mixed) || surely(mixed) > surely(best)) best = mixed;
    if (isEnough(mixed)) enough = count;
    else few = count;
  }
  return best!;
};

/** The same without those layers in float that are not needed, those first that cost most. */
const withoutCostly = async (
  found: Mixed,
  costs: ReadonlyMap<Node, number>,
  attempt: Attempt,
  isEnough: (mixed: Mixed) => boolean,
): Promise<Mixed> => {
  let best = found;
  const costly = [...found.kept].sort((a, b) => costs.get(b)! - costs.get(a)!).slice(0, TRIED_AGAIN);
  for (const node of costly) {
    const mixed = await attempt(best.kept.filter((other) => other !== node));
    if (isEnough(mixed)) best = mixed;
  }
  return best;
};

/** Costs below this share count as this: what changes the scores little is not worth a layer in float. */
const LEAST_COST = 1e-3;

/** The layers that have an int8 form, those first that change the scores most for what they cost when they alone are quantised. */
const worthFirst = async (
  calibration: Calibration,
  photos: readonly Float32Array[],
  costs: ReadonlyMap<Node, number>,
  onPhoto: () => void,
): Promise<Node[]> => {
  const exact = await scoresFor(calibration.graph, photos, onPhoto);
  const worth = new Map<Node, number>();
  for (const [node, cost] of costs) {
    const { graph } = await quantizeGraph(calibration, (other) => other !== node);
    const change = divergence(exact, await scoresFor(graph, photos, onPhoto));
    worth.set(node, change / Math.max(cost, LEAST_COST));
  }
  return [...costs.keys()].sort((a, b) => worth.get(b)! - worth.get(a)!);
};
