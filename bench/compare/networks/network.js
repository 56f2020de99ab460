// A network as plain data, from which the form for each runtime is written: nodes, shapes, weights.

import { macsOf, SHAPES } from './nodes.js';

/**
 * @typedef {'none' | 'relu' | 'relu6' | 'hardswish' | 'hardsigmoid' | 'sigmoid' | 'silu'} Activation
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
 * @property {boolean} [pruned] whether weights are 0 in panels of consecutive outputs
 *
 * @typedef {{ op: 'gather', channels: number[] }} Gather
 * @typedef {{ op: 'concat' }} Concat  along channels
 * @typedef {{ op: 'add', activation: Activation }} Add
 * @typedef {{ op: 'mul' }} Mul  of a map with a factor for each channel, [channels, 1, 1]
 * @typedef {{ op: 'max-pool', kernel: number, stride: number, padding: number }} MaxPool
 * @typedef {{ op: 'average' }} Average  over height and width
 * @typedef {{ op: 'upsample' }} Upsample  to twice the height and width, by the nearest pixel
 * @typedef {{ op: 'space-to-depth' }} SpaceToDepth  2 x 2 pixels to 4 times the channels: all channels of the upper left
 *   pixel, then of the upper right, lower left and lower right one
 * @typedef {{ op: 'positions' }} Positions  the pixels of all inputs as the rows of a table, [positions, channels]
 * @typedef {object} Linear
 * @property {'linear'} op
 * @property {Activation} activation
 * @property {Float32Array} weights [outputs, inputs]
 * @property {Float32Array} bias
 *
 * @typedef {Conv | Gather | Concat | Add | Mul | MaxPool | Average | Upsample | SpaceToDepth | Positions | Linear} Op
 * @typedef {Op & { inputs: string[] }} NewNode
 * @typedef {NewNode & { output: string }} Node
 */

/** Name of the network's input. */
export const INPUT = 'input';

/** Nodes in order of execution; the last one computes the output. */
export class Network {
  /** @type {Node[]} */
  nodes = [];
  /**
   * Shapes without the batch: [channels, height, width] of maps, [channels] of lists, [positions, channels] of tables.
   * @type {Record<string, number[]>}
   */
  shapes = {};
  /** Whether files have it in 8-bit integers. */
  int8 = false;

  /** @param {number[]} shape of the input */
  constructor(shape) {
    this.shapes[INPUT] = shape;
  }

  /** Name of the output. */
  get output() {
    return this.nodes.at(-1).output;
  }

  /** Multiply-adds of an image; zeros of pruned weights and outside learned groups do not count. */
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
