// Depthwise convolutions: one filter per channel.

import type { Lowered, Plan, RowsPlan, Table } from '../../ir/plan.js';
import { sizeOf } from '../../ir/tensor.js';
import { channelsOf, type Value } from '../../ir/value.js';
import { windowShape } from '../shared/window.js';
import { isDepthwise, type ConvAttrs, type ConvInputs } from './attrs.js';
import { eachImage } from './each-image.js';
import { geometryOf, isPadded, paddedBytes, paddingTable, tapTable, windowTable, type Geometry } from './geometry.js';
import { biasTable, lanesTable } from './packing.js';

/** Where the filters and biases of a layer are. */
type Filters = { filters: Table; biases: Table };

/** Depthwise convolutions, undefined for others; the sizes of the image decide how it is read. */
export const lowerDepthwise = ({ x, weights, bias }: ConvInputs, attrs: ConvAttrs): Lowered<ConvInputs> | undefined => {
  if (!isDepthwise(x, bias, attrs)) return undefined;
  const biases = biasTable(bias.data);
  const filters = lanesTable(weights.data, channelsOf(x), sizeOf(attrs.kernel));
  return {
    packed: [biases, filters],
    replaces: [weights, bias],
    plan: (own, output) => {
      const plan = isFast3x3(geometryOf(own.x, attrs)) ? plan3x3 : planPadded;
      return plan(own.x, output, attrs, { filters, biases });
    },
  };
};

/** 3x3 filters with stride 1 or 2, read from the image without a padded copy. */
const plan3x3 = (x: Value, output: Value, attrs: ConvAttrs, { filters, biases }: Filters): Plan => ({
  algorithms: ['depthwise 3x3'],
  rows: {
    reads: rows3x3(x, attrs),
    bind: (kernels, address) => {
      const { channels, sizes, strides, pads } = geometryOf(x, attrs);
      const [[height, width], [stride], [top, left]] = [sizes, strides, pads] as [number[], number[], number[]];
      const [w, b, columns] = [address(filters), address(biases), output.shape[2]!];
      const { low, high } = attrs;
      return (_, first, last, from, to) =>
        kernels.depthwise3x3(
          to,
          from,
          w,
          b,
          height!,
          width!,
          channels,
          first,
          last,
          columns,
          stride!,
          top!,
          left!,
          low,
          high,
        );
    },
  },
});

/** Filters of any size, read from a padded copy of the image. */
const planPadded = (x: Value, output: Value, attrs: ConvAttrs, { filters, biases }: Filters): Plan => {
  const geometry = geometryOf(x, attrs);
  const windows = windowTable(geometry, output.shape.slice(1, -1));
  const [padding, taps] = [paddingTable(geometry), tapTable(geometry)];
  const padded = { bytes: isPadded(geometry) ? paddedBytes(geometry) : 0 };
  return {
    algorithms: ['depthwise'],
    tables: [windows, padding, taps],
    scratch: [padded],
    bind: (kernels, address) => {
      const [pixels, count] = [sizeOf(output.shape.slice(1, -1)), sizeOf(attrs.kernel)];
      const [at, tapsAt, w, b] = [address(windows), address(taps), address(filters), address(biases)];
      return eachImage(kernels, address, { x, output, geometry, padding, padded }, (image, y) =>
        kernels.depthwise(y, image, at, tapsAt, w, b, pixels, count, geometry.channels, attrs.low, attrs.high),
      );
    },
  };
};

/** Whether the kernel `depthwise3x3` can run it: at most one column outside the image on either side. */
export const isFast3x3 = (geometry: Geometry): boolean => {
  const { sizes, kernel, strides, dilations, pads } = geometry;
  const stride = strides[0]!;
  if (sizes.length !== 2 || !kernel.every((size) => size === 3) || !dilations.every((d) => d === 1)) return false;
  if ((stride !== 1 && stride !== 2) || strides[1] !== stride || pads[1]! > 1) return false;
  const [, columns] = windowShape(sizes, kernel, strides, dilations, pads, false);
  const lastColumn = (columns! - 1) * stride - pads[1]! + 2;
  return lastColumn <= sizes[1]! && sizes[1]! >= 2;
};

/** The rows of `x` that rows of a 3x3 convolution's output read. */
export const rows3x3 = (x: Value, { strides, pads }: Pick<ConvAttrs, 'strides' | 'pads'>): RowsPlan['reads'] => {
  const [stride, top, height] = [strides[0]!, pads[0]!, x.shape[1]!];
  return (first, last) => [Math.max(0, first * stride - top), Math.min(height, (last - 1) * stride - top + 3)];
};
