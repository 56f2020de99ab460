// What each panel of each layer loses with every input that is removed, in units that are the same for all layers.

import type { Graph } from '../ir/graph.js';
import { range } from '../ops/shared/permutation.js';
import { collectRows, rowSize, windowsWanted, type Calibration } from './collect.js';
import { fitPanels, ownSides, varianceOf } from './fit.js';
import { mostRemoved, panelsOf, withWeights, type Layer } from './layers.js';
import { COLLECTING, type OnPart } from './parts.js';
import { divergence, scoresFor } from '../calibration/scores.js';
import { OTHERS, tryRemovals, type Trial } from './trial.js';

/**
 * To see what errors of a layer do to the scores, its panels lose inputs up to this share of the variance of its outputs. The
 * divergence is that of few photos, most of all of those near a border between classes: with 64 photos and a share of 0.03 it is
 * off by up to four times on ResNet-20, and late layers that it makes look cheap lose nearly all. Nothing is fitted to these
 * photos: late layers can lose what only some classes need, and scores of photos of other classes do not show it.
 */
const PROBE = { error: 0.1, photos: 256 };

/** Windows are collected for so many layers at a time that they take about this much memory. */
const MAX_BYTES = 2 ** 28;

/**
 * The loss of each panel of each layer by the number of inputs removed: the squared error of its outputs on photos that were not
 * fitted, scaled by how much the scores diverge when the layer alone has such errors.
 *
 * @param onPart called with each part of the work on a layer that is done
 */
export const lossCurves = async (
  graph: Graph,
  layers: readonly Layer[],
  calibration: Calibration,
  onPart: OnPart,
): Promise<number[][][]> => {
  const { inputs } = calibration;
  const probes = inputs.slice(-Math.min(PROBE.photos, Math.max(1, Math.floor(inputs.length * OTHERS))));
  const before = await scoresFor(graph, probes);
  const curves: number[][][] = [];
  for (const group of groupsOf(layers)) {
    const rows = await collectRows(graph, group, calibration, () =>
      group.forEach((layer) => onPart(layer, COLLECTING / inputs.length)),
    );
    for (const [i, layer] of group.entries()) {
      const ofPanel = (1 - COLLECTING) / panelsOf(layer).length;
      const trial = tryRemovals(layer, rows[i]!, calibration.multiply, () => onPart(layer, ofPanel));
      const { weights, error } = probeOf(layer, trial);
      const change = divergence(before, await scoresFor(withWeights(graph, layer, weights), probes));
      const scale = error > 0 ? change / error : 0;
      curves.push(trial.panels.map(({ errors }) => [0, ...errors.map((own) => own * scale)]));
    }
  }
  return curves;
};

/** The weights of a layer with so few removals that the scores change little, and their squared error. */
const probeOf = (layer: Layer, { problem, panels }: Trial): { weights: Float64Array[]; error: number } => {
  const errorWith = (count: number) => panels.reduce((sum, { errors }) => sum + errors[count - 1]!, 0);
  const allowed = PROBE.error * varianceOf(problem);
  let count = 1;
  while (count < mostRemoved(layer) && errorWith(count + 1) <= allowed) count++;
  const kept = panels.map(({ order }) => {
    const gone = new Set(order.slice(0, count));
    return range(layer.inputs).filter((input) => !gone.has(input));
  });
  return { weights: fitPanels(layer, problem, kept, ownSides(problem)), error: errorWith(count) };
};

/** The layers in groups whose windows fit in memory together. */
const groupsOf = (layers: readonly Layer[]): Layer[][] => {
  const groups: Layer[][] = [];
  let bytes = Infinity;
  for (const layer of layers) {
    const own = 4 * windowsWanted(layer) * rowSize(layer);
    if (bytes + own > MAX_BYTES) [bytes] = [0, groups.push([])];
    groups.at(-1)!.push(layer);
    bytes += own;
  }
  return groups;
};
