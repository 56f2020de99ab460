// MobileNetV3-Large 1.0 (Howard et al. 2019) as in torchvision.

import { INPUT } from '../network.js';
import { RandomNetwork } from '../random-network.js';
import { CLASSES, SIZE } from './imagenet.js';

/** Kernel, expanded channels, outputs, channels of the squeeze-and-excite if there is one, activation, stride. */
const BLOCKS = [
  [3, 16, 16, 0, 'relu', 1],
  [3, 64, 24, 0, 'relu', 2],
  [3, 72, 24, 0, 'relu', 1],
  [5, 72, 40, 24, 'relu', 2],
  [5, 120, 40, 32, 'relu', 1],
  [5, 120, 40, 32, 'relu', 1],
  [3, 240, 80, 0, 'hardswish', 2],
  [3, 200, 80, 0, 'hardswish', 1],
  [3, 184, 80, 0, 'hardswish', 1],
  [3, 184, 80, 0, 'hardswish', 1],
  [3, 480, 112, 120, 'hardswish', 1],
  [3, 672, 112, 168, 'hardswish', 1],
  [5, 672, 160, 168, 'hardswish', 2],
  [5, 960, 160, 240, 'hardswish', 1],
  [5, 960, 160, 240, 'hardswish', 1],
];

/** @param {import('./index.js').Variant} [variant] */
export const mobilenetv3 = ({ size = SIZE } = {}) => {
  const network = new RandomNetwork([3, size, size], 44);
  const activation = 'hardswish';
  let x = network.conv(INPUT, 16, 3, { stride: 2, activation });
  for (const [kernel, hidden, outputs, squeezed, activation, stride] of BLOCKS) {
    const start = x;
    const [channels] = network.shapes[x];
    if (hidden !== channels) x = network.conv(x, hidden, 1, { activation });
    x = network.depthwise(x, kernel, { stride, activation });
    if (squeezed) x = squeezeAndExcite(network, x, squeezed);
    x = network.conv(x, outputs, 1, { gain: 0.5 });
    if (stride === 1 && channels === outputs) x = network.push({ op: 'add', inputs: [start, x], activation: 'none' });
  }
  x = network.conv(x, 960, 1, { activation });
  x = network.linear(network.push({ op: 'average', inputs: [x] }), 1280, activation);
  network.linear(x, CLASSES);
  return network;
};

const squeezeAndExcite = (network, x, squeezed) => {
  const [channels] = network.shapes[x];
  let factors = network.push({ op: 'average', inputs: [x] });
  factors = network.conv(factors, squeezed, 1, { activation: 'relu' });
  factors = network.conv(factors, channels, 1, { activation: 'hardsigmoid' });
  return network.push({ op: 'mul', inputs: [x, factors] });
};
