// Resizing with the filters of Pillow, bit by bit.

import { ImageError } from '../errors.js';
import { growMemory, type Kernels } from '../kernels/wasm.js';
import { bytesOf, checkPixels, type Pixels } from './pixels.js';
import type { Filter } from './preprocess-spec.js';
import { tapsOf } from './taps.js';

/** A part of an image, in pixels from its top left corner. */
export type Window = { left: number; top: number; width: number; height: number };

/** The size that a picture is brought to, how, and the part of the result that is computed. */
export type Resizing = {
  width: number;
  height: number;
  filter: Filter;
  window: Window;
  /** Whether red, green and blue become the picture's luma first. */
  grey?: boolean;
};

/** Rows in memory begin at multiples of this, and kernels may read and write as many bytes after them. */
const LINE = 16;

const alignUp = (bytes: number): number => Math.ceil(bytes / LINE) * LINE;

/** Addresses of areas of these sizes that follow each other, and the end of the last one. */
const addressesOf = (...sizes: number[]): number[] => {
  let end = 0;
  return [0, ...sizes.map((bytes) => (end += alignUp(bytes) + LINE))];
};

const shrinksTall = (pixels: Pixels, { width, height }: Resizing): boolean => {
  const lostRows = pixels.height - height;
  return lostRows > 0 && lostRows > (pixels.width - width) * 2;
};

/**
 * The rows of the picture brought to `width` x `height` pixels, byte for byte as `Image.resize` of an RGB image in Pillow
 * 13: antialiased, 8-bit fixed point. Rows are resized before columns, but columns first where the height shrinks by more
 * than twice as many pixels as the width. (Before Pillow 13 rows always came first; the bytes of such tall pictures differ
 * by a few levels.) The kernels' memory holds one row of the picture, and a ring of those that make a row of the result.
 *
 * @param pixels what `checkPixels` accepts
 * @param take is called for every row, with pixels of four bytes, of which the last has no meaning. They are in the
 *   kernels' memory until the next row; what follows is free for as many bytes, rounded up to 16.
 */
export const resizeRows = (
  kernels: Kernels,
  pixels: Pixels,
  resizing: Resizing,
  take: (row: Uint8Array, index: number) => void,
): void => {
  const { filter, window } = resizing;
  const { channels } = pixels;
  const across = tapsOf(pixels.width, resizing.width, filter, window.left, window.width);
  const down = tapsOf(pixels.height, resizing.height, filter, window.top, window.height, true);
  const columnsFirst = shrinksTall(pixels, resizing);
  const left = across.first[0]!;
  const columns = Math.min(pixels.width, across.first[across.first.length - 1]! + across.pairs * 2) - left;
  const between = columnsFirst ? columns : window.width; // pixels of a row of the ring
  const stride = alignUp(between * 4);
  const rows = down.pairs * 2;
  const [raw, wide, result, ring, firsts, acrossWeights, downWeights, end] = addressesOf(
    columns * channels,
    (columns + across.pairs * 2) * 4,
    window.width * 8,
    stride * rows,
    across.first.byteLength,
    across.weights.byteLength,
    down.weights.byteLength,
  ) as [number, number, number, number, number, number, number, number];
  growMemory(kernels.memory, end, 'use smaller pictures');

  const memory = new Uint8Array(kernels.memory.buffer);
  const write = ({ buffer }: Int16Array | Int32Array, address: number) => memory.set(new Uint8Array(buffer), address);
  write(
    across.first.map((first) => (first - left) * 4),
    firsts,
  );
  write(across.weights, acrossWeights);
  write(down.weights, downWeights);

  const source = bytesOf(pixels);
  const read = (row: number, target: number): void => {
    const start = (row * pixels.width + left) * channels;
    memory.set(source.subarray(start, start + columns * channels), channels === 3 ? raw : target);
    if (channels === 3) kernels.widenPixels(target, raw, columns);
    if (resizing.grey) kernels.greyPixels(target, columns);
  };
  const resizeAcross = (target: number): void => {
    kernels.resizeAcross(target, wide, firsts, acrossWeights, window.width, across.pairs);
  };
  let next = down.first[0]!; // the next row of the picture
  const resizeDown = (row: number, target: number): void => {
    for (; next < Math.min(pixels.height, down.first[row]! + rows); next++) {
      const place = ring + (next % rows) * stride;
      read(next, columnsFirst ? place : wide);
      if (!columnsFirst) resizeAcross(place);
    }
    kernels.resizeDown(target, ring, stride, downWeights + row * rows * 4, between, down.pairs);
  };
  const taken = memory.subarray(result, result + window.width * 4);
  for (let row = 0; row < window.height; row++) {
    resizeDown(row, columnsFirst ? wide : result);
    if (columnsFirst) resizeAcross(result);
    take(taken, row);
  }
};

/** Pixels of the largest result of `resizePixels`. */
const MAX_RESULT = 100_000_000;

const checkWindow = ({ width, height, window }: Resizing): void => {
  const values = [width, height, window.left, window.top, window.width, window.height];
  const inside =
    values.every((value) => Number.isSafeInteger(value) && value >= 0) &&
    window.width > 0 &&
    window.height > 0 &&
    window.left + window.width <= width &&
    window.top + window.height <= height;
  if (!inside) {
    const { left, top } = window;
    throw new ImageError(
      `cannot resize to ${width}x${height} pixels and keep ${window.width}x${window.height} from (${left}, ${top}): ` +
        'sizes must be integers of at least 1 and the part must lie inside',
    );
  }
  if (window.width * window.height > MAX_RESULT) {
    throw new ImageError(
      `cannot resize to ${window.width}x${window.height} pixels: at most ${MAX_RESULT / 1e6} megapixels`,
    );
  }
};

/**
 * The picture brought to a size, as `resizeRows` computes it.
 *
 * @returns a copy even where no size changes, with four channels, of which the last has no meaning
 * @throws {ImageError} if the pixels are malformed, or sizes or the window are not integers that fit together
 */
export const resizePixels = (kernels: Kernels, pixels: Pixels, resizing: Resizing): Pixels => {
  checkPixels(pixels);
  checkWindow(resizing);
  const { width, height } = resizing.window;
  const data = new Uint8Array(width * height * 4);
  resizeRows(kernels, pixels, resizing, (row, index) => data.set(row, index * width * 4));
  return { data, width, height, channels: 4 };
};
