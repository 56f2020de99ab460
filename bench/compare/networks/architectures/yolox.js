// YOLOX-nano (Ge et al. 2021) as its authors export it: SiLU, depthwise-separable 3x3 convolutions, raw boxes.

import { INPUT } from '../network.js';
import { RandomNetwork } from '../random-network.js';

const SIZE = 416;
const CLASSES = 80;
const ACTIVATION = 'silu';
/** Channels of the convolutions of a head. */
const HEAD = 64;

/** @param {import('./index.js').Variant} [variant] */
export const yoloxNano = ({ size = SIZE } = {}) => {
  const network = new RandomNetwork([3, size, size], 47);
  const levels = pyramid(network, backbone(network));
  network.push({ op: 'positions', inputs: levels.map((level) => head(network, level)) });
  return network;
};

const conv = (network, x, outputs, kernel = 1) => network.conv(x, outputs, kernel, { activation: ACTIVATION });

const separable = (network, x, outputs, stride = 1) =>
  conv(network, network.depthwise(x, 3, { stride, activation: ACTIVATION }), outputs);

const concat = (network, ...inputs) => network.push({ op: 'concat', inputs });

/** Maps at strides of 8, 16 and 32. */
const backbone = (network) => {
  let x = conv(network, network.push({ op: 'space-to-depth', inputs: [INPUT] }), 16, 3);
  x = partial(network, separable(network, x, 32, 2), 32, 1, true);
  const fine = partial(network, separable(network, x, 64, 2), 64, 3, true);
  const middle = partial(network, separable(network, fine, 128, 2), 128, 3, true);
  x = poolingPyramid(network, separable(network, middle, 256, 2));
  return [fine, middle, partial(network, x, 256, 1, false)];
};

/** A cross-stage partial layer: half of the channels pass `count` bottlenecks. */
const partial = (network, x, outputs, count, residual) => {
  let main = conv(network, x, outputs / 2);
  const rest = conv(network, x, outputs / 2);
  for (let i = 0; i < count; i++) {
    const branch = separable(network, conv(network, main, outputs / 2), outputs / 2);
    main = residual ? network.push({ op: 'add', inputs: [branch, main], activation: 'none' }) : branch;
  }
  return conv(network, concat(network, main, rest), outputs);
};

/** Spatial pyramid pooling. */
const poolingPyramid = (network, x) => {
  const [channels] = network.shapes[x];
  const half = conv(network, x, channels / 2);
  const pools = [5, 9, 13].map((kernel) =>
    network.push({ op: 'max-pool', inputs: [half], kernel, stride: 1, padding: kernel >> 1 }),
  );
  return conv(network, concat(network, half, ...pools), channels);
};

/** Carries coarse maps to fine ones and back. */
const pyramid = (network, [fine, middle, coarse]) => {
  const upsampled = (x) => network.push({ op: 'upsample', inputs: [x] });
  const lateral = conv(network, coarse, 128);
  const down = partial(network, concat(network, upsampled(lateral), middle), 128, 1, false);
  const reduced = conv(network, down, 64);
  const finest = partial(network, concat(network, upsampled(reduced), fine), 64, 1, false);
  const next = partial(network, concat(network, separable(network, finest, 64, 2), reduced), 128, 1, false);
  const last = partial(network, concat(network, separable(network, next, 128, 2), lateral), 256, 1, false);
  return [finest, next, last];
};

/** Box, objectness and scores of each position. */
const head = (network, x) => {
  const stem = conv(network, x, HEAD);
  const twice = (y) => separable(network, separable(network, y, HEAD), HEAD);
  const [forClass, forBox] = [twice(stem), twice(stem)];
  const scores = network.conv(forClass, CLASSES, 1, { activation: 'sigmoid' });
  const box = network.conv(forBox, 4, 1);
  const objectness = network.conv(forBox, 1, 1, { activation: 'sigmoid' });
  return concat(network, box, objectness, scores);
};
