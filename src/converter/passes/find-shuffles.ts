// A reshape, a transpose and a reshape that only move channels (channel shuffle) become a selection of channels.
//
//   x [N, H, W, C] -> reshape [N, H, W, g, C/g] -> transpose -> reshape [N, H, W, C]        x -> gather (order)

import { sameShape, sizeOf } from '../../ir/tensor.js';
import type { Node } from '../../ir/graph.js';
import type { Value } from '../../ir/value.js';
import { gather } from '../../ops/gather.js';
import { reshape } from '../../ops/reshape.js';
import { transpose } from '../../ops/transpose.js';
import type { Evaluate } from '../../runtime/evaluate-node.js';
import type { GraphEditor } from './editor.js';

/** Finds channel shuffles by moving the numbers of the channels as they do. */
export const findShuffles = (editor: GraphEditor, evaluate: Evaluate): void => {
  for (const last of editor.each()) {
    if (last.op !== reshape) continue;
    const middle = editor.maker(last.inputs[0]!);
    if (middle?.op !== transpose) continue;
    const first = editor.maker(middle.inputs[0]!);
    if (first?.op !== reshape) continue;
    const order = channelOrder(first, middle, last, evaluate);
    if (!order) continue;
    const x = first.inputs[0]!;
    const indices: Value = { name: `${last.name}/order`, shape: [order.length], type: 'int32', data: order };
    editor.change(last, { op: gather, attrs: { axis: x.shape.length - 1 }, inputs: [x, indices] });
  }
};

/** The channel of x at each channel of the result; undefined unless it is the same for all samples and pixels. */
const channelOrder = (first: Node, middle: Node, last: Node, evaluate: Evaluate): Int32Array | undefined => {
  const { shape } = first.inputs[0]!;
  const channels = shape.at(-1)!;
  if (!sameShape(last.output.shape, shape)) return undefined;
  const data = Int32Array.from({ length: sizeOf(shape) }, (_, i) => i);
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
