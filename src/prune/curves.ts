// What each panel of each layer loses with every input that is removed, in units that are the same for all layers.

import type { Graph } from '../ir/graph.js';
import { range } from '../ops/shared/permutation.js';
import { collectRows, rowSize, type Calibration } from './collect.js';
import { eliminate, type Removal } from './eliminate.js';
import { fitPanels, inverseFor, ownSides, problemOf, varianceOf } from './fit.js';
import { absentIn, panelsOf, withWeights, type Layer } from './layers.js';
import { meanSquares } from './moments.js';
import type { Multiply } from './multiply.js';
import { divergence, scoresFor } from './sensitivity.js';

/** Share of the inputs that panels may lose. */
const MOST = 0.9;

/**
 * To see what errors of a layer do to the scores, its panels lose inputs up to this share of the variance of its outputs: large
 * errors change scores as much as other large errors do. The scores are those of so many photos.
 */
const PROBE = { error: 0.03, photos: 64 };

/** Windows are collected for so many layers at a time that they take about this much memory. */
const MAX_BYTES = 2 ** 28;

/** Most inputs that a panel of a layer loses. */
export const mostRemoved = ({ inputs }: Layer): number => Math.floor(inputs * MOST);

/**
 * The loss of each panel of each layer by the number of inputs removed: the squared error of its outputs, scaled by how
 * much the scores diverge when the layer alone has such errors.
 *
 * @param onLayer called after each layer
 */
export const lossCurves = async (
  graph: Graph,
  layers: readonly Layer[],
  calibration: Calibration,
  onLayer: () => void,
): Promise<number[][][]> => {
  const probes = calibration.inputs.slice(0, PROBE.photos);
  const before = await scoresFor(graph, probes);
  const curves: number[][][] = [];
  for (const group of groupsOf(layers)) {
    const rows = await collectRows(graph, group, calibration);
    for (const [i, layer] of group.entries()) {
      const { removals, probed, error } = removalsOf(layer, rows[i]!, calibration.multiply);
      const change = divergence(before, await scoresFor(withWeights(graph, layer, probed), probes));
      const scale = error > 0 ? change / error : 0;
      curves.push(removals.map(({ errors }) => [0, ...errors.map((own) => own * scale)]));
      onLayer();
    }
  }
  return curves;
};

/** Removals from all panels of a layer, and its weights with some of them, with their squared error. */
const removalsOf = (
  layer: Layer,
  rows: Float32Array,
  multiply: Multiply,
): { removals: Removal[]; probed: Float64Array[]; error: number } => {
  const problem = problemOf(layer, meanSquares(rows, rowSize(layer), multiply));
  const inverse = inverseFor(problem);
  const absent = absentIn(layer);
  const removals = panelsOf(layer).map((outputs, panel) => {
    const own = outputs.map((output) => problem.weights[output]!);
    return eliminate(inverse, layer.taps, own, Math.max(mostRemoved(layer), absent[panel]!.length), absent[panel]);
  });
  const errorWith = (count: number) => removals.reduce((sum, { errors }) => sum + errors[count - 1]!, 0);
  const allowed = PROBE.error * varianceOf(problem);
  let count = 1;
  while (count < mostRemoved(layer) && errorWith(count + 1) <= allowed) count++;
  const kept = removals.map(({ order }) => {
    const gone = new Set(order.slice(0, count));
    return range(layer.inputs).filter((input) => !gone.has(input));
  });
  return { removals, probed: fitPanels(layer, problem, kept, ownSides(problem)), error: errorWith(count) };
};

/** The layers in groups whose windows fit in memory together. */
const groupsOf = (layers: readonly Layer[]): Layer[][] => {
  const groups: Layer[][] = [];
  let bytes = Infinity;
  for (const layer of layers) {
    const own = 4 * windowsOf(layer) * rowSize(layer);
    if (bytes + own > MAX_BYTES) [bytes] = [0, groups.push([])];
    groups.at(-1)!.push(layer);
    bytes += own;
  }
  return groups;
};

const windowsOf = (layer: Layer): number => Math.max(8192, 8 * rowSize(layer));
