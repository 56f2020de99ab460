// Prunes layers one after another, each to what the original network gives, so that later layers make up for earlier ones.

import type { Graph } from '../ir/graph.js';
import { range } from '../ops/shared/permutation.js';
import { collectExamples, rowSize, type Examples, type Photos } from './collect.js';
import { eliminate } from './eliminate.js';
import { fitPanels, fitRows, inverseFor, problemOf, sidesFor, type Problem } from './fit.js';
import { absentIn, panelsOf, withWeights, type Layer } from './layers.js';
import { meanProducts, meanSquares } from './moments.js';
import { chooseDamping } from './damping.js';
import { clampedTargets, plainTargets } from './targets.js';

/** How often the weights of a layer with clamped outputs are found anew for targets that they change. */
const ROUNDS = 3;

/** The damping with which inputs are chosen. */
const DAMPING = 0.1;

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
  photos: Photos,
  onLayer: () => void,
): Promise<Graph> => {
  let pruned = original;
  for (const [i, layer] of layers.entries()) {
    const examples = await collectExamples(original, pruned, layer, photos);
    pruned = withWeights(pruned, layer, fitLayer(layer, removed[i]!, examples));
    onLayer();
  }
  return pruned;
};

/** The bias and weights of each output of a layer that loses inputs. */
export const fitLayer = (layer: Layer, removed: readonly number[], examples: Examples): Float64Array[] => {
  const size = rowSize(layer);
  const targets = plainTargets(examples);
  const squares = meanSquares(examples.rows, size);
  const productsOf = (goals: Float32Array) => meanProducts(goals, layer.outputs, examples.rows, size);
  const products = productsOf(targets);
  const first = problemOf(layer, squares, DAMPING);
  const kept = keptInputs(layer, first, sidesFor(first, products), removed);
  const damping = chooseDamping(layer, { rows: examples.rows, targets, squares, products });
  const problem = problemOf(layer, squares, damping);
  let rows = fitPanels(layer, problem, kept, sidesFor(problem, products));
  const { low, high } = layer.conv.attrs;
  if (low === -Infinity && high === Infinity) return rows;
  for (let round = 0; round < ROUNDS; round++) {
    const clamped = clampedTargets(examples, { low, high }, rows);
    rows = fitPanels(layer, problem, kept, sidesFor(problem, productsOf(clamped)));
  }
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
