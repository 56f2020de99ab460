// Reorders the channels between layers, which computes the same.

import { Network } from './network.js';
import { isDepthwise, weightShape } from './nodes.js';
import { PANEL } from './random-network.js';

/**
 * The network with the channels of each panel far apart: the first channels of all panels, then the second ones, and so
 * on. The input and the output keep their order.
 * @param {Network} network of convolutions, additions, pooling and fully connected layers
 */
export const spread = (network) => {
  const [input] = network.nodes[0].inputs;
  const result = new Network(network.shapes[input]);
  const orderOf = (name) => (name === input ? inOrder : spreadOrder)(network.shapes[name][0]);
  for (const node of network.nodes) result.push({ ...node, ...REORDER[node.op](node, orderOf) });
  return result;
};

const inOrder = (channels) => Array.from({ length: channels }, (_, channel) => channel);

/** Additions need the same order on both sides, so that it depends on the number of channels alone. */
const spreadOrder = (channels) =>
  inOrder(channels).sort((a, b) => (a % PANEL) - (b % PANEL) || Math.floor(a / PANEL) - Math.floor(b / PANEL));

/** What changes in a node. */
const REORDER = {
  conv(node, orderOf) {
    const outputs = orderOf(node.output);
    const [, channels, kernel] = weightShape(node);
    const inputs = isDepthwise(node) ? inOrder(1) : orderOf(node.inputs[0]);
    return reordered(node, outputs, inputs, channels, kernel ** 2);
  },
  linear: (node, orderOf) =>
    reordered(node, inOrder(node.bias.length), orderOf(node.inputs[0]), node.weights.length / node.bias.length, 1),
  add: () => ({}),
  average: () => ({}),
  'max-pool': () => ({}),
};

/** Weights [outputs, inputs, taps] and biases in another order. */
const reordered = ({ weights, bias }, outputs, inputs, channels, taps) => {
  const result = new Float32Array(weights.length);
  outputs.forEach((output, row) => {
    inputs.forEach((input, column) => {
      const start = (output * channels + input) * taps;
      result.set(weights.subarray(start, start + taps), (row * channels + column) * taps);
    });
  });
  return { weights: result, bias: Float32Array.from(outputs, (output) => bias[output]) };
};
