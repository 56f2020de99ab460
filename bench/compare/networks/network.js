// A network as plain data, from which the form for each runtime is written: nodes, shapes, weights.

/**
 * @typedef {'none' | 'relu' | 'relu6'} Activation
 *
 * @typedef {object} Block  outputs of a convolution that read only some of its inputs
 * @property {number[]} inputs
 * @property {number[]} outputs
 *
 * @typedef {object} Conv
 * @property {'conv'} op
 * @property {number} kernel width and height
 * @property {number} stride
 * @property {number} padding on each side
 * @property {number} groups equal groups of consecutive channels; as many as channels in a depthwise convolution
 * @property {Activation} activation
 * @property {Float32Array} weights [outputs, inputs / groups, kernel, kernel]
 * @property {Float32Array} bias
 * @property {Block[]} [blocks] learned groups; weights outside them are 0
 *
 * @typedef {{ op: 'gather', channels: number[] }} Gather
 * @typedef {{ op: 'concat' }} Concat  along channels
 * @typedef {{ op: 'add', activation: Activation }} Add
 * @typedef {{ op: 'max-pool', kernel: number, stride: number, padding: number }} MaxPool
 * @typedef {{ op: 'average' }} Average  over height and width
 * @typedef {{ op: 'linear', weights: Float32Array, bias: Float32Array }} Linear  weights: [outputs, inputs]
 *
 * @typedef {(Conv | Gather | Concat | Add | MaxPool | Average | Linear) & { inputs: string[] }} NewNode
 * @typedef {NewNode & { output: string }} Node
 */

/** Name of the network's input. */
export const INPUT = 'input';

/** Nodes in order of execution; the last one computes the output. */
export class Network {
  /** @type {Node[]} */
  nodes = [];
  /** Shapes without the batch: [channels, height, width] or [channels]. @type {Record<string, number[]>} */
  shapes = {};

  /** @param {number[]} shape of the input */
  constructor(shape) {
    this.shapes[INPUT] = shape;
  }

  /** Name of the output. */
  get output() {
    return this.nodes.at(-1).output;
  }

  /** Multiply-adds of an image; zeros outside learned groups do not count. */
  get macs() {
    return this.nodes.reduce((sum, node) => sum + macsOf(node, this.shapes[node.output]), 0);
  }

  /** Adds a node and returns the name of its output. @param {NewNode} node */
  push(node) {
    const output = `t${this.nodes.length}`;
    this.nodes.push({ ...node, output });
    this.shapes[output] = SHAPES[node.op](
      node,
      node.inputs.map((name) => this.shapes[name]),
    );
    return output;
  }
}

/** Length of a side after a convolution or pooling. */
const slid = (length, { kernel, stride, padding }) => Math.floor((length + 2 * padding - kernel) / stride) + 1;

/** The output's shape, from the node and the shapes of its inputs. */
const SHAPES = {
  conv: (node, [[, ...sides]]) => [node.bias.length, ...sides.map((length) => slid(length, node))],
  gather: (node, [[, ...sides]]) => [node.channels.length, ...sides],
  concat: (_, shapes) => [shapes.reduce((sum, [channels]) => sum + channels, 0), ...shapes[0].slice(1)],
  add: (_, [shape]) => shape,
  'max-pool': (node, [[channels, ...sides]]) => [channels, ...sides.map((length) => slid(length, node))],
  average: (_, [[channels]]) => [channels],
  linear: (node) => [node.bias.length],
};

const macsOf = (node, [, height = 1, width = 1]) => {
  if (node.op !== 'conv' && node.op !== 'linear') return 0;
  const weights = node.blocks
    ? node.blocks.reduce((sum, block) => sum + block.inputs.length * block.outputs.length, 0) * node.kernel ** 2
    : node.weights.length;
  return weights * height * width;
};

/** Shape of a convolution's weights: [outputs, inputs of a group, kernel, kernel]. @param {Conv} conv */
export const weightShape = ({ weights, bias, kernel }) => [
  bias.length,
  weights.length / (bias.length * kernel ** 2),
  kernel,
  kernel,
];

/** Whether each channel is filtered on its own. @param {Conv} conv */
export const isDepthwise = (conv) => conv.groups > 1 && conv.groups === conv.bias.length && weightShape(conv)[1] === 1;
