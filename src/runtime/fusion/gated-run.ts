// How a gated chain runs: for each sample the channels that any head keeps, then layer after layer for them alone.

import type { AddressOf, Clock, Step } from '../../ir/plan.js';
import { sizeOf } from '../../ir/tensor.js';
import type { Value } from '../../ir/value.js';
import type { Kernels } from '../../kernels/wasm.js';
import { rows3x3 } from '../../ops/conv/depthwise.js';
import { packChosen, packOutputs, type RunPacked } from '../../ops/conv/gated-panels.js';
import { bandOf } from '../../ops/conv/packing.js';
import { PANEL } from '../../ops/conv/panels.js';
import { bytesOf } from '../lifetimes.js';
import type { MemberTables, PackedMember } from './gated-member.js';
import { packedBytes, type FilterStage, type Layout, type ProductStage, type Stage } from './gated-layout.js';
import { advance, rowZero, type Window } from './row-bands.js';

/**
 * Channels that lie next to each other: the addresses of their list and of each channel's place in it, how many they are, and
 * how many of them are kept by a head.
 */
type Chosen = { list: number; positions: number; count: number; kept: number };

/** Addresses of a stage's constants and tables. */
type Constants = { bias: number; weights: number; windows: number; taps: number };

/** A chain with all addresses. */
type Bound = Layout & {
  kernels: Kernels;
  constants: readonly Constants[];
  /** Where a sample's part of a value begins; 0 for a value that is not there. */
  sampleOf: (value: Value | undefined, sample: number) => number;
};

/** Binds a chain. */
export const bindStages = (
  layout: Layout,
  packed: readonly PackedMember[],
  tables: readonly MemberTables[],
  kernels: Kernels,
  address: AddressOf,
): Step => {
  const samples = layout.stages[0]!.member.x.shape[0]!;
  const bound: Bound = {
    ...layout,
    kernels,
    constants: packed.map(({ bias, weights }, i) => ({
      bias: address(bias),
      weights: address(weights),
      windows: address(tables[i]!.windows),
      taps: address(tables[i]!.taps),
    })),
    sampleOf: (value, sample) => (value ? address(value) + (sample * bytesOf(value)) / samples : 0),
  };
  const runSample = bound.banded ? bandedSample : wholeSample;
  return (clock) => {
    for (let sample = 0; sample < samples; sample++) runSample(bound, sample, choose(bound, sample), clock);
  };
};

/**
 * The channels of each stage's output that any head of the next gated stage reads; a depthwise stage reads those that it
 * makes. They ascend, except that a stage of one head also makes channels that fill its last panel; these follow at the end.
 */
const choose = ({ kernels, stages, sampleOf }: Bound, sample: number): Chosen[] => {
  const chosen: Chosen[] = new Array<Chosen>(stages.length - 1);
  for (let i = stages.length - 2; i >= 0; i--) {
    const [stage, next] = [stages[i]!, stages[i + 1]!];
    if (next.kind === 'filter') {
      chosen[i] = chosen[i + 1]!;
      continue;
    }
    const { list, positions } = stage.made!;
    const { channels, heads } = next.sizes;
    const maker = stage.kind === 'filter' ? stages[i - 1]! : stage;
    // A full panel costs no more than one that is not, and with one head any outputs can share it.
    const unit = maker.sizes.heads === 1 ? PANEL : 1;
    const kept = kernels.gateUnion(list, positions, sampleOf(next.member.gates, sample), heads, channels, unit);
    chosen[i] = { list, positions, kept, count: Math.min(channels, Math.ceil(kept / unit) * unit) };
  }
  return chosen;
};

/** Packs and runs a product; gives its multiply-accumulates in the whole image. */
const pack = (
  bound: Bound,
  i: number,
  stage: ProductStage,
  sample: number,
  chosen: readonly Chosen[],
  run: RunPacked,
): number => {
  const { kernels, constants, banded, sampleOf } = bound;
  const { sizes, places, pixels, member } = stage;
  const { bias, weights, taps } = constants[i]!;
  const [read, made] = [chosen[i - 1], chosen[i]];
  const product = { kernels, sizes, weights, bias, places, limit: packedBytes(banded) };
  const reads = {
    gates: sampleOf(member.gates, sample),
    stride: read?.count ?? sizes.channels,
    positions: read?.positions ?? 0,
    taps,
  };
  if (!made) return packOutputs(product, reads, run) * pixels;
  const macs = packChosen(product, reads, made, run);
  // Outputs that only fill a panel are not counted: no head keeps them.
  return made.count ? Math.round((macs * pixels * made.kept) / made.count) : 0;
};

/** What packed panels read and write: addresses of the first pixel of the image, output and residual, and a number of pixels. */
type Pixels = { image: number; y: number; residual: number; count: number };

/** Runs a product's packed panels. */
const multiply = (
  { kernels }: Bound,
  { sizes, places, windows = 0, geometry, member }: ProductStage,
  panels: number,
  read: Chosen | undefined,
  made: Chosen | undefined,
  { image, y, residual, count }: Pixels,
): void => {
  const { low, high } = member.attrs;
  const stride = read?.count ?? sizes.channels;
  const band = bandOf(Math.max(1, stride) * sizeOf(geometry.strides));
  const columns = made?.count ?? sizes.outputs;
  const { panels: weights, lists, records } = places;
  kernels.conv(
    y,
    columns,
    image,
    stride,
    windows,
    weights,
    lists,
    records,
    panels,
    residual,
    0,
    count,
    band,
    low,
    high,
  );
};

/** Copies the weights and the biases of a depthwise stage's channels. */
const packFilters = (
  { kernels }: Bound,
  { bias, weights }: Constants,
  { filters, sizes: { taps, outputs } }: FilterStage,
  { list, count }: Chosen,
): void => {
  const [lanes, all] = [wholeLanes(count), wholeLanes(outputs)];
  kernels.gatherColumns(filters, weights, list, count, taps, all, lanes);
  kernels.gatherColumns(filters + taps * lanes * 4, bias, list, count, 1, all, lanes);
};

/** Channels rounded up to whole vectors of 4. */
const wholeLanes = (channels: number): number => Math.ceil(channels / 4) * 4;

/** Rows `first` to `last` - 1 of a depthwise stage; `x` and `y` are where rows 0 would be. */
const filterRows = (
  { kernels }: Bound,
  { filters, sizes: { taps }, geometry, member }: FilterStage,
  count: number,
  x: number,
  y: number,
  first: number,
  last: number,
): void => {
  const [[height, width], [stride], [top, left]] = [geometry.sizes, geometry.strides, geometry.pads] as [
    number[],
    number[],
    number[],
  ];
  const { low, high } = member.attrs;
  const [bias, columns] = [filters + taps * wholeLanes(count) * 4, member.node.output.shape[2]!];
  kernels.depthwise3x3(
    y,
    x,
    filters,
    bias,
    height!,
    width!,
    count,
    first,
    last,
    columns,
    stride!,
    top!,
    left!,
    low,
    high,
  );
};

/** Runs a sample layer by layer. */
const wholeSample = (bound: Bound, sample: number, chosen: readonly Chosen[], clock?: Clock): void => {
  const { stages, constants, sampleOf } = bound;
  stages.forEach((stage, i) => {
    const x = i ? stages[i - 1]!.made!.values : sampleOf(stage.member.x, sample);
    const y = stage.made?.values ?? sampleOf(stage.member.node.output, sample);
    const [read, made] = [chosen[i - 1], chosen[i]];
    if (stage.kind === 'filter') {
      packFilters(bound, constants[i]!, stage, made!);
      filterRows(bound, stage, made!.count, x, y, 0, stage.member.node.output.shape[1]!);
      clock?.(i, filterMacs(stage, made!));
      return;
    }
    const image = prepareImage(bound, constants[i]!, stage, read?.count ?? stage.sizes.channels, x);
    const pixels = { image, y, residual: sampleOf(stage.member.residual, sample), count: stage.pixels };
    const macs = pack(bound, i, stage, sample, chosen, (panels) => multiply(bound, stage, panels, read, made, pixels));
    clock?.(i, macs);
  });
};

const filterMacs = ({ sizes, pixels }: Stage, { kept }: Chosen): number => kept * sizes.taps * pixels;

/** Pads an image of `channels` for a product where that needs it, and finds its windows; gives where the image lies. */
const prepareImage = (
  { kernels }: Bound,
  constants: Constants,
  { geometry, padded, windows, pixels }: ProductStage,
  channels: number,
  x: number,
): number => {
  if (windows !== undefined) kernels.scaleOffsets(windows, constants.windows, pixels, channels);
  if (padded === undefined) return x;
  const [[height, width], [top, left, bottom, right]] = [geometry.sizes, geometry.pads] as [number[], number[]];
  if (channels) kernels.padImage(padded, x, height!, width!, channels, top!, left!, bottom!, right!);
  return padded;
};

/** Runs a pointwise layer, a depthwise one and a gated pointwise one in bands of rows. */
const bandedSample = (bound: Bound, sample: number, chosen: readonly Chosen[], clock?: Clock): void => {
  const { kernels, stages, constants, rows, sampleOf } = bound;
  const [expand, filter, project] = stages as [ProductStage, FilterStage, ProductStage];
  const [used] = chosen as [Chosen];
  let [expandPanels, projectPanels] = [0, 0];
  const expandMacs = pack(bound, 0, expand, sample, chosen, (panels) => (expandPanels = panels));
  const projectMacs = pack(bound, 2, project, sample, chosen, (panels) => (projectPanels = panels));
  packFilters(bound, constants[1]!, filter, used);
  const [total, columns, outputs] = project.member.node.output.shape.slice(1) as [number, number, number];
  const expandColumns = expand.member.node.output.shape[2]!;
  const window: Window = {
    address: expand.made!.values,
    rowBytes: expandColumns * used.count * 4,
    reads: rows3x3(filter.member.x, filter.member.attrs),
    from: 0,
    to: 0,
  };
  const x = sampleOf(expand.member.x, sample);
  const [y, residual] = [sampleOf(project.member.node.output, sample), sampleOf(project.member.residual, sample)];
  const makeRows = (first: number, last: number) =>
    multiply(bound, expand, expandPanels, undefined, used, {
      image: x + first * expandColumns * expand.sizes.channels * 4,
      y: rowZero(window) + first * window.rowBytes,
      residual: 0,
      count: (last - first) * expandColumns,
    });
  for (let first = 0; first < total; first += rows) {
    const last = Math.min(total, first + rows);
    advance(window, window.reads(first, last), makeRows, kernels);
    clock?.(0);
    const filtered = filter.made!.values - first * columns * used.count * 4;
    filterRows(bound, filter, used.count, rowZero(window), filtered, first, last);
    clock?.(1);
    const offset = first * columns * outputs * 4;
    multiply(bound, project, projectPanels, used, undefined, {
      image: filter.made!.values,
      y: y + offset,
      residual: residual && residual + offset,
      count: (last - first) * columns,
    });
    clock?.(2);
  }
  [expandMacs, filterMacs(filter, used), projectMacs].forEach((macs, i) => clock?.(i, macs));
};
