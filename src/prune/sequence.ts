// Prunes layers one after another, each to what the original network gives, so that later layers make up for earlier ones.

import type { Graph } from '../ir/graph.js';
import { range } from '../ops/shared/permutation.js';
import { collectExamples, rowSize, type Examples, type Calibration } from './collect.js';
import { correctedWeights } from './correction.js';
import { eliminate } from './eliminate.js';
import { fitPanels, inverseFor, ownSides, problemOf, sidesFor, type Problem } from './fit.js';
import { absentIn, panelsOf, withWeights, type Layer } from './layers.js';
import { COLLECTING, type OnPart } from './parts.js';
import { meanProducts, meanSquares } from './moments.js';
import type { Multiply } from './multiply.js';
import { clampedTargets, limitsOf, productsOf } from './targets.js';

/** How often the weights of a layer with clamped outputs are found anew for targets that they change. */
const ROUNDS = 2;

/**
 * Removes inputs from the panels of the layers.
 *
 * @param removed how many inputs each panel of each layer loses
 * @param onPart called with each part of the work on a layer that is done
 */
export const pruneInSequence = async (
  original: Graph,
  layers: readonly Layer[],
  removed: readonly (readonly number[])[],
  calibration: Calibration,
  onPart: OnPart,
): Promise<Graph> => {
  let pruned = original;
  for (const [i, layer] of layers.entries()) {
    const ofPhoto = COLLECTING / calibration.inputs.length;
    const examples = await collectExamples(original, pruned, layer, calibration, () => onPart(layer, ofPhoto));
    let rest = 1 - COLLECTING;
    const ofPanel = rest / 2 / panelsOf(layer).length;
    const onPanel = () => {
      rest -= ofPanel;
      onPart(layer, ofPanel);
    };
    pruned = withWeights(pruned, layer, fitLayer(layer, removed[i]!, examples, calibration.multiply, onPanel));
    onPart(layer, rest);
  }
  return pruned;
};

/**
 * The bias and weights of each output of a layer that loses inputs: first it makes up for earlier layers, then for its own
 * inputs.
 *
 * @param onPanel called after inputs of a panel were removed
 */
export const fitLayer = (
  layer: Layer,
  removed: readonly number[],
  examples: Examples,
  multiply: Multiply,
  onPanel: () => void,
): Float64Array[] => {
  const { rows, added } = examples;
  const weights = correctedWeights(layer, examples, multiply);
  const size = rowSize(layer);
  const problem = { ...problemOf(layer, meanSquares(rows, size, multiply)), weights };
  const kept = keptInputs(layer, problem, removed, onPanel);
  if (kept.every(({ length }) => length === layer.inputs)) return weights;
  let fitted = fitPanels(layer, problem, kept, ownSides(problem));
  const limits = limitsOf(layer);
  if (!limits) return fitted;
  const wanted = productsOf(rows, weights, multiply);
  const own = { ...examples, goals: added ? wanted.map((goal, i) => goal + added[i]!) : wanted };
  for (let round = 0; round < ROUNDS; round++) {
    const targets = clampedTargets(own, limits, fitted, multiply);
    const products = meanProducts(targets, layer.outputs, rows, size, multiply);
    fitted = fitPanels(layer, problem, kept, sidesFor(problem, products));
  }
  return fitted;
};

/** The inputs that each panel keeps. */
const keptInputs = (layer: Layer, problem: Problem, removed: readonly number[], onPanel: () => void): number[][] => {
  const all = range(layer.inputs);
  const absent = absentIn(layer);
  const counts = removed.map((count, panel) => Math.max(count, absent[panel]!.length));
  if (counts.every((count) => !count)) return counts.map(() => all);
  const inverse = inverseFor(problem);
  return panelsOf(layer).map((outputs, panel) => {
    const rows = outputs.map((output) => problem.weights[output]!);
    const gone = new Set(eliminate(inverse, layer.taps, rows, counts[panel]!, absent[panel]).order);
    onPanel();
    return all.filter((input) => !gone.has(input));
  });
};
