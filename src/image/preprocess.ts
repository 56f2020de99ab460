// From the pixels of a photo to the network's input.

import type { Kernels } from '../kernels/wasm.js';
import type { Preprocess } from './preprocess-spec.js';
import { placeImage } from './geometry.js';
import { checkPixels, type Pixels } from './pixels.js';
import { resizeRows } from './resample.js';

const { fround } = Math;

/**
 * The network's input for a photo that stands upright.
 *
 * @param target where to write it; default a new array
 * @returns shape `[1, channels, p.height, p.width]`, one channel for `grey`, else three
 * @throws {ImageError} if the pixels are malformed or cannot be brought to size
 */
export const preprocess = (kernels: Kernels, pixels: Pixels, p: Preprocess, target?: Float32Array): Float32Array => {
  checkPixels(pixels);
  const grey = p.order === 'grey';
  const channels = [0, 1, 2].slice(0, grey ? 1 : 3);
  const plane = p.width * p.height;
  const output = target ?? new Float32Array(channels.length * plane);
  const place = placeImage(pixels.width, pixels.height, p);
  const { width, height } = place.window;
  const means = channels.map((channel) => fround(p.mean[channel] ?? p.mean[0]!));
  const stds = channels.map((channel) => fround(p.std[channel] ?? p.std[0]!));
  if (width * height < plane) {
    const border = fround(p.fill / fround(p.divisor));
    for (const channel of channels)
      output.fill(fround(border - means[channel]!) / stds[channel]!, channel * plane, (channel + 1) * plane);
  }
  resizeRows(kernels, pixels, { ...place, filter: p.filter, grey }, ({ buffer, byteOffset }, index) => {
    const numbers = new Float32Array(buffer, byteOffset + width * 4, width);
    const start = (place.top + index) * p.width + place.left;
    for (const channel of channels) {
      const byte = p.order === 'BGR' ? 2 - channel : channel;
      const [mean, std] = [means[channel]!, stds[channel]!];
      kernels.normalizePixels(numbers.byteOffset, byteOffset, width, byte * 8, p.divisor, mean, std);
      output.set(numbers, channel * plane + start);
    }
  });
  return output;
};
