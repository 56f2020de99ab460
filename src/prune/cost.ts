// What a network costs to run, in the unit of the planner's cost model, and what its layers would with fewer inputs.

import { asOp, type Graph, type Node } from '../ir/graph.js';
import { sizeOf } from '../ir/tensor.js';
import { channelsOf } from '../ir/value.js';
import { isDepthwise } from '../ops/conv/attrs.js';
import { conv } from '../ops/conv/conv.js';
import { panelsCost } from '../ops/conv/panels.js';
import { WINOGRAD_COST } from '../ops/conv/winograd-cost.js';
import { placesOf, type TileSize } from '../ops/conv/winograd-weights.js';
import type { Way } from './budget.js';
import { panelsOf, type Layer } from './layers.js';

/** Costs of what the planner has no model for: a product of a depthwise convolution, and an element of other ops (x86-64). */
const OTHER_COST = { depthwise: 0.06, element: 0.4 };

const BYTES = 4;

/** The ways to compute a layer whose panels lose up to `most` inputs. */
export const waysOf = (layer: Layer, most: number): Way[] => {
  const direct = wayOf(layer, most, layer.taps, layer.taps, layer.pixels, 0);
  const tiles = ([2, 4] as const).filter(() => isPlain3x3(layer)).map((m) => tiledWay(layer, most, m));
  return [direct, ...tiles];
};

const isPlain3x3 = ({ conv: { attrs } }: Layer): boolean =>
  attrs.kernel.length === 2 &&
  attrs.kernel.every((size) => size === 3) &&
  [...attrs.strides, ...attrs.dilations].every((step) => step === 1);

const tiledWay = (layer: Layer, most: number, m: TileSize): Way => {
  const [, height, width] = layer.conv.node.output.shape as [number, number, number];
  const tiles = Math.ceil(height / m) * Math.ceil(width / m);
  const { input, output } = WINOGRAD_COST;
  const fixed = tiles * (input[m] * Math.ceil(layer.inputs / 4) + output[m] * Math.ceil(layer.outputs / 4));
  return wayOf(layer, most, 1, placesOf(m), Math.ceil(tiles / 4) * 4 * placesOf(m), fixed);
};

/** `taps` are those of each of the `points` for which a panel runs; `stored` the weights of each input and output. */
const wayOf = (
  { inputs, ...layer }: Layer,
  most: number,
  taps: number,
  stored: number,
  points: number,
  fixed: number,
): Way => ({
  fixed,
  panels: panelsOf(layer).map((outputs) =>
    Array.from({ length: most + 1 }, (_, removed) => {
      const kept = inputs - removed;
      // every other channel is no range, as after removals
      const list = Array.from({ length: kept }, (__, i) => (removed ? 2 * i : i));
      const weights = stored * kept * outputs.length * BYTES;
      return (panelsCost([{ outputs, inputs: list }], taps) * points) / 4 + WINOGRAD_COST.byte * weights;
    }),
  ),
});

/** The cheapest way's cost when nothing is removed. */
export const costOf = (layer: Layer): number =>
  Math.min(...waysOf(layer, 0).map(({ fixed, panels }) => panels.reduce((sum, [cost]) => sum + cost!, fixed)));

/** The cost of all nodes that are not among the layers. */
export const restOf = (graph: Graph, layers: readonly Layer[]): number => {
  const places = new Set(layers.map(({ place }) => place));
  return graph.nodes.reduce((sum, node, place) => (places.has(place) ? sum : sum + costOfNode(node)), 0);
};

/** The cost of a node as it is. */
export const costOfNode = (node: Node): number => {
  const found = asOp(node, conv);
  if (!found) return node.op.alias ? 0 : OTHER_COST.element * sizeOf(node.output.shape);
  const { x, bias, attrs } = found;
  const macs = node.op.macs(node.inputs, node.output, attrs);
  if (isDepthwise(x, bias, attrs)) return OTHER_COST.depthwise * macs;
  const layer = { place: -1, conv: found, inputs: channelsOf(x), outputs: channelsOf(bias) };
  return costOf({ ...layer, taps: sizeOf(attrs.kernel), pixels: sizeOf(node.output.shape.slice(1, -1)) });
};
