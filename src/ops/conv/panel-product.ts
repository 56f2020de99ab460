// Convolutions as products of windows and panels of weights, dense or in blocks.

import type { AddressOf, Lowered, Plan, RowsPlan } from '../../ir/plan.js';
import { sameShape, sizeOf } from '../../ir/tensor.js';
import { channelsOf, type Value } from '../../ir/value.js';
import type { Kernels } from '../../kernels/wasm.js';
import { isRange } from '../shared/permutation.js';
import { blocksOf, type ConvAttrs, type ConvInputs } from './attrs.js';
import { eachImage } from './each-image.js';
import { geometryOf, isPadded, isPointwise, paddedBytes, paddingTable, windowTable } from './geometry.js';
import { bandOf } from './packing.js';
import { packedPanels, panelReads, type PackedPanels, type PanelReads } from './panel-tables.js';
import { runPanels, type PanelRun } from './run-panels.js';

/** A product for an image of known sizes: its panels, and whether any of them stores its outputs individually. */
type Product = PackedPanels & PanelReads & { attrs: ConvAttrs; scattered: boolean };

/** The kernel `conv`, for every convolution that is not depthwise. */
export const lowerToPanels = ({ x, weights, bias }: ConvInputs, attrs: ConvAttrs): Lowered<ConvInputs> => {
  const packed = packedPanels(attrs.kernel, blocksOf(x, bias, attrs), weights.data, bias.data);
  const scattered = !packed.panels.every(({ outputs }) => isRange(outputs));
  const readsOf = keepLast((sizes) => panelReads({ ...geometryOf(x, attrs), sizes }, packed.panels));
  return {
    packed: [packed.weights],
    replaces: [weights, bias],
    plan: (inputs, output) => {
      const geometry = geometryOf(inputs.x, attrs);
      const product = { ...packed, ...readsOf(geometry.sizes), attrs, scattered };
      const { tables = [], ...rest }: Plan = isPointwise(geometry)
        ? { algorithms: ['pointwise'], rows: pointwiseRows(product, inputs, output) }
        : planWindows(product, inputs, output);
      // A residual is added after all panels if some of them store outputs individually: it must not be overwritten.
      const overwrites = scattered ? undefined : inputs.residual;
      return { tables: [product.lists, product.records, ...tables], overwrites, ...rest };
    },
  };
};

/** Keeps the last result: another batch size has images of the same sizes. */
const keepLast = <T>(compute: (sizes: readonly number[]) => T): ((sizes: readonly number[]) => T) => {
  let known: { sizes: readonly number[]; result: T } | undefined;
  return (sizes) => {
    if (!known || !sameShape(known.sizes, sizes)) known = { sizes, result: compute(sizes) };
    return known.result;
  };
};

/**
 * Computes `count` pixels of `y` from `image`; `windows` is 0 if windows are single pixels, `stride` channels apart.
 */
type RunPanels = (image: number, stride: number, windows: number, y: number, residual: number, count: number) => void;

/** Fixes all arguments that do not depend on the pixels; each pixel reads `depth` new floats. */
const bindPanels = (
  { panels, weights, lists, records, attrs, scattered }: Product,
  outputs: number,
  depth: number,
  kernels: Kernels,
  address: AddressOf,
): RunPanels => {
  const [w, list, record, count] = [address(weights), address(lists), address(records), panels.length];
  // Where panels store outputs individually, bands are short enough for the outputs to stay in the fastest cache.
  const band = scattered ? Math.min(bandOf(depth), bandOf(outputs * 4)) : bandOf(depth);
  const { low, high } = attrs;
  // one object for all calls: making one for each takes longer than a small layer
  const run: PanelRun = {
    ...{ weights: w, lists: list, records: record, panels: count, late: scattered, band, outputs, low, high },
    ...{ y: 0, image: 0, channels: 0, windows: 0, residual: 0, pixels: 0 },
  };
  return (image, channels, windows, y, residual, pixels) => {
    run.image = image;
    run.channels = channels;
    run.windows = windows;
    run.y = y;
    run.residual = residual;
    run.pixels = pixels;
    runPanels(kernels, run);
  };
};

/** A pointwise convolution, in bands of rows. */
const pointwiseRows = (product: Product, { x, residual }: ConvInputs, output: Value): RowsPlan => ({
  reads: (first, last) => [first, last],
  bind: (kernels, address) => {
    const [outputs, channels] = [channelsOf(output), channelsOf(x)];
    const run = bindPanels(product, outputs, channels, kernels, address);
    const [rowPixels, imageBytes] = [sizeOf(output.shape.slice(2, -1)), sizeOf(output.shape.slice(1)) * 4];
    const extra = residual && address(residual);
    return (sample, first, last, from, to) => {
      const start = first * rowPixels;
      const added = extra === undefined ? 0 : extra + sample * imageBytes + start * outputs * 4;
      run(from + start * channels * 4, channels, 0, to + start * outputs * 4, added, (last - first) * rowPixels);
    };
  },
});

/** A convolution of windows of a padded copy of the image. */
const planWindows = (product: Product, { x, residual }: ConvInputs, output: Value): Plan => {
  const geometry = geometryOf(x, product.attrs);
  const windows = windowTable(geometry, output.shape.slice(1, -1));
  const padding = paddingTable(geometry);
  const padded = { bytes: isPadded(geometry) ? paddedBytes(geometry) : 0 };
  return {
    algorithms: ['direct'],
    tables: [windows, padding],
    scratch: [padded],
    bind: (kernels, address) => {
      const outputs = channelsOf(output);
      const run = bindPanels(product, outputs, geometry.channels * sizeOf(geometry.strides), kernels, address);
      const [pixels, at] = [sizeOf(output.shape.slice(1, -1)), address(windows)];
      const extra = residual && address(residual);
      return eachImage(kernels, address, { x, output, geometry, padding, padded }, (image, y, sample) =>
        run(image, 0, at, y, extra === undefined ? 0 : extra + sample * pixels * outputs * 4, pixels),
      );
    },
  };
};
