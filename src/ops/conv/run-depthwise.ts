// The kernel `depthwiseRows` with named arguments.

import type { RowsRead } from '../../ir/plan.js';
import type { Kernels } from '../../kernels/wasm.js';
import type { ConvAttrs } from './attrs.js';
import type { Geometry } from './geometry.js';

/** Rows of a depthwise convolution; everything that is an address is in bytes. */
export type DepthwiseRun = {
  /** Where row 0 of the output and of the image are or would be, and how many channels their pixels have. */
  y: number;
  x: number;
  channels: number;
  /** Where the filters [channels / 4][height][width][4] and the biases are. */
  filters: number;
  biases: number;
  /** Columns of the output. */
  columns: number;
  /** The rows of the output, [first, last). */
  first: number;
  last: number;
};

/** Whether `depthwiseRows` can run a depthwise convolution: of images, without dilation. */
export const hasRows = ({ kernel, dilations }: Pick<ConvAttrs, 'kernel' | 'dilations'>): boolean =>
  kernel.length === 2 && dilations.every((step) => step === 1);

/** Runs `depthwiseRows`; see assembly/conv/depthwise-rows.ts. */
export const runDepthwise = (
  kernels: Kernels,
  { sizes, kernel, strides, pads }: Geometry,
  { low, high }: Pick<ConvAttrs, 'low' | 'high'>,
  run: DepthwiseRun,
): void =>
  kernels.depthwiseRows(
    run.y,
    run.x,
    run.filters,
    run.biases,
    sizes[0]!,
    sizes[1]!,
    run.channels,
    run.first,
    run.last,
    run.columns,
    kernel[0]!,
    kernel[1]!,
    strides[0]!,
    strides[1]!,
    pads[0]!,
    pads[1]!,
    low,
    high,
  );

/** The rows of the image that rows of a depthwise convolution's output read. */
export const rowsRead = ({ sizes, kernel, strides, pads }: Geometry): RowsRead => {
  const [height, size, stride, top] = [sizes[0]!, kernel[0]!, strides[0]!, pads[0]!];
  const inside = (row: number) => Math.min(height, Math.max(0, row));
  return (first, last) => [inside(first * stride - top), inside((last - 1) * stride - top + size)];
};
