// From the pixels of a photo to the network's input.

import { ImageError } from '../errors.js';
import type { Preprocess } from './preprocess-spec.js';
import { placeImage } from './geometry.js';
import { bytesOf, checkPixels, type Pixels } from './pixels.js';
import { resizePixels } from './resample.js';

const { fround } = Math;

// What each of the 256 values of a channel becomes.
const tableOf = (p: Preprocess, channel: number): Float32Array => {
  const mean = p.mean.length === 1 ? p.mean[0]! : p.mean[channel]!;
  const std = p.std.length === 1 ? p.std[0]! : p.std[channel]!;
  return Float32Array.from({ length: 256 }, (_, x) =>
    fround(fround(fround(x / fround(p.divisor)) - fround(mean)) / fround(std)),
  );
};

// Luma of ITU-R BT.601 in 16-bit fixed point, on all three channels; Pillow, src/libImaging/Convert.c.
const greyPixels = (pixels: Pixels): Pixels => {
  const { width, height, channels } = pixels;
  const source = bytesOf(pixels);
  const data = new Uint8Array(width * height * 3);
  for (let s = 0, t = 0; t < data.length; s += channels, t += 3) {
    const grey = (source[s]! * 19595 + source[s + 1]! * 38470 + source[s + 2]! * 7471 + 0x8000) >> 16;
    data[t] = data[t + 1] = data[t + 2] = grey;
  }
  return { data, width, height, channels: 3 };
};

/**
 * The network's input for a photo that stands upright.
 *
 * @param target where to write it; default a new array
 * @returns shape `[1, channels, p.height, p.width]`, one channel for `grey`, else three
 * @throws {ImageError} if the pixels are malformed, cannot be brought to size, or `target` has another length
 */
export const preprocess = (pixels: Pixels, p: Preprocess, target?: Float32Array): Float32Array => {
  checkPixels(pixels);
  const channels = p.order === 'grey' ? 1 : 3;
  const plane = p.width * p.height;
  const output = target ?? new Float32Array(channels * plane);
  if (output.length !== channels * plane) {
    throw new ImageError(`the target holds ${output.length} values; the network's input has ${channels * plane}`);
  }
  const place = placeImage(pixels.width, pixels.height, p);
  const source = p.order === 'grey' ? greyPixels(pixels) : pixels;
  const photo = resizePixels(source, place.width, place.height, p.filter, place.window);
  for (let channel = 0; channel < channels; channel++) {
    const values = output.subarray(channel * plane, (channel + 1) * plane);
    const table = tableOf(p, channel);
    if (photo.width * photo.height < plane) values.fill(table[p.fill]!);
    const from = p.order === 'BGR' ? 2 - channel : channel;
    writePlane(values, p.width, place.top * p.width + place.left, photo, from, table);
  }
  return output;
};

// Writes one channel of the photo through the table into rows of `stride` values, from `start` on.
const writePlane = (
  values: Float32Array,
  stride: number,
  start: number,
  photo: Pixels,
  channel: number,
  table: Float32Array,
): void => {
  const source = bytesOf(photo);
  let s = channel;
  for (let row = 0; row < photo.height; row++) {
    const t = start + row * stride;
    for (let column = 0; column < photo.width; column++, s += 3) values[t + column] = table[source[s]!]!;
  }
};
