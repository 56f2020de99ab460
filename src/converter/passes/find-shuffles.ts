// A reshape, a transpose and a reshape that only move channels (channel shuffle) become a selection of channels, and so do
// channels that are stacked.
//
//   x [N, H, W, C] -> reshape [N, H, W, g, C/g] -> transpose -> reshape [N, H, W, C]        x -> gather (order)
//   g times x [N, H, W, C] -> reshape [N, H, W, C, 1] -> concat -> reshape [N, H, W, C*g]   concat -> gather (order)

import { sameShape, sizeOf } from '../../ir/tensor.js';
import { firstInput, type Node } from '../../ir/graph.js';
import type { Value } from '../../ir/value.js';
import { concat } from '../../ops/concat.js';
import { gather } from '../../ops/rare/gather.js';
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
    if (middle?.op === transpose) findShuffle(last, middle, editor, evaluate);
    else if (middle?.op === concat && editor.soleReader(middle.output)) findStack(last, middle, editor, evaluate);
  }
};

const findShuffle = (last: Node, middle: Node, editor: GraphEditor, evaluate: Evaluate): void => {
  const first = editor.maker(firstInput(middle));
  const order = first?.op === reshape && channelOrder(first, middle, last, evaluate);
  if (order) editor.change(last, pickChannels(last.name, firstInput(first), order));
};

/** Parts that are reshaped before they are joined are joined as they are, and their channels ordered afterwards. */
const findStack = (last: Node, middle: Node, editor: GraphEditor, evaluate: Evaluate): void => {
  const lead = last.output.shape.slice(0, -1);
  const axis = (middle.attrs.axis as number) - lead.length;
  const sources = middle.inputs.map((part) => {
    const maker = editor.maker(part);
    return maker?.op === reshape ? firstInput(maker) : part;
  });
  const isLed = ({ shape }: Value) => sameShape(shape.slice(0, lead.length), lead);
  const isChannels = (value: Value) => isLed(value) && value.shape.length === lead.length + 1;
  if (axis < 0 || !middle.inputs.every(isLed) || !sources.every(isChannels)) return;
  const total = last.output.shape.at(-1)!;
  const output: Value = { ...last.output, name: `${middle.name}/channels` };
  const joined: Node = { ...middle, name: output.name, attrs: { axis: lead.length }, inputs: sources, output };
  let start = 0;
  const numbers = middle.inputs.map(({ shape }) => {
    const tail = shape.slice(lead.length);
    return numbered(tail, (start += sizeOf(tail)) - sizeOf(tail));
  });
  const tail = middle.output.shape.slice(lead.length);
  const order = evaluate({
    ...middle,
    attrs: { axis },
    inputs: numbers,
    output: { name: 'order', shape: tail, type: 'int32' },
  });
  if (order.length !== total) return;
  editor.insert(last, joined);
  editor.change(last, pickChannels(last.name, output, Int32Array.from(order)));
};

const pickChannels = (name: string, x: Value, order: Int32Array): Pick<Node, 'op' | 'attrs' | 'inputs'> => {
  const indices: Value = { name: `${name}/order`, shape: [order.length], type: 'int32', data: order };
  return { op: gather, attrs: { axis: x.shape.length - 1 }, inputs: [x, indices] };
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

/** The numbers from `start` in a shape. */
const numbered = (shape: readonly number[], start = 0): Value => ({
  name: 'numbers',
  shape,
  type: 'int32',
  data: Int32Array.from(range(sizeOf(shape), start)),
});
