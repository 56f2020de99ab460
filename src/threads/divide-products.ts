// How convolutions and products of matrices are divided, of floats and of integers.

import { PANEL_RECORD } from '../kernels/layout.js';
import { SPARE } from '../kernels/parts.js';
import { counted, ELEMENT, type Divisible } from './divisible.js';

/** Floats of the input for which `bandOf` in ops/conv/packing.ts makes one row of a band. */
const BAND_FLOATS = 24_576;

/**
 * Pixels of a product of panels; their number is the argument at `at`. Few pixels have many weights: threads then read those of
 * different panels.
 */
export const panelProduct = (args: readonly number[], at: number, residual = 0, late = 0): Divisible => {
  const [yStride, xStride, pixels, panels] = [args[1]!, args[3]!, args[4]!, args[8]!];
  const [rows, band] = [args[at]!, args[at + 1]!];
  const work = rows * panels * 8 * (BAND_FLOATS / band);
  if (!late && rows < 128 && panels >= 8)
    return { length: panels, unit: 1, work, cut: counted(8, [7, PANEL_RECORD.bytes]) };
  const from = pixels ? ([4, 4] as const) : ([2, xStride * 4] as const);
  return {
    length: rows,
    unit: 4,
    work,
    cut: counted(at, from, [0, yStride * 4], [9, residual ? yStride * 4 : 0]),
  };
};

/** Columns of a product of matrices. */
export const gemmColumns = (args: readonly number[]): Divisible => {
  const [bounds, rows, columns, depth] = [args[6]!, args[7]!, args[8]!, args[9]!];
  return {
    length: columns,
    unit: 8,
    work: rows * columns * depth,
    cut: counted(8, [0, 4], [4, depth * 4], [5, 4], [6, bounds ? 4 : 0]),
  };
};

/** Places of the products of tiles. */
export const placeProducts = (args: readonly number[]): Divisible => {
  const [yPlane, xPlane, wPlane] = [args[2]!, args[5]!, args[7]!];
  const [panels, rows, places] = [args[10]!, args[11]!, args[12]!];
  return {
    length: places,
    unit: 1,
    work: places * rows * panels * 8 * (wPlane / panels / 32),
    cut: counted(12, [0, yPlane], [3, xPlane], [6, wPlane]),
  };
};

/**
 * Tiles of `m` x `m` pixels that are transformed. The first and their number are the arguments at `at` and after it; the address of
 * their transformed pixels, which have `channels` rounded up to 4, is the one at `pixels`.
 */
export const tiles = (args: readonly number[], at: number, pixels: number, channels: number, m = 2): Divisible => ({
  length: args[at + 1]!,
  unit: 1,
  work: args[at + 1]! * channels * (m + 2) ** 2 * ELEMENT,
  cut: (own, from, count, part) => {
    own[pixels]! += from * ((channels + 3) & ~3) * 4;
    own[2]! += part * SPARE.winograd;
    own[at]! += from;
    own[at + 1] = count;
  },
});

/** Rows of a depthwise convolution; the argument at `at` is the first, after it come the last, the columns, and the taps. */
export const windowRows = (args: readonly number[], at: number, channels: number): Divisible => {
  const [first, last, columns] = [args[at]!, args[at + 1]!, args[at + 2]!];
  const rows = last - first;
  return {
    length: rows,
    unit: 1,
    work: rows * columns * channels * args[at + 3]! * args[at + 4]!,
    cut: (own, from, count) => {
      own[at] = first + from;
      own[at + 1] = first + from + count;
    },
  };
};

/** Pixels of a depthwise convolution by a list of taps. */
export const depthwisePixels = (args: readonly number[]): Divisible => {
  const [pixels, taps, channels] = [args[6]!, args[7]!, args[8]!];
  return {
    length: pixels,
    unit: 1,
    work: pixels * taps * channels * 2,
    cut: counted(6, [0, channels * 4], [2, 4]),
  };
};
