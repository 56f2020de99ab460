// The layers of a network that can be pruned, and their weights as matrices.

import { asOp, type Graph } from '../ir/graph.js';
import { sizeOf } from '../ir/tensor.js';
import { channelsOf, type Constant } from '../ir/value.js';
import { blocksOf, isDepthwise } from '../ops/conv/attrs.js';
import { weightRows } from '../ops/conv/block-weights.js';
import { conv, type ConvNode } from '../ops/conv/conv.js';
import { PANEL } from '../ops/conv/panels.js';
import { range } from '../ops/shared/permutation.js';

/** A convolution whose panels may lose inputs. */
export type Layer = {
  /** Its place among the nodes. */
  place: number;
  conv: ConvNode;
  inputs: number;
  outputs: number;
  taps: number;
  /** Output pixels of one photo. */
  pixels: number;
};

/** The panels of a layer: each 8 outputs that are neighbours. */
export const panelsOf = ({ outputs }: Pick<Layer, 'outputs'>): number[][] =>
  Array.from({ length: Math.ceil(outputs / PANEL) }, (_, panel) =>
    Array.from({ length: Math.min(PANEL, outputs - panel * PANEL) }, (__, i) => panel * PANEL + i),
  );

/** Fewer pixels than this, and a layer reads its weights rather than computes. */
const MIN_PIXELS = 4;

/** Layers with fewer inputs, such as the first, have none to spare. */
const MIN_INPUTS = 8;

/** Share of the inputs that panels may lose. */
const MOST = 0.9;

/** Most inputs that a panel of a layer loses. */
export const mostRemoved = ({ inputs }: Layer): number => Math.floor(inputs * MOST);

/**
 * The convolutions that can be pruned: not depthwise ones, the first, those of a vector, such as the last one, or groups of scattered
 * channels.
 */
export const layersOf = (graph: Graph): Layer[] =>
  graph.nodes.flatMap((node, place) => {
    const found = asOp(node, conv);
    if (!found) return [];
    const { x, bias, attrs } = found;
    if (x.data || isDepthwise(x, bias, attrs)) return [];
    const pixels = sizeOf(node.output.shape.slice(1, -1));
    if (pixels < MIN_PIXELS || channelsOf(x) < MIN_INPUTS) return [];
    const sizes = { inputs: channelsOf(x), outputs: channelsOf(bias), taps: sizeOf(attrs.kernel), pixels };
    const layer = { place, conv: found, ...sizes };
    return isInPanels(layer) ? [layer] : [];
  });

/** Panels of a layer that can be pruned hold at most this many times its weights. */
const MOST_WEIGHTS = 1.1;

/**
 * Whether panels of neighbouring outputs hold few more weights than the layer has: those of groups whose outputs are scattered
 * would mix them, and cost more than pruning saves.
 */
const isInPanels = (layer: Layer): boolean => {
  const { inputs, outputs, taps, conv: found } = layer;
  if (found.attrs.group === 1 && !found.attrs.blocks.length) return true;
  const absent = absentIn(layer);
  const held = panelsOf({ outputs }).reduce(
    (sum, panel, i) => sum + panel.length * (inputs - absent[i]!.length) * taps,
    0,
  );
  return held <= MOST_WEIGHTS * found.weights.data.length;
};

/** The weights as a matrix [outputs][inputs][taps] with zeros where an output does not read an input. */
export const matrixOf = ({ conv: { x, bias, weights, attrs }, inputs, outputs, taps }: Layer): Float64Array => {
  const matrix = new Float64Array(outputs * inputs * taps);
  for (const row of weightRows(blocksOf(x, bias, attrs), taps)) {
    row.inputs.forEach((input, i) => {
      for (let tap = 0; tap < taps; tap++) {
        matrix[(row.output * inputs + input) * taps + tap]! += weights.data[row.start + tap * row.inputs.length + i]!;
      }
    });
  }
  return matrix;
};

/** The weights [outputs][taps][inputs] of a dense convolution. */
const dataOf = ({ inputs, outputs, taps }: Layer, rows: readonly Float64Array[]): Float32Array => {
  const data = new Float32Array(outputs * taps * inputs);
  rows.forEach((row, output) => {
    for (let input = 0; input < inputs; input++) {
      for (let tap = 0; tap < taps; tap++) data[(output * taps + tap) * inputs + input] = row[1 + input * taps + tap]!;
    }
  });
  return data;
};

/** The graph with other weights of a layer: the bias and the weights [inputs][taps] of each output. */
export const withWeights = (graph: Graph, layer: Layer, rows: readonly Float64Array[]): Graph => {
  const { node, attrs, weights } = layer.conv;
  const dense: Constant = {
    ...weights,
    shape: [layer.outputs, ...attrs.kernel, layer.inputs],
    data: dataOf(layer, rows),
  };
  const bias = Float32Array.from(rows, (row) => row[0]!);
  const inputs = node.inputs.map((input, i) => (i === 1 ? dense : i === 2 ? { ...input, data: bias } : input));
  const changed = { ...node, attrs: { ...attrs, group: 1, blocks: [] }, inputs };
  return { ...graph, nodes: graph.nodes.map((other, place) => (place === layer.place ? changed : other)) };
};

/** The inputs that no output of a panel reads, for each panel. */
export const absentIn = (layer: Layer): number[][] => {
  const { inputs, taps } = layer;
  const matrix = matrixOf(layer);
  return panelsOf(layer).map((outputs) =>
    range(inputs).filter((input) =>
      outputs.every((output) => {
        const at = (output * inputs + input) * taps;
        return matrix.subarray(at, at + taps).every((weight) => weight === 0);
      }),
    ),
  );
};
