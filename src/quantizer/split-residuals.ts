// Takes sums out of layers again: their two addends are quantised before they are added.

import { asOp, type Graph, type Node } from '../ir/graph.js';
import { binary } from '../ops/binary.js';
import { clip } from '../ops/clip.js';
import { conv } from '../ops/conv/conv.js';

/** The graph in which no convolution adds a residual: it is followed by a sum, and by the bounds that it had. */
export const splitResiduals = (graph: Graph): Graph => ({ ...graph, nodes: graph.nodes.flatMap(split) });

const split = (node: Node): Node[] => {
  const layer = asOp(node, conv);
  if (!layer?.residual) return [node];
  const { low, high } = layer.attrs;
  const { name, output } = node;
  const isBounded = low > -Infinity || high < Infinity;
  const product = { ...output, name: `${name}.product` };
  const sum = isBounded ? { ...output, name: `${name}.sum` } : output;
  return [
    {
      ...{ name, op: conv, output: product },
      attrs: { ...layer.attrs, low: -Infinity, high: Infinity },
      inputs: [layer.x, layer.weights, layer.bias],
    },
    { name: `${name}.add`, op: binary, attrs: { kind: 'add' }, inputs: [product, layer.residual], output: sum },
    ...(isBounded ? [{ name: `${name}.clip`, op: clip, attrs: { low, high }, inputs: [sum], output }] : []),
  ];
};
