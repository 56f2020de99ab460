// Builds networks with seeded random weights, dense or with random learned groups.

import { Network } from './network.js';
import { floats, uniform, unevenGroups } from './random.js';

/** Limit of the biases. */
const BIAS = 0.1;

/** A network whose layers draw their weights, in order, from one sequence. */
export class RandomNetwork extends Network {
  #next;
  #learnedGroups;

  /**
   * @param {number[]} shape of the input
   * @param {number} seed
   * @param {number} learnedGroups of the convolutions that are marked `learned`; 1 for a dense network
   */
  constructor(shape, seed, learnedGroups) {
    super(shape);
    this.#next = uniform(seed);
    this.#learnedGroups = learnedGroups;
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
   * @param {boolean} [options.learned] whether it has learned groups where the network has them
   */
  conv(input, outputs, kernel, { stride = 1, groups = 1, activation = 'none', gain = 1, learned = false } = {}) {
    const channels = this.shapes[input][0] / groups;
    const area = kernel ** 2;
    const node = { op: 'conv', inputs: [input], kernel, stride, padding: (kernel - 1) >> 1, groups, activation };
    const bias = floats(this.#next, outputs, BIAS);
    if (!learned || this.#learnedGroups === 1) {
      return this.push({
        ...node,
        weights: floats(this.#next, outputs * channels * area, gain * limit(channels * area)),
        bias,
      });
    }
    const blocks = this.#blocks(channels, outputs);
    const weights = new Float32Array(outputs * channels * area);
    for (const block of blocks) {
      for (const output of block.outputs) {
        for (const channel of block.inputs) {
          const taps = floats(this.#next, area, gain * limit(block.inputs.length * area));
          weights.set(taps, (output * channels + channel) * area);
        }
      }
    }
    return this.push({ ...node, weights, bias, blocks });
  }

  /** Adds a fully connected layer. @param {string} input @param {number} outputs */
  linear(input, outputs) {
    const [channels] = this.shapes[input];
    const bias = floats(this.#next, outputs, BIAS);
    return this.push({
      op: 'linear',
      inputs: [input],
      weights: floats(this.#next, outputs * channels, limit(channels)),
      bias,
    });
  }

  #blocks(channels, outputs) {
    const ofInputs = unevenGroups(this.#next, channels, this.#learnedGroups);
    const ofOutputs = unevenGroups(this.#next, outputs, this.#learnedGroups);
    return ofInputs.map((inputs, group) => ({ inputs, outputs: ofOutputs[group] }));
  }
}

/** Limit of uniform weights that keeps the variance through a ReLU (He et al. 2015). */
const limit = (fanIn) => Math.sqrt(6 / fanIn);
