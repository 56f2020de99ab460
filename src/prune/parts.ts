// How far pruning is: the work on layers in parts, which are larger the more inputs a layer has.

import type { Graph } from '../ir/graph.js';
import { rowSize, windowsWanted } from './collect.js';
import { panelsOf, type Layer } from './layers.js';

/** Called with each part of the work on a layer that is done; those of a layer are 1 together. */
export type OnPart = (layer: Layer, part: number) => void;

/** The part of the work on a layer that collecting its windows is taken for. */
export const COLLECTING = 0.3;

/** How many multiplications of kernels take as long as one of the solver. */
const SOLVER = 4;

/** About how long the work on a layer takes: runs of the network for the photos, and removals of inputs from panels. */
const workOf = (layer: Layer, ofRuns: number): number =>
  ofRuns + rowSize(layer) ** 2 * (windowsWanted(layer) + SOLVER * panelsOf(layer).length * layer.inputs);

/** Adds parts up to the share of the work that is done; each layer is worked on `times` times. */
export const sharesOf = (
  { nodes }: Graph,
  layers: readonly Layer[],
  { photos, times }: { photos: number; times: number },
  onShare: (share: number) => void,
): OnPart => {
  const macs = nodes.reduce((sum, { op, inputs, output, attrs }) => sum + op.macs(inputs, output, attrs), 0);
  const works = new Map(layers.map((layer) => [layer, workOf(layer, photos * macs)]));
  const total = times * [...works.values()].reduce((sum, work) => sum + work, 0);
  let done = 0;
  return (layer, part) => onShare(Math.min((done += (part * works.get(layer)!) / total), 1));
};
