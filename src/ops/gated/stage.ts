// The work of a gated chain's stages for one sample: choose channels, pack their weights, compute rows or whole images.

import { sizeOf } from '../../ir/tensor.js';
import type { Value } from '../../ir/value.js';
import type { Kernels } from '../../kernels/wasm.js';
import { listChosen, listOutputs, type GatedProduct, type ListedPanels, type PanelRange } from './pack.js';
import { bandOf } from '../conv/packing.js';
import { PANEL } from '../conv/panels.js';
import { runDepthwise } from '../conv/run-depthwise.js';
import { runPanels } from '../conv/run-panels.js';
import { packedBytes, type FilterStage, type Layout, type ProductStage, type Stage } from './layout.js';

/**
 * Channels stored contiguously: the addresses of their list and of each channel's index in it, their number, and how
 * many of them a head keeps.
 */
export type Chosen = { list: number; positions: number; count: number; kept: number };

/** Addresses of a stage's constants and tables. */
export type Constants = { bias: number; weights: number; windows: number; taps: number };

/** A chain with all addresses. */
export type Bound = Layout & {
  kernels: Kernels;
  constants: readonly Constants[];
  /** The address of a sample in a value; 0 for a missing value. */
  sampleOf: (value: Value | undefined, sample: number) => number;
};

/**
 * The channels of each stage's output that any head of the next gated stage reads; a depthwise stage reads the channels
 * that it computes. They ascend, except that a stage with one head also computes channels that fill its last panel, at
 * the end.
 */
export const choose = ({ kernels, stages, sampleOf }: Bound, sample: number): Chosen[] => {
  const chosen: Chosen[] = new Array<Chosen>(stages.length - 1);
  for (let i = stages.length - 2; i >= 0; i--) {
    const [stage, next] = [stages[i]!, stages[i + 1]!];
    if (next.kind === 'filter') {
      chosen[i] = chosen[i + 1]!;
      continue;
    }
    const { list, positions } = stage.made!;
    const { channels, heads } = next.sizes;
    const producer = stage.kind === 'filter' ? stages[i - 1]! : stage;
    // A full panel costs no more than a partial one, and with one head any outputs can share a panel.
    const unit = producer.sizes.heads === 1 ? PANEL : 1;
    const kept = kernels.gateUnion(list, positions, sampleOf(next.member.gates, sample), heads, channels, unit);
    chosen[i] = { list, positions, kept, count: Math.min(channels, Math.ceil(kept / unit) * unit) };
  }
  return chosen;
};

/** The panels of a direct product. */
export type BoundPanels = ListedPanels & { product: GatedProduct };

/** Lists the panels of a direct product for a sample; `macs` are those of the whole image. */
export const listPanels = (
  { kernels, constants, banded, sampleOf }: Bound,
  i: number,
  stage: ProductStage,
  sample: number,
  read: Chosen | undefined,
  made: Chosen | undefined,
): BoundPanels => {
  const { sizes, places, member } = stage;
  const { bias, weights, taps } = constants[i]!;
  const product = { kernels, sizes, weights, bias, places, limit: packedBytes(banded) };
  const reads = {
    gates: sampleOf(member.gates, sample),
    stride: read?.count ?? sizes.channels,
    positions: read?.positions ?? 0,
    taps,
  };
  const { ranges, macs } = made ? listChosen(product, reads, made) : listOutputs(product, reads);
  return { product, ranges, macs: macsOf(stage, made, macs) };
};

/** Multiply-accumulates of a whole image; outputs that only fill a panel are not counted, because no head keeps them. */
export const macsOf = ({ pixels }: Stage, made: Chosen | undefined, perPixel: number): number => {
  if (!made) return perPixel * pixels;
  return made.count ? Math.round((perPixel * pixels * made.kept) / made.count) : 0;
};

/**
 * Pixels that panels read and write: the first pixel's addresses in the image, output and residual, and their count.
 */
export type Pixels = { image: number; y: number; residual: number; count: number };

/** Runs ranges of a product's panels, which are packed. */
export const multiply = (
  { kernels }: Bound,
  { sizes, places, windows = 0, geometry, member }: ProductStage,
  ranges: readonly PanelRange[],
  read: Chosen | undefined,
  made: Chosen | undefined,
  { image, y, residual, count: pixels }: Pixels,
): void => {
  const { low, high } = member.attrs;
  const channels = read?.count ?? sizes.channels;
  const outputs = made?.count ?? sizes.outputs;
  const band = bandOf(Math.max(1, channels) * sizeOf(geometry.strides));
  const { panels: weights, lists } = places;
  for (const { records, count: panels } of ranges) {
    const tables = { weights, lists, records, panels };
    runPanels(kernels, { y, outputs, image, channels, windows, ...tables, residual, pixels, band, low, high });
  }
};

/** Copies the weights and the biases of a depthwise stage's channels. */
export const packFilters = (
  { kernels }: Bound,
  { bias, weights }: Constants,
  { filters, sizes: { taps, outputs } }: FilterStage,
  { list, count }: Chosen,
): void => {
  const [lanes, all] = [wholeLanes(count), wholeLanes(outputs)];
  kernels.gatherFilters(filters, weights, list, count, taps, all);
  kernels.gatherFilters(filters + taps * lanes * 4, bias, list, count, 1, all);
};

/** Channels rounded up to whole vectors of 4. */
const wholeLanes = (channels: number): number => Math.ceil(channels / 4) * 4;

/** Rows `first` to `last` - 1 of a depthwise stage; `x` and `y` are the addresses that rows 0 would have. */
export const filterRows = (
  { kernels }: Bound,
  { filters, sizes: { taps }, geometry, member }: FilterStage,
  count: number,
  x: number,
  y: number,
  first: number,
  last: number,
): void => {
  const biases = filters + taps * wholeLanes(count) * 4;
  const columns = member.node.output.shape[2]!;
  runDepthwise(kernels, geometry, member.attrs, { y, x, filters, biases, channels: count, columns, first, last });
};

/** Multiply-accumulates of a depthwise stage; channels that no head keeps are not counted. */
export const filterMacs = ({ sizes, pixels }: Stage, { kept }: Chosen): number => kept * sizes.taps * pixels;
