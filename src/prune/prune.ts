// Prunes a network after training: zeros in panels that kernels skip, chosen and made up for by means of a few photos.

import { findBlocks } from '../converter/passes/find-blocks.js';
import { GraphEditor } from '../converter/passes/editor.js';
import { pruneUnread } from '../converter/passes/prune-unread.js';
import { hasInt8, type Graph } from '../ir/graph.js';
import { PANEL } from '../ops/conv/panels.js';
import { spend, type Options, type Spending, type Way } from './budget.js';
import type { Calibration } from './collect.js';
import { costOf, restOf, waysOf } from './cost.js';
import { lossCurves } from './curves.js';
import { absentIn, layersOf, mostRemoved, panelsOf, type Layer } from './layers.js';
import { createMultiply } from './multiply.js';
import { sharesOf } from './parts.js';
import { PruneError } from './prune-error.js';
import { pruneInSequence } from './sequence.js';

/** What to reach: so many times the speed, by the planner's cost model, or a share of zeros in the layers that can be pruned. */
export type Target = { speed: number } | { zeros: number };

/** A layer that was pruned. */
export type PrunedLayer = {
  name: string;
  inputs: number;
  outputs: number;
  kernel: readonly number[];
  /** The share of its weights that are zeros that kernels skip. */
  zeros: number;
};

/** A pruned network. */
export type Pruned = {
  graph: Graph;
  layers: PrunedLayer[];
  /** The share of the weights of these layers that are zeros. */
  zeros: number;
  /** How many times as fast the network is by the cost model. */
  speed: number;
  /** Outputs of layers that are gone because nothing reads them. */
  unread: number;
};

/** Called again and again, with the share of the work that is done. */
export type OnStep = (share: number) => void;

/**
 * Prunes a network that turns a photo into scores.
 *
 * @throws {PruneError} if the network has integers, no layer can be pruned, photos give numbers that are not finite, or the target is out of reach
 */
export const prune = async (
  graph: Graph,
  photos: Pick<Calibration, 'inputs' | 'seed'>,
  target: Target,
  onStep: OnStep = () => {},
): Promise<Pruned> => {
  checkFloats(graph);
  const layers = layersOf(graph);
  if (!layers.length)
    throw new PruneError(
      'no layer can be pruned: prune needs convolutions with at least 8 inputs that are not depthwise',
    );
  const onPart = sharesOf(graph, layers, { photos: photos.inputs.length, times: 2 }, onStep);
  checkReach(graph, layers, target);
  const calibration = { ...photos, multiply: await createMultiply() };
  const curves = await lossCurves(graph, layers, calibration, onPart);
  const spending = spendingFor(graph, layers, target, curves);
  const pruned = await pruneInSequence(graph, layers, spending.removed, calibration, onPart);
  const { graph: compact, unread } = skipZeros(pruned);
  const zeros = layers.map((layer, i) => zerosOf(layer, spending.removed[i]!));
  return {
    graph: compact,
    layers: layers.map((layer, i) => describe(layer, zeros[i]! / weightsOf(layer))),
    zeros: sum(zeros) / sum(layers.map(weightsOf)),
    speed: fullCost(graph, layers) / costAfter(graph, layers, spending),
    unread,
  };
};

/** @throws {PruneError} if a network has integers */
const checkFloats = (graph: Graph): void => {
  if (hasInt8(graph.nodes))
    throw new PruneError('it is quantised: prune the network of floats that it was made from, and quantise the result');
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const weightsOf = ({ inputs, outputs, taps }: Layer): number => inputs * outputs * taps;

/** Zeros in the weights of a layer. */
const zerosOf = (layer: Layer, removed: readonly number[]): number => {
  const absent = absentIn(layer);
  return sum(
    panelsOf(layer).map(
      (outputs, panel) => outputs.length * layer.taps * Math.max(removed[panel]!, absent[panel]!.length),
    ),
  );
};

const describe = ({ conv: { node, attrs }, inputs, outputs }: Layer, zeros: number): PrunedLayer => {
  return { name: node.name, inputs, outputs, kernel: attrs.kernel, zeros };
};

/** The cost of a network before. */
const fullCost = (graph: Graph, layers: readonly Layer[]): number => sum(layers.map(costOf)) + restOf(graph, layers);

/** The cost of a network after removals. */
const costAfter = (graph: Graph, layers: readonly Layer[], { removed }: Spending): number => {
  const costs = layers.map((layer, i) => {
    const ways = waysOf(layer, mostRemoved(layer));
    return Math.min(
      ...ways.map(({ fixed, panels }) => fixed + sum(panels.map((own, panel) => own[removed[i]![panel]!]!))),
    );
  });
  return sum(costs) + restOf(graph, layers);
};

/** How a target counts: the ways of each layer, and the cost that they may have together. */
const budgetFor = (graph: Graph, layers: readonly Layer[], target: Target): { ways: Way[][]; budget: number } => {
  if ('zeros' in target)
    return {
      ways: layers.map((layer) => [keptWeights(layer)]),
      budget: (1 - target.zeros) * sum(layers.map(weightsOf)),
    };
  const budget = fullCost(graph, layers) / target.speed - restOf(graph, layers);
  return { ways: layers.map((layer) => waysOf(layer, mostRemoved(layer))), budget };
};

/** The weights of a layer's panels as their cost. */
const keptWeights = (layer: Layer): Way => ({
  fixed: 0,
  panels: panelsOf(layer).map(({ length }) =>
    Array.from({ length: mostRemoved(layer) + 1 }, (_, removed) => (layer.inputs - removed) * layer.taps * length),
  ),
});

const spendingFor = (
  graph: Graph,
  layers: readonly Layer[],
  target: Target,
  curves: readonly (readonly (readonly number[])[])[],
): Spending => {
  const { ways, budget } = budgetFor(graph, layers, target);
  return spend(
    layers.map((_, i): Options => ({ losses: curves[i]!, ways: ways[i]! })),
    budget,
  )!;
};

/** @throws {PruneError} if the target is out of reach, before anything takes time */
const checkReach = (graph: Graph, layers: readonly Layer[], target: Target): void => {
  const { ways, budget } = budgetFor(graph, layers, target);
  const least = sum(
    ways.map((own) => Math.min(...own.map(({ fixed, panels }) => fixed + sum(panels.map((costs) => costs.at(-1)!))))),
  );
  if (least <= budget) return;
  if ('zeros' in target) {
    const most = 1 - least / sum(layers.map(weightsOf));
    throw new PruneError(
      `${percent(target.zeros)} of the weights cannot be zeros: panels of ${PANEL} outputs keep some inputs, so at most ${percent(most)} can; choose less`,
    );
  }
  const most = fullCost(graph, layers) / (least + restOf(graph, layers));
  throw new PruneError(
    `${target.speed} times the speed is out of reach: with hardly any weights left in its ${layers.length} layers that can be pruned, the network would be ${most.toFixed(2)} times as fast; choose less`,
  );
};

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

/** Stores only the weights that kernels read. Where sizes of photos are open, channels that nothing reads stay. */
export const skipZeros = (graph: Graph): { graph: Graph; unread: number } => {
  const editor = new GraphEditor(graph);
  findBlocks(editor);
  const unread = graph.openSizes ? 0 : pruneUnread(editor);
  return { graph: editor.graph, unread };
};
