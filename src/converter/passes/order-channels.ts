// Layers of blocks make their outputs in the order that fills panels; a selection after them restores the old order.
//
//   x -> conv (blocks) -> y        x -> conv (blocks of outputs that follow each other) -> gather (old order) -> y

import { asOp } from '../../ir/graph.js';
import { sizeOf } from '../../ir/tensor.js';
import { channelsOf, type Value } from '../../ir/value.js';
import { blocksOf, type ConvAttrs } from '../../ops/conv/attrs.js';
import { conv, type ConvNode } from '../../ops/conv/conv.js';
import { makePanels, panelOrder, panelsCost } from '../../ops/conv/panels.js';
import { gather } from '../../ops/rare/gather.js';
import { invert } from '../../ops/shared/permutation.js';
import type { GraphEditor } from './editor.js';
import { rewritesOf } from '../rewrites/index.js';

/**
 * Orders the outputs of convolutions of blocks. A convolution that only makes the residual of another follows the order of
 * that one: storing outputs one by one costs less where nothing is added to them. Any other residual fixes the order of the
 * layer that adds it.
 */
export const orderChannels = (editor: GraphEditor): void => {
  const layers = [...editor.each()]
    .flatMap((node) => asOp(node, conv) ?? [])
    .filter(({ attrs }) => attrs.blocks.length);
  const followers = layers.map((layer) => followerOf(layer, editor));
  const isFollower = new Set(followers.map((follower) => follower?.node));
  layers.forEach((layer, i) => {
    if (isFollower.has(layer.node)) return;
    if (!layer.residual || followers[i]) orderOutputs(layer, followers[i], editor);
  });
};

/** The convolution that makes a layer's residual, if it can have any order. */
const followerOf = ({ residual }: ConvNode, editor: GraphEditor): ConvNode | undefined => {
  const maker = residual && asOp(editor.maker(residual), conv);
  return maker && !maker.residual && editor.soleReader(residual) ? maker : undefined;
};

/** A convolution with output i at `places[i]`, without its residual; undefined for depthwise ones. */
const reorderConv = ({ attrs, x, weights, bias }: ConvNode, places: readonly number[]) => {
  const form = rewritesOf(conv).reorder!([x, weights, bias], attrs, places);
  return form && { attrs: form.attrs as ConvAttrs, inputs: [...form.inputs] };
};

const orderOutputs = (layer: ConvNode, follower: ConvNode | undefined, editor: GraphEditor): void => {
  const { node, attrs, x, bias, residual } = layer;
  const [taps, outputs] = [sizeOf(attrs.kernel), channelsOf(bias)];
  const places = invert(panelOrder(blocksOf(x, bias, attrs), outputs));
  const form = reorderConv(layer, places)!;
  const cost = ({ blocks }: ConvAttrs) => panelsCost(makePanels(blocks, outputs, taps), taps);
  if (cost(form.attrs) >= cost(attrs)) return;
  const followed = follower && reorderConv(follower, places);
  if (follower && !followed) return;
  if (follower) editor.change(follower.node, followed!);
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
