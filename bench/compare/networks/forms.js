// Ways to write learned groups and pruned weights for a runtime that has no op for them, which all compute the same function,
// and to compute in integers.

import { Network } from './network.js';
import { weightShape } from './nodes.js';
import { spread } from './spread.js';

/** Dense weights with zeros: the network as it was built. @param {Network} network */
const masked = (network) => network;

/**
 * A gather and a dense convolution for each group, a concatenation, a gather into the original order. @param {Network}
 * network
 */
const gathered = (network) =>
  rewritten(network, (result, conv) => {
    const parts = conv.blocks.map((block) =>
      result.push({
        ...conv,
        inputs: [result.push({ op: 'gather', inputs: conv.inputs, channels: block.inputs })],
        weights: blockWeights(conv, block, block.inputs.length, block.outputs.length),
        bias: Float32Array.from(block.outputs, (output) => conv.bias[output]),
        blocks: undefined,
      }),
    );
    const order = conv.blocks.flatMap((block) => block.outputs);
    const joined = result.push({ op: 'concat', inputs: parts });
    return result.push({ op: 'gather', inputs: [joined], channels: placesIn(order, conv.bias.length) });
  });

/**
 * A gather, a convolution in equal groups, a gather: each group is padded to the size of the largest, with inputs of
 * weight 0 and with outputs that nothing reads.
 * @param {Network} network
 */
const padded = (network) =>
  rewritten(network, (result, conv) => {
    const inputs = Math.max(...conv.blocks.map((block) => block.inputs.length));
    const outputs = Math.max(...conv.blocks.map((block) => block.outputs.length));
    const channels = conv.blocks.flatMap((block) => filled(block.inputs, inputs));
    const order = conv.blocks.flatMap((block) => filled(block.outputs, outputs));
    const weights = new Float32Array(order.length * inputs * conv.kernel ** 2);
    conv.blocks.forEach((block, i) => {
      const own = blockWeights(conv, block, inputs, outputs);
      weights.set(own, i * own.length);
    });
    const grouped = result.push({
      ...conv,
      inputs: [result.push({ op: 'gather', inputs: conv.inputs, channels })],
      groups: conv.blocks.length,
      weights,
      bias: Float32Array.from(order, (output) => conv.bias[output]),
      blocks: undefined,
    });
    return result.push({ op: 'gather', inputs: [grouped], channels: placesIn(order, conv.bias.length) });
  });

/** Weights of 1x1 convolutions stored without their zeros, where a format can. @param {Network} network */
const sparse = (network) => {
  for (const node of network.nodes) node.sparse = node.kernel === 1 && (node.pruned || node.blocks !== undefined);
  return network;
};

/** The same with the channels of panels spread: XNNPACK's kernels for panels have no SIMD. @param {Network} network */
const scattered = (network) => spread(sparse(network));

/** In 8-bit integers, which computes the same but for rounding. @param {Network} network */
const int8 = (network) => Object.assign(network, { int8: true });

/** @type {Record<string, (network: Network) => Network>} */
export const FORMS = { masked, gathered, padded, sparse, scattered, int8 };

/** Name of the form in 8-bit integers. */
export const INT8 = 'int8';

/** Names of the forms that networks with learned groups have. */
export const GROUP_FORMS = ['masked', 'gathered', 'padded'];

/** Names of the forms that networks with panels of zeros have. */
export const PANEL_FORMS = ['masked', 'sparse', 'scattered'];

/**
 * XNNPACK's sparse kernels are for networks that begin with a 3x3 convolution of stride 2 and go on with 1x1 and depthwise
 * ones, so that other networks lack this form.
 */
export const SPARSE_GROUP_FORMS = [...GROUP_FORMS, 'sparse'];

/**
 * The network with each convolution in learned groups replaced by what `replace` pushes; it returns the output's name.
 */
const rewritten = (network, replace) => {
  const [input] = network.nodes[0].inputs;
  const result = new Network(network.shapes[input]);
  const names = { [input]: input };
  for (const node of network.nodes) {
    const renamed = { ...node, inputs: node.inputs.map((name) => names[name]) };
    names[node.output] = node.blocks ? replace(result, renamed) : result.push(renamed);
  }
  return result;
};

/** The weights of a block, [outputs, inputs, kernel, kernel], 0 beyond the block's own channels. */
const blockWeights = (conv, block, inputs, outputs) => {
  const area = conv.kernel ** 2;
  const [, channels] = weightShape(conv);
  const weights = new Float32Array(outputs * inputs * area);
  block.outputs.forEach((output, o) => {
    block.inputs.forEach((input, i) => {
      const start = (output * channels + input) * area;
      weights.set(conv.weights.subarray(start, start + area), (o * inputs + i) * area);
    });
  });
  return weights;
};

/** A list of `length` that ends in copies of its first element. */
const filled = (list, length) => [...list, ...Array(length - list.length).fill(list[0])];

/** The first index of each of 0, 1, ... count - 1 in an order. */
const placesIn = (order, count) => Array.from({ length: count }, (_, number) => order.indexOf(number));
