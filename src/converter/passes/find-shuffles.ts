// A reshape, a transpose and a reshape that only move channels (channel shuffle) become a selection of channels.

import type { Evaluate } from '../../runtime/evaluate-node.js';
import { makersOf, type Graph, type Node } from '../../ir/graph.js';
import type { Value } from '../../ir/value.js';
import { gather } from '../../ops/gather.js';
import { reshape } from '../../ops/reshape.js';
import { transpose } from '../../ops/transpose.js';

/** Finds channel shuffles by what they do to the numbers of the channels. */
export const findShuffles = (graph: Graph, evaluate: Evaluate): void => {
  const makers = makersOf(graph);
  for (const last of graph.nodes) {
    if (last.op !== reshape) continue;
    const middle = makers.get(last.inputs[0]!);
    if (middle?.op !== transpose) continue;
    const first = makers.get(middle.inputs[0]!);
    if (first?.op !== reshape) continue;
    const order = channelOrder(first, middle, last, evaluate);
    if (!order) continue;
    const indices: Value = { name: `${last.name}/order`, shape: [order.length], type: 'int32', data: order };
    const x = first.inputs[0]!;
    Object.assign(last, { op: gather, attrs: { axis: x.shape.length - 1 }, inputs: [x, indices] });
  }
};

/** The source channel of each channel, if every pixel is treated alike. */
const channelOrder = (first: Node, middle: Node, last: Node, evaluate: Evaluate): Int32Array | undefined => {
  const x = first.inputs[0]!;
  const channels = x.shape.at(-1)!;
  if (last.output.shape.length !== x.shape.length || !last.output.shape.every((size, axis) => size === x.shape[axis]))
    return undefined;
  const data = Int32Array.from({ length: x.shape.reduce((a, b) => a * b, 1) }, (_, i) => i);
  const moved = evaluate({
    ...middle,
    inputs: [{ name: 'places', shape: first.output.shape, type: 'int32', data }],
    output: { ...middle.output, type: 'int32' },
  });
  const order = Int32Array.from(moved.subarray(0, channels));
  if (order.some((index) => index >= channels)) return undefined;
  for (let at = 0; at < moved.length; at++) {
    if (moved[at] !== at - (at % channels) + order[at % channels]!) return undefined;
  }
  return order;
};
