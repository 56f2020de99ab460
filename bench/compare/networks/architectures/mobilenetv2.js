// MobileNetV2 (Sandler et al. 2018) as in torchvision, with learned groups or zeros in every 1x1 convolution.

import { INPUT } from '../network.js';
import { RandomNetwork } from '../random-network.js';
import { CLASSES, SIZE } from './imagenet.js';

/** Expansion, outputs, repeats and first stride of the stages. */
const STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
];

/** Outputs of the first and of the last convolution. */
const FIRST = 32;
const LAST = 1280;

/** The nearest multiple of 8, or the next one if that has less than 0.9 of the channels. */
const scaled = (channels, width) => {
  const nearest = Math.max(8, Math.floor((channels * width + 4) / 8) * 8);
  return nearest < 0.9 * channels * width ? nearest + 8 : nearest;
};

/** @param {import('./index.js').Variant & { width?: number }} [variant] `width` multiplies the channels */
export const mobilenetv2 = ({ size = SIZE, width = 1, ...sparsity } = {}) => {
  const network = new RandomNetwork([3, size, size], 42, sparsity);
  const activation = 'relu6';
  let channels = scaled(FIRST, width);
  let x = network.conv(INPUT, channels, 3, { stride: 2, activation });
  for (const [expansion, base, repeats, firstStride] of STAGES) {
    const outputs = scaled(base, width);
    for (let i = 0; i < repeats; i++) {
      const stride = i ? 1 : firstStride;
      const hidden = channels * expansion;
      const start = x;
      if (expansion > 1) x = network.conv(x, hidden, 1, { activation, sparse: true });
      x = network.depthwise(x, 3, { stride, activation });
      x = network.conv(x, outputs, 1, { gain: 0.5, sparse: true });
      if (stride === 1 && channels === outputs) x = network.push({ op: 'add', inputs: [start, x], activation: 'none' });
      channels = outputs;
    }
  }
  network.classifier(network.conv(x, scaled(LAST, Math.max(1, width)), 1, { activation, sparse: true }), CLASSES);
  return network;
};
