// Layers of blocks make their outputs in the order that fills panels; a selection after them restores the old order.
//
//   x -> conv (blocks) -> y        x -> conv (blocks of outputs that follow each other) -> gather (old order) -> y

import type { Node } from '../../ir/graph.js';
import { sizeOf } from '../../ir/tensor.js';
import { channelsOf, type Value } from '../../ir/value.js';
import { blocksOf, type ConvAttrs } from '../../ops/conv/attrs.js';
import { conv } from '../../ops/conv/conv.js';
import { makePanels, panelOrder, panelsCost } from '../../ops/conv/panels.js';
import { gather } from '../../ops/gather.js';
import { invert } from '../../ops/shared/permutation.js';
import type { GraphEditor } from './editor.js';
import { rewritesOf } from '../rewrites/index.js';

/**
 * Orders the outputs of convolutions of blocks. A convolution that only makes the residual of another follows the order of
 * that one: storing outputs one by one costs less where nothing is added to them. Any other residual fixes the order of the
 * layer that adds it.
 */
export const orderChannels = (editor: GraphEditor): void => {
  const followers = new Map<Node, Node>(); // the convolution that makes a layer's residual, by layer
  for (const node of editor.each()) {
    const follower = followerOf(node, editor);
    if (follower) followers.set(node, follower);
  }
  const isFollower = new Set(followers.values());
  for (const node of editor.each()) {
    if (node.op !== conv || !(node.attrs as ConvAttrs).blocks.length || isFollower.has(node)) continue;
    if (node.inputs.length === 3 || followers.has(node)) orderNode(node, followers.get(node), editor);
  }
};

/** The convolution that makes a layer's residual, if it can have any order. */
const followerOf = (node: Node, editor: GraphEditor): Node | undefined => {
  const residual = node.op === conv && (node.attrs as ConvAttrs).blocks.length ? node.inputs[3] : undefined;
  const maker = residual && editor.maker(residual);
  return maker?.op === conv && maker.inputs.length === 3 && editor.soleReader(residual!) ? maker : undefined;
};

/** A convolution without a residual, with output i at `places[i]`; undefined for depthwise ones. */
const reorderConv = (attrs: ConvAttrs, inputs: readonly Value[], places: readonly number[]) => {
  const form = rewritesOf(conv).reorder!(inputs, attrs, places);
  return form && { attrs: form.attrs as ConvAttrs, inputs: [...form.inputs] };
};

const orderNode = (node: Node, follower: Node | undefined, editor: GraphEditor): void => {
  const attrs = node.attrs as ConvAttrs;
  const [x, , bias, residual] = node.inputs as [Value, Value, Value, Value | undefined];
  const [taps, outputs] = [sizeOf(attrs.kernel), channelsOf(bias)];
  const places = invert(panelOrder(blocksOf(x, bias, attrs), outputs));
  const form = reorderConv(attrs, node.inputs.slice(0, 3), places)!;
  const cost = ({ blocks }: ConvAttrs) => panelsCost(makePanels(blocks, outputs, taps), taps);
  if (cost(form.attrs) >= cost(attrs)) return;
  const followed = follower && reorderConv(follower.attrs as ConvAttrs, follower.inputs, places);
  if (follower && !followed) return;
  if (follower) editor.change(follower, followed!);
  const ordered: Value = { ...node.output, name: `${node.output.name}/channels` };
  const indices: Value = { name: `${node.name}/order`, shape: [outputs], type: 'int32', data: Int32Array.from(places) };
  editor.replace(
    node,
    { ...node, attrs: form.attrs, inputs: residual ? [...form.inputs, residual] : form.inputs, output: ordered },
    {
      name: `${node.name}/select`,
      op: gather,
      attrs: { axis: ordered.shape.length - 1 },
      inputs: [ordered, indices],
      output: node.output,
    },
  );
};
