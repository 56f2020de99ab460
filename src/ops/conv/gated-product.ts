// One sample of a convolution whose channels are chosen while running: panels of the weights that it needs.

import { floatTable, type Table } from '../../ir/op.js';
import type { Kernels } from '../../kernels/wasm.js';
import { PANEL } from './panels.js';

/** Sizes of the dense convolution; each of `heads` equal ranges of outputs has gates of its own. */
export type GatedSizes = { channels: number; outputs: number; heads: number; taps: number };

/** Bytes of weights that are packed before they are used, so that they stay in cache. */
export const CACHED_BYTES = 256 * 1024;

/** Bytes of a record of the kernel `conv`, of a row of a panel. */
const RECORD = 28,
  ROW = PANEL * 4;

/** Where a sample's lists, records and panels lie, in bytes. */
export type GatedPlaces = {
  kept: number;
  pairs: number;
  lists: number;
  records: number;
  panels: number;
  bytes: number;
};

/** A convolution with its places and the addresses of its constants. */
export type GatedProduct = {
  kernels: Kernels;
  sizes: GatedSizes;
  /** From `columnsTable`, or if outputs are chosen the dense [outputs][taps][channels]. */
  weights: number;
  bias: number;
  places: GatedPlaces;
  /** Most bytes of panels before `flush`. */
  limit: number;
};

/** Addresses of what a sample brings. */
export type GatedSample = {
  /** [heads][channels]; 0 if all channels are read as they are. */
  gates: number;
  /** Channels of the array that is read, and each channel's place among them; 0 if that is its number. */
  stride: number;
  positions: number;
  /** Places of a window in pixels of one float. */
  taps: number;
  /**
   * The outputs to make, each once, and their number; 0 for all. Those of a head lie before those of the next: they ascend,
   * or are in any order with one head.
   */
  chosen: number;
  count: number;
};

/** Heads that share panels: two of four outputs each, for which the channels are read that either keeps. */
const headsPerPanel = ({ outputs, heads }: GatedSizes): number => (outputs === heads * 4 && heads % 2 === 0 ? 2 : 1);

/** Panels when heads share none. */
const panelCount = ({ outputs, heads }: GatedSizes): number => heads * Math.ceil(outputs / heads / PANEL);

/** Places from `start` on for panels of at most `limit` bytes at a time. */
export const gatedPlaces = (sizes: GatedSizes, start: number, limit: number): GatedPlaces => {
  const { channels, heads, taps } = sizes;
  const most = ROW * (1 + taps * channels);
  let end = start;
  const take = (bytes: number) => {
    const place = end;
    end += Math.ceil(bytes / 16) * 16;
    return place;
  };
  return {
    kept: take((channels + 1) * 4),
    pairs: take(channels * 4),
    lists: take(heads * taps * channels * 4),
    records: take(panelCount(sizes) * RECORD),
    panels: take(Math.min(panelCount(sizes) * most, Math.max(limit, most))),
    bytes: end,
  };
};

/** Weights [outputs][taps][channels] as panels [taps][channels][8] that end with each head, or with each two. */
export const columnsTable = (w: Float32Array, sizes: GatedSizes): Table => {
  const { channels, outputs, taps } = sizes;
  const heads = sizes.heads / headsPerPanel(sizes);
  const depth = taps * channels;
  const perHead = outputs / heads;
  return floatTable(panelCount({ ...sizes, heads }) * depth * PANEL, (target) => {
    for (let output = 0; output < outputs; output++) {
      const [head, own] = [Math.floor(output / perHead), output % perHead];
      const panel = head * Math.ceil(perHead / PANEL) + Math.floor(own / PANEL);
      for (let k = 0; k < depth; k++) target[(panel * depth + k) * PANEL + (own % PANEL)] = w[output * depth + k]!;
    }
  });
};

/**
 * Packs the panels that a sample needs and hands them to `flush` as often as `limit` asks for: their number, for `conv`.
 *
 * @returns multiply-accumulates for each pixel: over the heads, kept channels * outputs made * taps
 */
export const packSample = (product: GatedProduct, sample: GatedSample, flush: (panels: number) => void): number => {
  const {
    kernels,
    sizes: { channels, outputs, heads, taps },
    places,
    limit,
  } = product;
  const joined = sample.chosen ? 1 : headsPerPanel(product.sizes);
  const perStep = (outputs / heads) * joined;
  let [panels, bytes, words, next, weights, macs] = [0, 0, 0, 0, product.weights, 0];
  for (let head = 0; head < heads; head += joined) {
    const gates = sample.gates && sample.gates + head * channels * 4;
    const others = joined > 1 ? gates + channels * 4 : gates;
    const kept = gates && places.kept;
    let count = gates ? kernels.gateKept(kept, gates, channels) : channels;
    let reads = count; // of an output, on average
    if (joined > 1) {
      reads = (count + kernels.gateKept(kept, others, channels)) / 2;
      count = kernels.gateUnion(kept, places.pairs, gates, joined, channels, 1);
    }
    const whole = count === sample.stride; // everything that is there, in its order
    const length = whole ? taps : taps * count;
    const list = places.lists + words * 4;
    kernels.gateReads(list, whole ? 0 : kept, count, sample.positions, sample.taps, taps, sample.stride);
    const bound = (head / joined + 1) * perStep;
    const last = sample.chosen ? kernels.gateBelow(sample.chosen, sample.count, bound) : bound;
    macs += reads * (last - next) * taps;
    while (next < last) {
      const width = Math.min(PANEL, last - next);
      const size = ROW * (1 + taps * count);
      if (panels && bytes + size > limit) {
        flush(panels);
        [panels, bytes] = [0, 0];
      }
      const target = places.panels + bytes;
      if (sample.chosen) {
        kernels.gateOutputs(
          target,
          weights,
          product.bias,
          sample.chosen + next * 4,
          width,
          gates,
          kept,
          count,
          taps,
          channels,
        );
      } else {
        kernels.gateColumns(target, weights, product.bias + next * 4, gates, others, kept, count, taps, channels);
        weights += taps * channels * ROW;
      }
      kernels.gateRecord(places.records + panels * RECORD, words * 4, length, whole ? count : 1, bytes, next, width);
      panels++;
      bytes += size;
      next += width;
    }
    words += length;
  }
  if (panels) flush(panels);
  return macs;
};
