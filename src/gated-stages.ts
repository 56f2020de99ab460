// The stages of a gated chain: for each sample the channels that any head keeps, then layer after layer for them alone.

import { bytesOf } from './buffers.js';
import type { Node } from './graph.js';
import type { Binding, Clock, Placed, Step } from './op.js';
import { convRows, slidingOf } from './ops/conv-bind.js';
import { isDepthwise, type ConvAttrs } from './ops/conv-blocks.js';
import { gatedSizes } from './ops/gated-conv.js';
import { CACHED_BYTES, gatedPlaces, packSample, type GatedPlaces, type GatedSizes } from './ops/gated-product.js';
import { bandOf } from './ops/packing.js';
import { PANEL } from './ops/panels.js';
import { isPadded, isPointwise, paddedSizes, type Sliding } from './ops/sliding.js';
import { sizeOf } from './tensor.js';
import type { Kernels } from './wasm.js';

/** Bytes that the bands between the layers should take together, if the layers can run in bands of rows. */
const BAND_BYTES = 512 * 1024;

/** Channels that lie together: their list and each channel's place, as addresses, how many they are and how many are kept. */
type Chosen = { list: number; positions: number; count: number; kept: number };

/** A layer with the places of what it needs in scratch memory. */
type Stage = {
  node: Node;
  sliding: Sliding;
  sizes: GatedSizes;
  filter: boolean;
  pixels: number;
  /** Of products. */
  places: GatedPlaces;
  padded: number;
  windows: number;
  /** Of depthwise filters: weights and bias of the channels. */
  filters: number;
  /** What the stage makes, and lists of its channels; of all but the last stage. */
  made: number;
  list: number;
  positions: number;
};

/** Stages in `bytes` of scratch memory from `start` on; `rows` of the last output at a time, all of them unless it is a band. */
type Layout = { stages: Stage[]; rows: number; bytes: number };

/** Lays out the stages of a chain. */
export const layoutStages = (members: readonly Node[], start: number): Layout => {
  const rows = bandRows(members);
  const banded = rows < members.at(-1)!.output.shape[1]!;
  let end = start;
  const take = (bytes: number): number => {
    const place = end;
    end += Math.ceil(bytes / 64) * 64;
    return place;
  };
  const stages = members.map((node, i): Stage => {
    const { inputs, output } = node;
    const attrs = node.attrs as ConvAttrs;
    const sliding = slidingOf(inputs[0]!, attrs);
    const filter = isFilter(node);
    const channels = output.shape.at(-1)!;
    const sizes = gatedSizes(inputs, attrs);
    const places = gatedPlaces(sizes, end, filter ? 0 : banded ? Infinity : CACHED_BYTES);
    if (!filter) take(places.bytes - end);
    const [own, isLast] = [filter || isPointwise(sliding), i === members.length - 1];
    const pixels = sizeOf(output.shape.slice(1, -1));
    const size = banded && !isLast ? mostRows(members, i, rows) * output.shape[2]! * channels * 4 : pixels * channels * 4;
    return {
      node, sliding, sizes, filter, pixels, places,
      padded: !filter && isPadded(sliding) ? take(sizeOf(paddedSizes(sliding)) * sliding.channels * 4 + 64) : 0,
      windows: own ? 0 : take(pixels * 4),
      filters: filter ? take((sizes.taps + 1) * (channels + 4) * 4) : 0,
      made: isLast ? 0 : take(size + 64),
      list: isLast ? 0 : take((channels + 1) * 4),
      positions: isLast ? 0 : take(channels * 4),
    };
  });
  return { stages, rows, bytes: end };
};

const isFilter = ({ inputs: [x, , bias, gates], attrs }: Node): boolean => !gates && isDepthwise(x!, bias!, attrs as ConvAttrs);

/** Rows of the last output in a band; all where the chain is no pointwise layer, depthwise one and gated pointwise one. */
const bandRows = (members: readonly Node[]): number => {
  const [first, middle, last] = members;
  const total = members.at(-1)!.output.shape[1]!;
  const pointwise = (node: Node) => isPointwise(slidingOf(node.inputs[0]!, node.attrs as ConvAttrs));
  if (members.length !== 3 || !isFilter(middle!) || !pointwise(first!) || !pointwise(last!)) return total;
  const bytes = (i: number, count: number) => mostRows(members, i, count) * sizeOf(members[i]!.output.shape.slice(2)) * 4;
  let rows = total;
  while (rows > 1 && bytes(0, rows) + bytes(1, rows) > BAND_BYTES) rows--;
  return rows;
};

/** Most rows of what member i makes that `rows` rows of the chain's output need. */
const mostRows = (members: readonly Node[], i: number, rows: number): number => {
  if (i > 0) return Math.min(rows, members[i]!.output.shape[1]!);
  return Math.min(members[0]!.output.shape[1]!, (rows - 1) * (members[1]!.attrs as ConvAttrs).strides[0]! + 3);
};

/** A chain with the addresses of everything: of member i's inputs for a sample (0: none), of weights and tables by member. */
type Bound = Layout & {
  kernels: Kernels;
  weights: readonly number[];
  tables: readonly number[];
  output: Placed;
  samples: number;
  limit: number;
  addressOf: (i: number, input: number, sample: number) => number;
};

/** Binds a chain; `inputPlaces` says where each member's inputs stand among the chain's. */
export const bindStages = (binding: Binding<unknown>, members: readonly Node[], inputPlaces: readonly (readonly number[])[]): Step => {
  const { kernels, inputs, output, weights, tables, scratch } = binding;
  const layout = layoutStages(members, scratch);
  const samples = output.shape[0]!;
  const banded = layout.rows < output.shape[1]!;
  const addressOf = (i: number, input: number, sample: number): number => {
    const value = inputs[inputPlaces[i]![input] ?? -1];
    return value ? value.address + (sample * bytesOf(value)) / samples : 0;
  };
  const bound: Bound = { ...layout, kernels, weights, tables, output, samples, limit: banded ? Infinity : CACHED_BYTES, addressOf };
  const runSample = banded ? bandedSample : wholeSample;
  return (clock?: Clock) => {
    for (let sample = 0; sample < samples; sample++) runSample(bound, sample, choose(bound, sample), clock);
  };
};

/** The channels that any head of the next gated stage reads; those of a depthwise stage are its input's as well. */
const choose = ({ kernels, stages, addressOf }: Bound, sample: number): Chosen[] => {
  const chosen: Chosen[] = new Array<Chosen>(stages.length - 1);
  for (let i = stages.length - 2; i >= 0; i--) {
    const { list, positions, filter } = stages[i]!;
    if (stages[i + 1]!.filter) {
      chosen[i] = chosen[i + 1]!;
      continue;
    }
    const { channels, heads: readers } = stages[i + 1]!.sizes;
    const unit = stages[filter ? i - 1 : i]!.sizes.heads === 1 ? PANEL : 1; // full panels cost nothing more
    const kept = kernels.gateUnion(list, positions, addressOf(i + 1, 3, sample), readers, channels, unit);
    chosen[i] = { list, positions, kept, count: Math.min(channels, Math.ceil(kept / unit) * unit) };
  }
  return chosen;
};

/** Packs a product's weights; gives its multiply-accumulates in the whole image. */
const pack = (bound: Bound, i: number, sample: number, chosen: readonly Chosen[], flush: (panels: number) => void): number => {
  const { kernels, stages, weights, tables, limit, addressOf } = bound;
  const { sizes, places, pixels } = stages[i]!;
  const [read, made] = [chosen[i - 1], chosen[i]];
  const macs = packSample(
    { kernels, sizes, weights: weights[2 * i + 1]!, bias: weights[2 * i]!, places, limit },
    {
      gates: addressOf(i, 3, sample), stride: read?.count ?? sizes.channels, positions: read?.positions ?? 0,
      taps: tables[2 * i + 1]!, chosen: made?.list ?? 0, count: made?.count ?? 0,
    },
    flush,
  );
  return made && made.count ? Math.round((macs * pixels * made.kept) / made.count) : macs * pixels;
};

/** Runs a product's packed panels: `count` pixels from `image` to `y`. */
const multiply = (
  { kernels, stages }: Bound, i: number, panels: number, chosen: readonly Chosen[], image: number, y: number, extra: number, count: number,
) => {
  const { sliding, sizes, places, windows, node } = stages[i]!;
  const { low, high } = node.attrs as ConvAttrs;
  const stride = chosen[i - 1]?.count ?? sizes.channels;
  const band = bandOf(Math.max(1, stride) * sizeOf(sliding.strides));
  const yStride = chosen[i]?.count ?? sizes.outputs;
  kernels.conv(
    y, yStride, image, stride, windows, places.panels, places.lists, places.records, panels, extra, 0, count, band, low, high,
  );
};

/** Copies the filters of chosen channels. */
const packFilters = ({ kernels, stages, weights }: Bound, i: number, { list, count }: Chosen) => {
  const { filters, sizes: { taps, outputs } } = stages[i]!;
  const [lanes, all] = [Math.ceil(count / 4) * 4, Math.ceil(outputs / 4) * 4];
  kernels.gateFilters(filters, weights[2 * i + 1]!, list, count, taps, all, lanes);
  kernels.gateFilters(filters + taps * lanes * 4, weights[2 * i]!, list, count, 1, all, lanes);
};

/** Rows `first` to `last` - 1 of a depthwise stage; `x` and `y` are where rows 0 would be. */
const filterRows = ({ kernels, stages }: Bound, i: number, { count }: Chosen, x: number, y: number, first: number, last: number) => {
  const { filters, sizes: { taps }, sliding: { sizes: [height, width] }, node } = stages[i]!;
  const { strides, pads, low, high } = node.attrs as ConvAttrs;
  const bias = filters + taps * Math.ceil(count / 4) * 16;
  kernels.depthwise3x3(
    y, x, filters, bias, height!, width!, count, first, last, node.output.shape[2]!, strides[0]!, pads[0]!, pads[1]!, low, high,
  );
};

/** Runs a sample layer by layer. */
const wholeSample = (bound: Bound, sample: number, chosen: readonly Chosen[], clock?: Clock) => {
  const { kernels, stages, tables, output, samples, addressOf } = bound;
  stages.forEach((stage, i) => {
    const { sliding, padded, windows, pixels, sizes, filter, node } = stage;
    const stride = chosen[i - 1]?.count ?? sizes.channels;
    let image = i ? stages[i - 1]!.made : addressOf(0, 0, sample);
    const y = i < stages.length - 1 ? stage.made : output.address + (sample * bytesOf(output)) / samples;
    if (filter) {
      packFilters(bound, i, chosen[i]!);
      filterRows(bound, i, chosen[i]!, image, y, 0, node.output.shape[1]!);
      clock?.(i, chosen[i]!.kept * sizes.taps * pixels);
      return;
    }
    if (padded && stride) {
      const [[height, width], [top, left, bottom, right]] = [sliding.sizes, sliding.pads] as [number[], number[]];
      kernels.gatePad(padded, image, height!, width!, stride, top!, left!, bottom!, right!);
    }
    if (padded) image = padded;
    if (windows) kernels.gateOffsets(windows, tables[2 * i]!, pixels, stride);
    const extra = addressOf(i, 4, sample);
    const macs = pack(bound, i, sample, chosen, (panels) => multiply(bound, i, panels, chosen, image, y, extra, pixels));
    clock?.(i, macs);
  });
};

/** Runs a pointwise layer, a depthwise one and a gated pointwise one in bands of rows. */
const bandedSample = (bound: Bound, sample: number, chosen: readonly Chosen[], clock?: Clock) => {
  const { kernels, stages, rows, output, samples, addressOf } = bound;
  const [expand, filter] = stages as [Stage, Stage];
  const [used] = chosen as [Chosen];
  const panels = [0, 0, 0];
  const macs = [pack(bound, 0, sample, chosen, (count) => (panels[0] = count)), used.kept * filter.sizes.taps * filter.pixels];
  macs.push(pack(bound, 2, sample, chosen, (count) => (panels[2] = count)));
  packFilters(bound, 1, used);
  const [height, width] = expand.node.output.shape.slice(1, 3) as [number, number];
  const [total, columns, outputs] = output.shape.slice(1) as [number, number, number];
  const [line, madeLine] = [width * used.count * 4, columns * used.count * 4];
  const reads = convRows(filter.node.inputs, filter.node.output, filter.node.attrs as ConvAttrs)!;
  const [x, y, extra] = [addressOf(0, 0, sample), output.address + (sample * bytesOf(output)) / samples, addressOf(2, 4, sample)];
  let from = 0, to = 0;
  for (let first = 0; first < total; first += rows) {
    const last = Math.min(total, first + rows);
    const [start, end] = reads(first, last);
    const held = Math.max(start, from);
    if (to > held && held > from) kernels.move(expand.made, expand.made + (held - from) * line, (to - held) * line);
    const next = Math.max(to, start);
    [from, to] = [start, Math.min(height, end)];
    if (next < to) {
      multiply(bound, 0, panels[0]!, chosen, x + next * width * expand.sizes.channels * 4, expand.made + (next - from) * line, 0, (to - next) * width);
    }
    clock?.(0);
    filterRows(bound, 1, used, expand.made - from * line, filter.made - first * madeLine, first, last);
    clock?.(1);
    const place = first * columns * outputs * 4;
    multiply(bound, 2, panels[2]!, chosen, filter.made, y + place, extra && extra + place, (last - first) * columns);
    clock?.(2);
  }
  macs.forEach((count, i) => clock?.(i, count));
};
