// EfficientNet-Lite0 (Liu 2020) as in timm: no squeeze-and-excite, ReLU6, stem and last layer not scaled.

import { INPUT } from '../network.js';
import { RandomNetwork } from '../random-network.js';
import { CLASSES, SIZE } from './imagenet.js';

/** Kernel, expansion, outputs, repeats and first stride of the stages. */
const STAGES = [
  [3, 1, 16, 1, 1],
  [3, 6, 24, 2, 2],
  [5, 6, 40, 2, 2],
  [3, 6, 80, 3, 2],
  [5, 6, 112, 3, 1],
  [5, 6, 192, 4, 2],
  [3, 6, 320, 1, 1],
];

/** @param {import('./index.js').Variant} [variant] */
export const efficientnetLite0 = ({ size = SIZE } = {}) => {
  const network = new RandomNetwork([3, size, size], 45);
  const activation = 'relu6';
  let x = network.conv(INPUT, 32, 3, { stride: 2, activation });
  for (const [kernel, expansion, outputs, repeats, firstStride] of STAGES) {
    for (let i = 0; i < repeats; i++) {
      const start = x;
      const [channels] = network.shapes[x];
      const stride = i ? 1 : firstStride;
      if (expansion > 1) x = network.conv(x, channels * expansion, 1, { activation });
      x = network.depthwise(x, kernel, { stride, activation });
      x = network.conv(x, outputs, 1, { gain: 0.5 });
      if (stride === 1 && channels === outputs) x = network.push({ op: 'add', inputs: [start, x], activation: 'none' });
    }
  }
  network.classifier(network.conv(x, 1280, 1, { activation }), CLASSES);
  return network;
};
