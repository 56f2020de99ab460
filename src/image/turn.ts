// Turns decoded pictures upright.

import type { Orientation } from './orientation.js';
import { bytesOf, type Pixels } from './pixels.js';

/**
 * The picture turned upright, as Pillow's `ImageOps.exif_transpose` does.
 *
 * @returns a new picture; for orientation 1 the same
 */
export const orient = (pixels: Pixels, orientation: Orientation): Pixels => {
  if (orientation === 1) return pixels;
  const { width, height, channels } = pixels;
  const swapped = orientation >= 5;
  const mirroredX = [2, 3, 7, 8].includes(orientation);
  const mirroredY = [3, 4, 6, 7].includes(orientation);
  // Steps through the stored picture for one column and one row of the upright one.
  const stepX = mirroredX ? -channels : channels;
  const stepY = (mirroredY ? -width : width) * channels;
  const start = (mirroredX ? width - 1 : 0) * channels + (mirroredY ? height - 1 : 0) * width * channels;
  const size = swapped ? { width: height, height: width } : { width, height };
  const data = turn(bytesOf(pixels), channels, start, swapped ? stepY : stepX, swapped ? stepX : stepY, size);
  return { data, ...size, channels };
};

// Side of the tiles that are copied at a time, so that reads down a column stay in the cache.
const TILE = 32;

const turn = (
  source: Uint8Array,
  channels: number,
  start: number,
  columnStep: number,
  rowStep: number,
  { width, height }: { width: number; height: number },
): Uint8Array => {
  const data = new Uint8Array(width * height * channels);
  for (let top = 0; top < height; top += TILE) {
    for (let left = 0; left < width; left += TILE) {
      const right = Math.min(left + TILE, width);
      const bottom = Math.min(top + TILE, height);
      for (let y = top; y < bottom; y++) {
        let s = start + y * rowStep + left * columnStep;
        let t = (y * width + left) * channels;
        for (let x = left; x < right; x++, s += columnStep, t += channels) {
          data[t] = source[s]!;
          data[t + 1] = source[s + 1]!;
          data[t + 2] = source[s + 2]!;
          if (channels === 4) data[t + 3] = source[s + 3]!;
        }
      }
    }
  }
  return data;
};
