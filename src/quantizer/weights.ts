// Weights as integers times a scale for each output, and biases that make up for what rounding moved on average.

import { filtersOf } from '../format/filters.js';
import { dequantised, quantise } from '../format/scaled.js';
import { asOp, type Graph, type Node } from '../ir/graph.js';
import { channelsOf, type Constant, type Value } from '../ir/value.js';
import { atOnce } from '../next-task.js';
import { blocksOf } from '../ops/conv/attrs.js';
import { weightRows } from '../ops/conv/block-weights.js';
import { conv } from '../ops/conv/conv.js';
import { sizeOf } from '../ir/tensor.js';

/** The average of each channel of a value on the calibration photos. */
export type Means = (value: Value) => Float64Array | undefined;

/** The graph in which the weights of `nodes` are rounded, and their biases corrected by the averages of what they read. */
export const roundWeights = (graph: Graph, nodes: ReadonlySet<Node>, means: Means): Graph => {
  const rounded = new Map<Value, Constant>();
  for (const [value, { node, matrices }] of filtersOf(graph)) {
    if (!nodes.has(node)) continue;
    const data = dequantised(atOnce(quantise(value.data as Float32Array, matrices)), matrices);
    rounded.set(value, { ...value, data });
  }
  return {
    ...graph,
    nodes: graph.nodes.map((node) => {
      if (!nodes.has(node)) return node;
      const inputs = node.inputs.map((input) => rounded.get(input) ?? input);
      return { ...node, inputs: withBias(node, inputs, means) };
    }),
  };
};

/** The inputs of a convolution with the bias corrected: minus the average of what rounding the weights adds to an output. */
const withBias = (node: Node, inputs: Value[], means: Means): Value[] => {
  const layer = asOp(node, conv);
  const average = layer && means(layer.x);
  if (!layer || !average) return inputs;
  const { x, weights, bias, attrs } = layer;
  const now = inputs[1]!.data as Float32Array;
  const corrected = Float32Array.from(bias.data);
  const taps = sizeOf(attrs.kernel);
  for (const { output, inputs: channels, start } of weightRows(blocksOf(x, bias, attrs), taps)) {
    let moved = 0;
    for (let tap = 0, at = start; tap < taps; tap++)
      for (let i = 0; i < channels.length; i++, at++) moved += (now[at]! - weights.data[at]!) * average[channels[i]!]!;
    corrected[output]! -= moved;
  }
  return inputs.map((input, place) => (place === 2 ? { ...bias, data: corrected } : input));
};

/** Adds the sums of the channels of an array, and counts its pixels. */
export class ChannelMeans {
  private readonly sums: Float64Array;
  private count = 0;

  constructor({ shape }: Value) {
    this.sums = new Float64Array(channelsOf({ shape }));
  }

  add(numbers: Float32Array): void {
    const { sums } = this;
    for (let at = 0; at < numbers.length; at += sums.length)
      for (let channel = 0; channel < sums.length; channel++) sums[channel]! += numbers[at + channel]!;
    this.count += numbers.length / sums.length;
  }

  get means(): Float64Array {
    return this.sums.map((sum) => sum / this.count);
  }
}
