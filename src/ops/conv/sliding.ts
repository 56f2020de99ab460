// Where the windows of a convolution lie in an image whose padding is already there.

import { intTable, type Table } from '../../ir/op.js';
import { sizeOf, stridesOf } from '../../ir/tensor.js';

/** The geometry of a convolution over one image [...sizes, channels]. */
export type Sliding = {
  sizes: readonly number[];
  channels: number;
  kernel: readonly number[];
  strides: readonly number[];
  dilations: readonly number[];
  pads: readonly number[];
};

/** Sizes with the padding added. */
export const paddedSizes = ({ sizes, pads }: Sliding): number[] =>
  sizes.map((size, axis) => size + pads[axis]! + pads[sizes.length + axis]!);

/** Whether any side is padded. */
export const isPadded = ({ pads }: Sliding): boolean => pads.some((pad) => pad > 0);

/** Whether each result is made of the pixel at its own place. */
export const isPointwise = (sliding: Sliding): boolean =>
  sliding.kernel.every((size) => size === 1) && sliding.strides.every((stride) => stride === 1) && !isPadded(sliding);

/** Byte offset of each window of a result of `output` sizes, row-major. */
export const windowTable = (sliding: Sliding, output: readonly number[]): Table =>
  intTable(sizeOf(output), (target) => fillGrid(target, output, steps(sliding, sliding.strides)));

/** Byte offset of each place of the kernel within a window, row-major. */
export const tapTable = (sliding: Sliding): Table =>
  intTable(sizeOf(sliding.kernel), (target) => fillGrid(target, sliding.kernel, steps(sliding, sliding.dilations)));

/** What `tapTable` holds. */
export const tapOffsets = (sliding: Sliding): Int32Array => {
  const offsets = new Int32Array(sizeOf(sliding.kernel));
  fillGrid(offsets, sliding.kernel, steps(sliding, sliding.dilations));
  return offsets;
};

/**
 * The runs of neighbouring floats in which a window is read: for all channels and no dilation along the last axis, a
 * row of the kernel is one run; otherwise every tap is.
 */
export const fullRuns = (sliding: Sliding): { taps: Int32Array; depth: number } => {
  const last = sliding.kernel.length - 1;
  if (sliding.dilations[last] !== 1 && sliding.kernel[last] !== 1) {
    return { taps: tapOffsets(sliding), depth: sliding.channels };
  }
  const rows = { ...sliding, kernel: sliding.kernel.map((size, axis) => (axis === last ? 1 : size)) };
  return { taps: tapOffsets(rows), depth: sliding.kernel[last]! * sliding.channels };
};

/** Byte distance of neighbouring grid places along each axis, a step being `factors` pixels. */
const steps = (sliding: Sliding, factors: readonly number[]): number[] => {
  const pixels = stridesOf(paddedSizes(sliding));
  return pixels.map((stride, axis) => stride * factors[axis]! * sliding.channels * 4);
};

/** Writes the sum of index * step over the axes for every place of a grid, row-major. */
const fillGrid = (target: Int32Array, sizes: readonly number[], step: readonly number[]): void => {
  target[0] = 0;
  let inner = 1;
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    const size = sizes[axis]!;
    for (let i = 1; i < size; i++) {
      for (let k = 0; k < inner; k++) target[i * inner + k] = target[k]! + i * step[axis]!;
    }
    inner *= size;
  }
};
