// Layers of blocks make their outputs in the order that fills panels; a selection behind them restores the old order.

import type { Graph, Node, Value } from '../graph.js';
import type { AttrsOf } from '../op.js';
import { conv } from '../ops/conv.js';
import { blocksOf } from '../ops/conv-blocks.js';
import { gather } from '../ops/gather.js';
import { invert } from '../ops/selection.js';
import { makePanels, panelOrder, panelsCost } from '../ops/panels.js';
import { sizeOf } from '../tensor.js';

type ConvAttrs = AttrsOf<typeof conv.attrs>;

/** Orders the outputs of convolutions of blocks, except where a residual ties them to another order. */
export const orderChannels = (graph: Graph): void => {
  graph.nodes = graph.nodes.flatMap((node) => (node.op === conv && node.inputs.length === 3 ? orderNode(node) : [node]));
};

const orderNode = (node: Node): Node[] => {
  const attrs = node.attrs as ConvAttrs;
  const [x, , bias] = node.inputs as [Value, Value, Value];
  const [taps, outputs] = [sizeOf(attrs.kernel), bias.shape[0]!];
  if (!attrs.blocks.length) return [node];
  const blocks = blocksOf(x, bias, attrs);
  const order = panelOrder(blocks, outputs);
  const places = invert(order);
  const form = conv.reorder!(attrs, node.inputs, places)!;
  const cost = (own: ConvAttrs) => panelsCost(makePanels(own.blocks, outputs, taps), taps);
  if (cost(form.attrs as ConvAttrs) >= cost(attrs)) return [node];
  const physical: Value = { ...node.output, name: `${node.output.name}/channels` };
  const list: Value = { name: `${node.name}/order`, shape: [outputs], type: 'int32', data: Int32Array.from(places) };
  return [
    { ...node, ...form, output: physical },
    { name: `${node.name}/select`, op: gather, attrs: { axis: physical.shape.length - 1 }, inputs: [physical, list], output: node.output },
  ];
};
