// What follows from a node: the shape of its output, its multiply-adds, the kind of a convolution.

/** Length of a side after a convolution or pooling. */
const slid = (length, { kernel, stride, padding }) => Math.floor((length + 2 * padding - kernel) / stride) + 1;

/** For each op, the output's shape, from the node and the shapes of its inputs. */
export const SHAPES = {
  conv: (node, [[, ...sides]]) => [node.bias.length, ...sides.map((length) => slid(length, node))],
  gather: (node, [[, ...sides]]) => [node.channels.length, ...sides],
  concat: (_, shapes) => [shapes.reduce((sum, [channels]) => sum + channels, 0), ...shapes[0].slice(1)],
  add: (_, [shape]) => shape,
  mul: (_, [shape]) => shape,
  'max-pool': (node, [[channels, ...sides]]) => [channels, ...sides.map((length) => slid(length, node))],
  average: (_, [[channels]]) => [channels, 1, 1],
  upsample: (_, [[channels, height, width]]) => [channels, height * 2, width * 2],
  'space-to-depth': (_, [[channels, height, width]]) => [channels * 4, height / 2, width / 2],
  positions: (_, shapes) => [shapes.reduce((sum, [, height, width]) => sum + height * width, 0), shapes[0][0]],
  linear: (node) => [node.bias.length],
};

/**
 * Multiply-adds of a node that computes an output of this shape; zeros of pruned weights and outside learned groups do not count.
 * @param {import('./network.js').Node} node
 * @param {number[]} shape
 */
export const macsOf = (node, [, height = 1, width = 1]) => {
  if (node.op !== 'conv' && node.op !== 'linear') return 0;
  return weightsUsed(node) * height * width;
};

const weightsUsed = ({ weights, blocks, pruned, kernel }) => {
  if (blocks) return blocks.reduce((sum, { inputs, outputs }) => sum + inputs.length * outputs.length, 0) * kernel ** 2;
  return pruned ? weights.reduce((count, weight) => count + (weight !== 0), 0) : weights.length;
};

/** Shape of a convolution's weights: [outputs, inputs of a group, kernel, kernel]. @param {import('./network.js').Conv} conv */
export const weightShape = ({ weights, bias, kernel }) => [
  bias.length,
  weights.length / (bias.length * kernel ** 2),
  kernel,
  kernel,
];

/** Whether each channel is filtered on its own. @param {import('./network.js').Conv} conv */
export const isDepthwise = (conv) => conv.groups > 1 && conv.groups === conv.bias.length && weightShape(conv)[1] === 1;
