// The geometry of a convolution: offsets of windows and taps.

import { intTable, listTable, type Table } from '../../ir/plan.js';
import { sizeOf, stridesOf } from '../../ir/tensor.js';
import { channelsOf, type Value } from '../../ir/value.js';
import { evenPlaces, remapTable, type Places } from '../shared/remap.js';
import { spatialOf } from '../shared/window.js';
import type { ConvAttrs } from './attrs.js';

/** The geometry of a convolution over one image [...sizes, channels]; `pads` are all begins, then all ends. */
export type Geometry = {
  sizes: readonly number[];
  channels: number;
  kernel: readonly number[];
  strides: readonly number[];
  dilations: readonly number[];
  pads: readonly number[];
};

/** The geometry of a convolution of x [N, ...sizes, channels]. */
export const geometryOf = (
  x: Value,
  { kernel, strides, dilations, pads }: Pick<ConvAttrs, 'kernel' | 'strides' | 'dilations' | 'pads'>,
): Geometry => ({ sizes: spatialOf(x.shape), channels: channelsOf(x), kernel, strides, dilations, pads });

/** Sizes with the padding added. */
export const paddedSizes = ({ sizes, pads }: Geometry): number[] =>
  sizes.map((size, axis) => size + pads[axis]! + pads[sizes.length + axis]!);

/** Bytes of the padded image. */
export const paddedBytes = (geometry: Geometry): number => sizeOf(paddedSizes(geometry)) * geometry.channels * 4;

/** Whether any side is padded. */
export const isPadded = ({ pads }: Geometry): boolean => pads.some((pad) => pad > 0);

/** Whether each output pixel reads only the input pixel at its own position. */
export const isPointwise = (geometry: Geometry): boolean =>
  geometry.kernel.every((size) => size === 1) &&
  geometry.strides.every((stride) => stride === 1) &&
  !isPadded(geometry);

/** Byte offset of each window of a result of `output` sizes in the padded image, row-major. */
export const windowTable = (geometry: Geometry, output: readonly number[]): Table =>
  intTable(sizeOf(output), (target) => fillGrid(target, output, steps(geometry, geometry.strides)));

/** Byte offset of each tap of the kernel within a window, row-major. */
export const tapTable = (geometry: Geometry): Table =>
  intTable(sizeOf(geometry.kernel), (target) => fillGrid(target, geometry.kernel, steps(geometry, geometry.dilations)));

/** The contents of `tapTable`. */
export const tapOffsets = (geometry: Geometry): Int32Array => {
  const offsets = new Int32Array(sizeOf(geometry.kernel));
  fillGrid(offsets, geometry.kernel, steps(geometry, geometry.dilations));
  return offsets;
};

/**
 * The contiguous runs of floats in a window: without dilation along the last axis, a row of the kernel is one run;
 * otherwise every tap is one.
 */
export const fullRuns = (geometry: Geometry): { taps: Int32Array; depth: number } => {
  const last = geometry.kernel.length - 1;
  if (geometry.dilations[last] !== 1 && geometry.kernel[last] !== 1) {
    return { taps: tapOffsets(geometry), depth: geometry.channels };
  }
  const rows = { ...geometry, kernel: geometry.kernel.map((size, axis) => (axis === last ? 1 : size)) };
  return { taps: tapOffsets(rows), depth: geometry.kernel[last]! * geometry.channels };
};

/** The table of the kernel `remap` that copies an image and adds padding; empty if there is no padding. */
export const paddingTable = (geometry: Geometry): Table =>
  isPadded(geometry) ? remapTable(paddedPlaces(geometry)) : listTable([]);

const paddedPlaces = (geometry: Geometry): Places[] => {
  const { sizes, channels, pads } = geometry;
  const spatial = paddedSizes(geometry).map((count, axis): Places => {
    const stride = sizeOf(sizes.slice(axis + 1)) * channels;
    if (count === sizes[axis]) return evenPlaces(count, 0, stride);
    const at = (i: number) => {
      const from = i - pads[axis]!;
      return from >= 0 && from < sizes[axis]! ? from * stride : -1;
    };
    return { count, at };
  });
  return [...spatial, evenPlaces(channels)];
};

/** Byte strides of a grid whose steps are `factors` pixels. */
const steps = (geometry: Geometry, factors: readonly number[]): number[] => {
  const pixels = stridesOf(paddedSizes(geometry));
  return pixels.map((stride, axis) => stride * factors[axis]! * geometry.channels * 4);
};

/** Writes for every point of a grid, row-major, the sum of index * step over the axes. */
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
