// Layers of blocks make their outputs in the order that fills panels; a selection behind them restores the old order.

import { makersOf, readersOf, type Graph, type Node } from '../../ir/graph.js';
import type { Value } from '../../ir/value.js';
import type { AttrsOf } from '../../ir/op.js';
import { conv } from '../../ops/conv/conv.js';
import { blocksOf } from '../../ops/conv/attrs.js';
import { gather } from '../../ops/gather.js';
import { makePanels, panelOrder, panelsCost } from '../../ops/conv/panels.js';
import { sizeOf } from '../../ir/tensor.js';
import { invert } from '../../ops/shared/permutation.js';

type ConvAttrs = AttrsOf<typeof conv.attrs>;

/**
 * Orders the outputs of convolutions of blocks. A residual that one convolution makes for another alone follows that one's
 * order: storing outputs here and there costs less where nothing is added to them. Other residuals tie their sum to the
 * order that they have.
 */
export const orderChannels = (graph: Graph): void => {
  const makers = makersOf(graph);
  const readers = readersOf(graph);
  const outputs = new Set(graph.outputs.map(({ value }) => value));
  const followed = new Map<Node, Node>(); // a sum's node and the convolution that makes its residual
  for (const node of graph.nodes) {
    const residual = node.op === conv ? node.inputs[3] : undefined;
    const maker = residual && makers.get(residual);
    const isFree =
      maker?.op === conv &&
      maker.inputs.length === 3 &&
      readers.get(residual!)!.length === 1 &&
      !outputs.has(residual!);
    if (isFree && (node.attrs as ConvAttrs).blocks.length) followed.set(node, maker);
  }
  const followers = new Set(followed.values());
  graph.nodes = graph.nodes.flatMap((node) => {
    if (node.op !== conv || followers.has(node) || (node.inputs.length > 3 && !followed.has(node))) return [node];
    return orderNode(node, followed.get(node));
  });
};

const orderNode = (node: Node, follower: Node | undefined): Node[] => {
  const attrs = node.attrs as ConvAttrs;
  const [x, , bias, residual] = node.inputs as [Value, Value, Value, Value | undefined];
  const [taps, outputs] = [sizeOf(attrs.kernel), bias.shape[0]!];
  if (!attrs.blocks.length) return [node];
  const order = panelOrder(blocksOf(x, bias, attrs), outputs);
  const places = invert(order);
  const form = conv.reorder!(attrs, node.inputs.slice(0, 3), places)!;
  const cost = (own: ConvAttrs) => panelsCost(makePanels(own.blocks, outputs, taps), taps);
  if (cost(form.attrs) >= cost(attrs)) return [node];
  if (follower) {
    const followed = conv.reorder!(follower.attrs as ConvAttrs, follower.inputs, places);
    if (!followed) return [node];
    Object.assign(follower, followed);
  }
  const physical: Value = { ...node.output, name: `${node.output.name}/channels` };
  const list: Value = { name: `${node.name}/order`, shape: [outputs], type: 'int32', data: Int32Array.from(places) };
  return [
    { ...node, attrs: form.attrs, inputs: residual ? [...form.inputs, residual] : form.inputs, output: physical },
    {
      name: `${node.name}/select`,
      op: gather,
      attrs: { axis: physical.shape.length - 1 },
      inputs: [physical, list],
      output: node.output,
    },
  ];
};
