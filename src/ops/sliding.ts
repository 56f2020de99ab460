// Where the windows of a convolution lie in an image whose padding is already there.

import { stridesOf } from '../tensor.js';

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
export const windowOffsets = (sliding: Sliding, output: readonly number[]): Int32Array =>
  gridOffsets(output, steps(sliding, sliding.strides));

/** Byte offset of each place of the kernel within a window, row-major. */
export const tapOffsets = (sliding: Sliding): Int32Array =>
  gridOffsets(sliding.kernel, steps(sliding, sliding.dilations));

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

const gridOffsets = (sizes: readonly number[], step: readonly number[]): Int32Array => {
  let offsets = Int32Array.of(0);
  sizes.forEach((size, axis) => {
    const next = new Int32Array(offsets.length * size);
    offsets.forEach((offset, index) => {
      for (let i = 0; i < size; i++) next[index * size + i] = offset + i * step[axis]!;
    });
    offsets = next;
  });
  return offsets;
};
