// Resizing with the filters of Pillow, bit by bit.

import { ImageError } from '../errors.js';
import { bytesOf, checkPixels, type Pixels } from './pixels.js';
import type { Filter } from './preprocess-spec.js';

/** A part of an image, in pixels from its top left corner. */
export type Window = { left: number; top: number; width: number; height: number };

/** Pixels of the largest result. */
const MAX_RESULT = 100_000_000;

// What makes output i: `count[i]` inputs from `first[i]` on, with the weights from `weights[i * stride]` on.
type Taps = { first: Int32Array; count: Int32Array; weights: Int32Array; stride: number };

// Kernels and fixed point of Pillow, src/libImaging/Resample.c.
const PRECISION = 22;
const ONE = 1 << PRECISION;
const HALF = 1 << (PRECISION - 1);
const CUBIC = -0.5;

const triangle = (x: number): number => Math.max(0, 1 - Math.abs(x));

const cubic = (value: number): number => {
  const x = Math.abs(value);
  if (x < 1) return ((CUBIC + 2) * x - (CUBIC + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * CUBIC;
  return 0;
};

const KERNELS = {
  bilinear: { weight: triangle, support: 1 },
  bicubic: { weight: cubic, support: 2 },
};

// Weights of the outputs `from` to `from + length` of a line of `inputs` pixels brought to `outputs` pixels.
const tapsOf = (inputs: number, outputs: number, filter: Filter, from: number, length: number): Taps => {
  const { weight, support } = KERNELS[filter];
  const scale = inputs / outputs;
  const widening = Math.max(scale, 1);
  const narrowing = 1 / widening;
  const reach = support * widening;
  const stride = Math.min(inputs, Math.ceil(reach) * 2 + 1);
  const first = new Int32Array(length);
  const count = new Int32Array(length);
  const weights = new Int32Array(length * stride);
  const exact = new Float64Array(stride);
  for (let i = 0; i < length; i++) {
    const center = (from + i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - reach + 0.5));
    const end = Math.min(inputs, Math.trunc(center + reach + 0.5));
    let sum = 0;
    for (let k = start; k < end; k++) {
      const w = weight((k - center + 0.5) * narrowing);
      exact[k - start] = w;
      sum += w;
    }
    for (let k = 0; k < end - start; k++) {
      const w = (sum === 0 ? exact[k]! : exact[k]! / sum) * ONE;
      weights[i * stride + k] = Math.trunc(w < 0 ? w - 0.5 : w + 0.5);
    }
    first[i] = start;
    count[i] = end - start;
  }
  return { first, count, weights, stride };
};

// The range of inputs that the taps read.
const reachOf = ({ first, count }: Taps): { start: number; length: number } => {
  const last = first.length - 1;
  return { start: first[0]!, length: first[last]! + count[last]! - first[0]! };
};

const clamp = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : value);

// Rows `top` to `top + rows`, each brought to the columns of `taps`, whose inputs are counted from column `left`; RGB.
const resizeRows = (pixels: Pixels, taps: Taps, left: number, top: number, rows: number): Pixels => {
  const { first, count, weights, stride } = taps;
  const step = pixels.channels;
  const source = bytesOf(pixels);
  const columns = first.length;
  const data = new Uint8Array(rows * columns * 3);
  let t = 0;
  for (let row = 0; row < rows; row++) {
    const start = ((top + row) * pixels.width - left) * step;
    for (let column = 0; column < columns; column++) {
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      let s = start + first[column]! * step;
      let k = column * stride;
      for (const end = k + count[column]!; k < end; k++, s += step) {
        const w = weights[k]!;
        red = (red + Math.imul(w, source[s]!)) | 0;
        green = (green + Math.imul(w, source[s + 1]!)) | 0;
        blue = (blue + Math.imul(w, source[s + 2]!)) | 0;
      }
      data[t++] = clamp(red >> PRECISION);
      data[t++] = clamp(green >> PRECISION);
      data[t++] = clamp(blue >> PRECISION);
    }
  }
  return { data, width: columns, height: rows, channels: 3 };
};

// Columns `left` to `left + columns`, each brought to the rows of `taps`, whose inputs are counted from row `top`.
const resizeColumns = (pixels: Pixels, taps: Taps, left: number, top: number, columns: number): Pixels => {
  const { first, count, weights, stride } = taps;
  const { channels } = pixels;
  const source = bytesOf(pixels);
  const rows = first.length;
  const length = columns * channels;
  const data = new Uint8Array(rows * length);
  const sums = new Int32Array(length);
  for (let row = 0; row < rows; row++) {
    sums.fill(HALF);
    for (let k = 0; k < count[row]!; k++) {
      const w = weights[row * stride + k]!;
      const s = ((first[row]! + k - top) * pixels.width + left) * channels;
      for (let i = 0; i < length; i++) sums[i] = (sums[i]! + Math.imul(w, source[s + i]!)) | 0;
    }
    for (let i = 0, t = row * length; i < length; i++, t++) data[t] = clamp(sums[i]! >> PRECISION);
  }
  return { data, width: columns, height: rows, channels };
};

// The window of the picture, as RGB.
const copyWindow = (pixels: Pixels, { left, top, width, height }: Window): Pixels => {
  const { channels } = pixels;
  const source = bytesOf(pixels);
  const data = new Uint8Array(width * height * 3);
  let t = 0;
  for (let row = 0; row < height; row++) {
    let s = ((top + row) * pixels.width + left) * channels;
    for (let column = 0; column < width; column++, s += channels) {
      data[t++] = source[s]!;
      data[t++] = source[s + 1]!;
      data[t++] = source[s + 2]!;
    }
  }
  return { data, width, height, channels: 3 };
};

const checkWindow = (window: Window, width: number, height: number): void => {
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
 * The picture brought to `width` x `height` pixels, byte for byte as `Image.resize` of an RGB image in Pillow 13 does:
 * antialiased, 8-bit fixed point, no work in a direction whose size stays. Rows are resized before columns, but columns
 * first where the height shrinks by more than twice as many pixels as the width. (Before Pillow 13 rows always came
 * first; the bytes of such tall pictures differ by a few levels.)
 *
 * @param window the part of the result to compute and return; default all of it
 * @returns RGB, a copy even where no size changes
 * @throws {ImageError} if the pixels are malformed, or sizes or the window are not integers that fit together
 */
export const resizePixels = (
  pixels: Pixels,
  width: number,
  height: number,
  filter: Filter,
  window: Window = { left: 0, top: 0, width, height },
): Pixels => {
  checkPixels(pixels);
  checkWindow(window, width, height);
  const { left, top } = window;
  const across = width === pixels.width ? undefined : tapsOf(pixels.width, width, filter, left, window.width);
  const down = height === pixels.height ? undefined : tapsOf(pixels.height, height, filter, top, window.height);
  if (!down) return across ? resizeRows(pixels, across, 0, top, window.height) : copyWindow(pixels, window);
  if (shrinksTall(pixels, width, height)) {
    const columns = across ? reachOf(across) : { start: left, length: window.width };
    const low = resizeColumns(pixels, down, columns.start, 0, columns.length);
    const all = { left: 0, top: 0, width: window.width, height: window.height };
    return across ? resizeRows(low, across, columns.start, 0, window.height) : copyWindow(low, all);
  }
  const rows = reachOf(down);
  const narrow = across
    ? resizeRows(pixels, across, 0, rows.start, rows.length)
    : copyWindow(pixels, { left, top: rows.start, width: window.width, height: rows.length });
  return resizeColumns(narrow, down, 0, rows.start, window.width);
};

const shrinksTall = (pixels: Pixels, width: number, height: number): boolean => {
  const lostRows = pixels.height - height;
  return lostRows > 0 && lostRows > (pixels.width - width) * 2;
};
