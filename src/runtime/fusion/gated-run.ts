// How a gated chain runs: for each sample the channels that any head keeps, then layer after layer for them alone.

import { bytesOf } from '../lifetimes.js';
import { advance, type Between } from './row-bands.js';
import { layoutStages, packedBytes, type Layout, type Stage } from './gated-layout.js';
import type { Node } from '../../ir/graph.js';
import type { Binding, Clock, Step } from '../../ir/op.js';
import { convRows } from '../../ops/conv/bind.js';
import type { ConvAttrs } from '../../ops/conv/blocks.js';
import { packSample } from '../../ops/conv/gated-product.js';
import { bandOf } from '../../ops/conv/packing.js';
import { PANEL } from '../../ops/conv/panels.js';
import { sizeOf } from '../../ir/tensor.js';
import type { Kernels } from '../../kernels/wasm.js';

/** Channels that lie together: their list and each channel's place in it, as addresses, how many they are and how many are kept. */
type Chosen = { list: number; positions: number; count: number; kept: number };

/** Addresses of a stage's constants: bias and weights, places of windows and of taps in pixels of one float. */
type Constants = { bias: number; weights: number; windows: number; taps: number };

/** A chain with all addresses. */
type Bound = Layout & {
  kernels: Kernels;
  constants: readonly Constants[];
  /** Where a sample's part of member i's input begins; 0 if there is no such input. */
  addressOf: (i: number, input: number, sample: number) => number;
  outputOf: (sample: number) => number;
};

/** Places of x, gates and residual among a member's inputs. */
const X = 0,
  GATES = 3,
  RESIDUAL = 4;

/** Binds a chain; `inputPlaces` says where each member's inputs stand among the chain's. */
export const bindStages = (
  binding: Binding<unknown>,
  members: readonly Node[],
  inputPlaces: readonly (readonly number[])[],
): Step => {
  const { kernels, inputs, output, weights, tables, scratch } = binding;
  const samples = output.shape[0]!;
  const bound: Bound = {
    ...layoutStages(members, scratch),
    kernels,
    constants: members.map((_, i) => ({
      bias: weights[2 * i]!,
      weights: weights[2 * i + 1]!,
      windows: tables[2 * i]!,
      taps: tables[2 * i + 1]!,
    })),
    addressOf: (i, input, sample) => {
      const value = inputs[inputPlaces[i]![input] ?? -1];
      return value ? value.address + (sample * bytesOf(value)) / samples : 0;
    },
    outputOf: (sample) => output.address + (sample * bytesOf(output)) / samples,
  };
  const runSample = bound.banded ? bandedSample : wholeSample;
  return (clock?: Clock) => {
    for (let sample = 0; sample < samples; sample++) runSample(bound, sample, choose(bound, sample), clock);
  };
};

/**
 * The channels that any head of the next gated stage reads; those of a depthwise stage are its input's as well. They ascend,
 * but if the stage that makes them has one head, others that fill the last panel follow out of order.
 */
const choose = ({ kernels, stages, addressOf }: Bound, sample: number): Chosen[] => {
  const chosen: Chosen[] = new Array<Chosen>(stages.length - 1);
  for (let i = stages.length - 2; i >= 0; i--) {
    const { list, positions, filter } = stages[i]!;
    if (stages[i + 1]!.filter) {
      chosen[i] = chosen[i + 1]!;
      continue;
    }
    const { channels, heads } = stages[i + 1]!.sizes;
    const unit = stages[filter ? i - 1 : i]!.sizes.heads === 1 ? PANEL : 1; // full panels cost nothing more
    const kept = kernels.gateUnion(list, positions, addressOf(i + 1, GATES, sample), heads, channels, unit);
    chosen[i] = { list, positions, kept, count: Math.min(channels, Math.ceil(kept / unit) * unit) };
  }
  return chosen;
};

/** Packs a product's weights; gives its multiply-accumulates in the whole image. */
const pack = (
  bound: Bound,
  i: number,
  sample: number,
  chosen: readonly Chosen[],
  flush: (panels: number) => void,
): number => {
  const { kernels, stages, constants, banded, addressOf } = bound;
  const { sizes, places, pixels } = stages[i]!;
  const { bias, weights, taps } = constants[i]!;
  const [read, made] = [chosen[i - 1], chosen[i]];
  const macs = packSample(
    { kernels, sizes, weights, bias, places, limit: packedBytes(banded) },
    {
      gates: addressOf(i, GATES, sample),
      stride: read?.count ?? sizes.channels,
      positions: read?.positions ?? 0,
      taps,
      chosen: made?.list ?? 0,
      count: made?.count ?? 0,
    },
    flush,
  );
  return made && made.count ? Math.round((macs * pixels * made.kept) / made.count) : macs * pixels;
};

/** Runs a product's packed panels: `count` pixels from `image` to `y`. */
const multiply = (
  { kernels, stages }: Bound,
  i: number,
  panels: number,
  chosen: readonly Chosen[],
  image: number,
  y: number,
  residual: number,
  count: number,
) => {
  const { sliding, sizes, places, windows, node } = stages[i]!;
  const { low, high } = node.attrs as ConvAttrs;
  const stride = chosen[i - 1]?.count ?? sizes.channels;
  const band = bandOf(Math.max(1, stride) * sizeOf(sliding.strides));
  const yStride = chosen[i]?.count ?? sizes.outputs;
  kernels.conv(
    y,
    yStride,
    image,
    stride,
    windows,
    places.panels,
    places.lists,
    places.records,
    panels,
    residual,
    0,
    count,
    band,
    low,
    high,
  );
};

/** Copies the weights and the bias of a depthwise stage's channels. */
const packFilters = ({ kernels, stages, constants }: Bound, i: number, { list, count }: Chosen) => {
  const {
    filters,
    sizes: { taps, outputs },
  } = stages[i]!;
  const { bias, weights } = constants[i]!;
  const [lanes, all] = [Math.ceil(count / 4) * 4, Math.ceil(outputs / 4) * 4];
  kernels.gatherColumns(filters, weights, list, count, taps, all, lanes);
  kernels.gatherColumns(filters + taps * lanes * 4, bias, list, count, 1, all, lanes);
};

/** Rows `first` to `last` - 1 of a depthwise stage; `x` and `y` are where rows 0 would be. */
const filterRows = (
  { kernels, stages }: Bound,
  i: number,
  { count }: Chosen,
  x: number,
  y: number,
  first: number,
  last: number,
) => {
  const {
    filters,
    sizes: { taps },
    sliding: {
      sizes: [height, width],
    },
    node,
  } = stages[i]!;
  const { strides, pads, low, high } = node.attrs as ConvAttrs;
  const bias = filters + taps * Math.ceil(count / 4) * 16;
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
    node.output.shape[2]!,
    strides[0]!,
    pads[0]!,
    pads[1]!,
    low,
    high,
  );
};

/** Runs a sample layer by layer. */
const wholeSample = (bound: Bound, sample: number, chosen: readonly Chosen[], clock?: Clock) => {
  bound.stages.forEach((stage, i) => {
    const x = i ? bound.stages[i - 1]!.made : bound.addressOf(0, X, sample);
    const y = stage.made || bound.outputOf(sample);
    if (stage.filter) {
      packFilters(bound, i, chosen[i]!);
      filterRows(bound, i, chosen[i]!, x, y, 0, stage.node.output.shape[1]!);
      clock?.(i, chosen[i]!.kept * stage.sizes.taps * stage.pixels);
      return;
    }
    const image = prepareImage(bound, i, chosen[i - 1]?.count ?? stage.sizes.channels, x);
    const residual = bound.addressOf(i, RESIDUAL, sample);
    const macs = pack(bound, i, sample, chosen, (panels) =>
      multiply(bound, i, panels, chosen, image, y, residual, stage.pixels),
    );
    clock?.(i, macs);
  });
};

/** Pads an image of `channels` for a product where that needs it, and finds its windows; gives where the image lies. */
const prepareImage = ({ kernels, stages, constants }: Bound, i: number, channels: number, x: number): number => {
  const { sliding, padded, windows, pixels } = stages[i]!;
  if (windows) kernels.scaleOffsets(windows, constants[i]!.windows, pixels, channels);
  if (!padded) return x;
  const [[height, width], [top, left, bottom, right]] = [sliding.sizes, sliding.pads] as [number[], number[]];
  if (channels) kernels.padImage(padded, x, height!, width!, channels, top!, left!, bottom!, right!);
  return padded;
};

/** Runs a pointwise layer, a depthwise one and a gated pointwise one in bands of rows. */
const bandedSample = (bound: Bound, sample: number, chosen: readonly Chosen[], clock?: Clock) => {
  const { kernels, stages, rows, addressOf } = bound;
  const [expand, filter, project] = stages as [Stage, Stage, Stage];
  const [used] = chosen as [Chosen];
  let [expandPanels, projectPanels] = [0, 0];
  const expandMacs = pack(bound, 0, sample, chosen, (panels) => (expandPanels = panels));
  const projectMacs = pack(bound, 2, sample, chosen, (panels) => (projectPanels = panels));
  packFilters(bound, 1, used);
  const [total, columns, outputs] = project.node.output.shape.slice(1) as [number, number, number];
  const between: Between = {
    address: expand.made,
    rowBytes: expand.node.output.shape[2]! * used.count * 4,
    reads: convRows(filter.node.inputs, filter.node.output, filter.node.attrs as ConvAttrs)!,
    from: 0,
    to: 0,
  };
  const [x, y, residual] = [addressOf(0, X, sample), bound.outputOf(sample), addressOf(2, RESIDUAL, sample)];
  const makeRows = (first: number, last: number) => {
    const pixels = expand.node.output.shape[2]!;
    const image = x + first * pixels * expand.sizes.channels * 4;
    multiply(
      bound,
      0,
      expandPanels,
      chosen,
      image,
      between.address + (first - between.from) * between.rowBytes,
      0,
      (last - first) * pixels,
    );
  };
  for (let first = 0; first < total; first += rows) {
    const last = Math.min(total, first + rows);
    advance(between, between.reads(first, last), makeRows, kernels.move);
    clock?.(0);
    const filtered = filter.made - first * columns * used.count * 4;
    filterRows(bound, 1, used, between.address - between.from * between.rowBytes, filtered, first, last);
    clock?.(1);
    const place = first * columns * outputs * 4;
    multiply(
      bound,
      2,
      projectPanels,
      chosen,
      filter.made,
      y + place,
      residual && residual + place,
      (last - first) * columns,
    );
    clock?.(2);
  }
  [expandMacs, used.kept * filter.sizes.taps * filter.pixels, projectMacs].forEach((macs, i) => clock?.(i, macs));
};
