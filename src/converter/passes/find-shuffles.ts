// A reshape, a transpose and a reshape that only move channels (channel shuffle) become a selection of channels.
//
//   x [N, H, W, C] -> reshape [N, H, W, g, C/g] -> transpose -> reshape [N, H, W, C]        x -> gather (order)

import { sameShape, sizeOf } from '../../ir/tensor.js';
import { firstInput, type Node } from '../../ir/graph.js';
import type { Value } from '../../ir/value.js';
import { gather } from '../../ops/gather.js';
import { reshape } from '../../ops/reshape.js';
import { isIdentity, range } from '../../ops/shared/permutation.js';
import { transpose } from '../../ops/transpose.js';
import type { Evaluate } from '../../runtime/evaluate-node.js';
import type { GraphEditor } from './editor.js';
import { transposeNode } from './transpose-node.js';

/** Finds channel shuffles by moving the numbers of the channels as they do. */
export const findShuffles = (editor: GraphEditor, evaluate: Evaluate): void => {
  for (const last of editor.each()) {
    if (last.op !== reshape) continue;
    const middle = editor.maker(firstInput(last));
    if (middle?.op !== transpose) continue;
    const first = editor.maker(firstInput(middle));
    if (first?.op !== reshape) continue;
    const order = channelOrder(first, middle, last, evaluate);
    if (!order) continue;
    const x = firstInput(first);
    const indices: Value = { name: `${last.name}/order`, shape: [order.length], type: 'int32', data: order };
    editor.change(last, { op: gather, attrs: { axis: x.shape.length - 1 }, inputs: [x, indices] });
  }
};

/** The channel of x at each channel of the result; undefined unless it is the same for all samples and pixels. */
const channelOrder = (first: Node, middle: Node, last: Node, evaluate: Evaluate): Int32Array | undefined => {
  const { shape } = firstInput(first);
  if (!sameShape(last.output.shape, shape)) return undefined;
  const split = first.output.shape;
  const long = range(split.length).filter((axis) => split[axis] !== 1);
  const sizes = long.map((axis) => split[axis]!);
  const perm = (middle.attrs.perm as number[]).map((axis) => long.indexOf(axis)).filter((axis) => axis >= 0);
  const start = range(sizes.length).find((axis) => sizeOf(sizes.slice(axis)) === shape.at(-1)); // of the channels' axes
  if (start === undefined || !isIdentity(perm.slice(0, start))) return undefined;
  const channels = transposeNode(
    'channels',
    numbered(sizes.slice(start)),
    perm.slice(start).map((axis) => axis - start),
  );
  return Int32Array.from(evaluate(channels));
};

/** The numbers from 0 in a shape. */
const numbered = (shape: readonly number[]): Value => ({
  name: 'numbers',
  shape,
  type: 'int32',
  data: Int32Array.from(range(sizeOf(shape))),
});
