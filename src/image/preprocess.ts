// From the pixels of a photo to the network's input.

import { ImageError } from '../errors.js';
import type { Kernels } from '../kernels/wasm.js';
import type { Preprocess } from './preprocess-spec.js';
import { placeImage } from './geometry.js';
import { checkPixels, type Pixels } from './pixels.js';
import { resizeRows } from './resample.js';

const { fround } = Math;

// What each of the 256 values of a channel becomes.
const tableOf = (p: Preprocess, channel: number): Float32Array => {
  const mean = p.mean.length === 1 ? p.mean[0]! : p.mean[channel]!;
  const std = p.std.length === 1 ? p.std[0]! : p.std[channel]!;
  return Float32Array.from({ length: 256 }, (_, x) =>
    fround(fround(fround(x / fround(p.divisor)) - fround(mean)) / fround(std)),
  );
};

/**
 * The network's input for a photo that stands upright.
 *
 * @param target where to write it; default a new array
 * @returns shape `[1, channels, p.height, p.width]`, one channel for `grey`, else three
 * @throws {ImageError} if the pixels are malformed, cannot be brought to size, or `target` has another length
 */
export const preprocess = (kernels: Kernels, pixels: Pixels, p: Preprocess, target?: Float32Array): Float32Array => {
  checkPixels(pixels);
  const grey = p.order === 'grey';
  const channels = grey ? 1 : 3;
  const plane = p.width * p.height;
  const output = target ?? new Float32Array(channels * plane);
  if (output.length !== channels * plane) {
    throw new ImageError(`the target holds ${output.length} values; the network's input has ${channels * plane}`);
  }
  const place = placeImage(pixels.width, pixels.height, p);
  const { window } = place;
  const tables = Array.from({ length: channels }, (_, channel) => tableOf(p, channel));
  if (window.width * window.height < plane)
    tables.forEach((table, channel) => output.fill(table[p.fill]!, channel * plane, (channel + 1) * plane));
  const start = place.top * p.width + place.left;
  resizeRows(kernels, pixels, { ...place, filter: p.filter, grey }, (row, index) => {
    tables.forEach((table, channel) => {
      const from = p.order === 'BGR' ? 2 - channel : channel;
      writeRow(output, channel * plane + start + index * p.width, row, from, table);
    });
  });
  return output;
};

// Writes one channel of a row through the table, from `t` on.
const writeRow = (output: Float32Array, t: number, row: Uint8Array, channel: number, table: Float32Array): void => {
  for (let s = channel; s < row.length; s += 4) output[t++] = table[row[s]!]!;
};
