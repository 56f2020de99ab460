// Depthwise convolutions alone: a chain of equal layers.

import { INPUT } from '../network.js';
import { RandomNetwork } from '../random-network.js';

const LAYERS = 16;

/**
 * A 1x1 convolution makes the channels of a picture of 3, and the output is their average: so the layout of large inputs
 * and outputs plays no role.
 * @param {number} kernel
 * @param {number} channels
 * @param {number} side height and width of the maps
 * @returns {(variant?: import('./index.js').Variant) => RandomNetwork}
 */
export const depthwiseChain =
  (kernel, channels, side) =>
  ({ size = side } = {}) => {
    const network = new RandomNetwork([3, size, size], 46);
    const activation = 'relu6';
    let x = network.conv(INPUT, channels, 1, { activation });
    for (let i = 0; i < LAYERS; i++) x = network.depthwise(x, kernel, { activation });
    network.push({ op: 'average', inputs: [x] });
    return network;
  };
