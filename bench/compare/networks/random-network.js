// Builds networks with seeded random weights, dense, with random learned groups, or with random panels of zeros.

import { Network } from './network.js';
import { floats, uniform, unevenGroups } from './random.js';

/** Limit of the biases. */
const BIAS = 0.1;

/** Consecutive outputs whose weights for an input are 0 together. */
export const PANEL = 8;

/**
 * @typedef {object} Sparsity  of the convolutions that are marked `sparse`
 * @property {number} [groups] learned groups of each; 1 for a dense network
 * @property {number} [zeros] share of the panels that are 0
 */

/** A network whose layers draw their weights, in order, from one sequence. */
export class RandomNetwork extends Network {
  #next;
  #groups;
  #zeros;

  /**
   * @param {number[]} shape of the input
   * @param {number} seed
   * @param {Sparsity} [sparsity]
   */
  constructor(shape, seed, { groups = 1, zeros = 0 } = {}) {
    super(shape);
    this.#next = uniform(seed);
    this.#groups = groups;
    this.#zeros = zeros;
  }

  /**
   * Adds a convolution with batch normalisation folded in; odd kernels are padded to keep the size at stride 1.
   * @param {string} input
   * @param {number} outputs
   * @param {number} kernel
   * @param {object} [options]
   * @param {number} [options.stride]
   * @param {number} [options.groups] equal groups of consecutive channels
   * @param {import('./network.js').Activation} [options.activation]
   * @param {number} [options.gain] scales the weights, so that sums of residual branches do not grow
   * @param {boolean} [options.sparse] whether it has learned groups or zeros where the network has them
   */
  conv(input, outputs, kernel, { stride = 1, groups = 1, activation = 'none', gain = 1, sparse = false } = {}) {
    const channels = this.shapes[input][0] / groups;
    const node = { op: 'conv', inputs: [input], kernel, stride, padding: (kernel - 1) >> 1, groups, activation };
    const bias = floats(this.#next, outputs, BIAS);
    if (sparse && this.#groups > 1)
      return this.push({ ...node, bias, ...this.#grouped(channels, outputs, kernel, gain) });
    const area = kernel ** 2;
    const pruned = sparse && this.#zeros > 0;
    const fanIn = channels * area * (pruned ? 1 - this.#zeros : 1);
    const weights = floats(this.#next, outputs * channels * area, gain * limit(fanIn));
    if (!pruned) return this.push({ ...node, weights, bias });
    this.#prune(weights, outputs, channels * area);
    return this.push({ ...node, weights, bias, pruned });
  }

  /** Adds a depthwise convolution, whose options are those of `conv`. @param {string} input @param {number} kernel */
  depthwise(input, kernel, options = {}) {
    const [channels] = this.shapes[input];
    return this.conv(input, channels, kernel, { ...options, groups: channels });
  }

  /**
   * Adds a fully connected layer.
   * @param {string} input
   * @param {number} outputs
   * @param {import('./network.js').Activation} [activation]
   */
  linear(input, outputs, activation = 'none') {
    const [channels] = this.shapes[input];
    const bias = floats(this.#next, outputs, BIAS);
    const weights = floats(this.#next, outputs * channels, limit(channels));
    return this.push({ op: 'linear', inputs: [input], activation, weights, bias });
  }

  /** Adds the average over height and width, and a fully connected layer. @param {string} input @param {number} classes */
  classifier(input, classes) {
    return this.linear(this.push({ op: 'average', inputs: [input] }), classes);
  }

  #grouped(channels, outputs, kernel, gain) {
    const blocks = this.#blocks(channels, outputs);
    const area = kernel ** 2;
    const weights = new Float32Array(outputs * channels * area);
    for (const block of blocks) {
      for (const output of block.outputs) {
        for (const channel of block.inputs) {
          const taps = floats(this.#next, area, gain * limit(block.inputs.length * area));
          weights.set(taps, (output * channels + channel) * area);
        }
      }
    }
    return { weights, blocks };
  }

  #blocks(channels, outputs) {
    const ofInputs = unevenGroups(this.#next, channels, this.#groups);
    const ofOutputs = unevenGroups(this.#next, outputs, this.#groups);
    return ofInputs.map((inputs, group) => ({ inputs, outputs: ofOutputs[group] }));
  }

  /** Sets panels of the weights [outputs, inputs] to 0. */
  #prune(weights, outputs, inputs) {
    for (let first = 0; first < outputs; first += PANEL) {
      for (let input = 0; input < inputs; input++) {
        if (this.#next() >= this.#zeros) continue;
        const end = Math.min(first + PANEL, outputs);
        for (let output = first; output < end; output++) weights[output * inputs + input] = 0;
      }
    }
  }
}

/** Limit of uniform weights that keeps the variance through a ReLU (He et al. 2015). */
const limit = (fanIn) => Math.sqrt(6 / fanIn);
