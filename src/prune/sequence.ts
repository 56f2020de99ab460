// Prunes layers one after another, each to what the original network gives, so that later layers make up for earlier ones.

import type { Graph } from '../ir/graph.js';
import { range } from '../ops/shared/permutation.js';
import { collectExamples, rowSize, type Examples, type Calibration } from './collect.js';
import { eliminate } from './eliminate.js';
import { fitPanels, fitRows, inverseFor, problemOf, sidesFor, type Problem } from './fit.js';
import { absentIn, panelsOf, withWeights, type Layer } from './layers.js';
import { meanProducts, meanSquares } from './moments.js';
import type { Multiply } from './multiply.js';
import { clampedTargets, plainTargets } from './targets.js';

/** How often the weights of a layer with clamped outputs are found anew for targets that they change. */
const ROUNDS = 2;

/**
 * Removes inputs from the panels of the layers.
 *
 * @param removed how many inputs each panel of each layer loses
 * @param onLayer called after each layer
 */
export const pruneInSequence = async (
  original: Graph,
  layers: readonly Layer[],
  removed: readonly (readonly number[])[],
  calibration: Calibration,
  onLayer: () => void,
): Promise<Graph> => {
  let pruned = original;
  for (const [i, layer] of layers.entries()) {
    const examples = await collectExamples(original, pruned, layer, calibration);
    pruned = withWeights(pruned, layer, fitLayer(layer, removed[i]!, examples, calibration.multiply));
    onLayer();
  }
  return pruned;
};

/** The bias and weights of each output of a layer that loses inputs. */
export const fitLayer = (
  layer: Layer,
  removed: readonly number[],
  examples: Examples,
  multiply: Multiply,
): Float64Array[] => {
  const size = rowSize(layer);
  const problem = problemOf(layer, meanSquares(examples.rows, size, multiply));
  const sidesOf = (targets: Float32Array) =>
    sidesFor(problem, meanProducts(targets, layer.outputs, examples.rows, size, multiply));
  const sides = sidesOf(plainTargets(examples));
  const kept = keptInputs(layer, problem, sides, removed);
  let rows = fitPanels(layer, problem, kept, sides);
  const { low, high } = layer.conv.attrs;
  if (low === -Infinity && high === Infinity) return rows;
  for (let round = 0; round < ROUNDS; round++)
    rows = fitPanels(layer, problem, kept, sidesOf(clampedTargets(examples, { low, high }, rows, multiply)));
  return rows;
};

/** The inputs that each panel keeps. */
const keptInputs = (
  layer: Layer,
  problem: Problem,
  sides: readonly Float64Array[],
  removed: readonly number[],
): number[][] => {
  const all = range(layer.inputs);
  const absent = absentIn(layer);
  const dense = fitRows(problem, all, sides);
  const inverse = inverseFor(problem);
  return panelsOf(layer).map((outputs, panel) => {
    const most = Math.max(removed[panel]!, absent[panel]!.length);
    if (!most) return all;
    const rows = outputs.map((output) => dense[output]!);
    const gone = new Set(eliminate(inverse, layer.taps, rows, most, absent[panel]).order);
    return all.filter((input) => !gone.has(input));
  });
};
