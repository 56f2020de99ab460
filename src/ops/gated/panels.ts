// Panels of a convolution whose channels are chosen per sample: packed during a run from the necessary weights.

import { floatTable, type Table } from '../../ir/plan.js';
import { PANEL_RECORD } from '../../kernels/layout.js';
import { range } from '../shared/permutation.js';
import type { Kernels } from '../../kernels/wasm.js';
import { PANEL } from '../conv/panels.js';

/** Sizes of the dense convolution; each of `heads` equal ranges of outputs has its own gates. */
export type GatedSizes = { channels: number; outputs: number; heads: number; taps: number };

/** How many bytes of weights are packed before they are used, so that they stay in cache. */
export const CACHED_BYTES = 256 * 1024;

/** Bytes of a row of a panel. */
const ROW = PANEL * 4;

/** Addresses of a sample's lists, records and panels, and the first byte after them. */
export type GatedPlaces = {
  kept: number;
  pairs: number;
  lists: number;
  records: number;
  panels: number;
  bytes: number;
};

/** A convolution with the addresses of its scratch memory and constants. */
export type GatedProduct = {
  kernels: Kernels;
  sizes: GatedSizes;
  /** From `columnsTable`; the dense [outputs][taps][channels] if outputs are chosen. */
  weights: number;
  bias: number;
  places: GatedPlaces;
  /** Maximum size of packed panels before they are run, in bytes. */
  limit: number;
};

/** What a sample reads; addresses. */
export type GatedReads = {
  /** [heads][channels]; 0 if all channels are read without factors. */
  gates: number;
  /** Number of stored channels, and each channel's index among them; 0 if all are stored. */
  stride: number;
  positions: number;
  /** Offsets of a window's taps for pixels of one float. */
  taps: number;
};

/**
 * The outputs to compute, without repetition, and their number. They ascend; with one head they may be in any order.
 */
export type ChosenOutputs = { list: number; count: number };

/** Runs panels that have been packed: their number, for the kernel `conv`. */
export type RunPacked = (panels: number) => void;

/** Heads that share a panel: two if each has four outputs; the panel then reads the channels that either keeps. */
const headsPerPanel = ({ outputs, heads }: GatedSizes): number => (outputs === heads * 4 && heads % 2 === 0 ? 2 : 1);

/** Number of panels if heads share none. */
const panelCount = ({ outputs, heads }: GatedSizes): number => heads * Math.ceil(outputs / heads / PANEL);

/** Lays out scratch memory from `start` on, for at most `limit` bytes of panels at a time. */
export const gatedPlaces = (sizes: GatedSizes, start: number, limit: number): GatedPlaces => {
  const { channels, heads, taps } = sizes;
  const largest = panelBytes(taps * channels);
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
    records: take(panelCount(sizes) * PANEL_RECORD.bytes),
    panels: take(Math.min(panelCount(sizes) * largest, Math.max(limit, largest))),
    bytes: end,
  };
};

/** Bytes of a panel: 8 biases, then 8 weights for each of `reads` inputs. */
const panelBytes = (reads: number): number => ROW * (1 + reads);

/** Weights [outputs][taps][channels] as panels [taps][channels][8] that end with each head, or with each two. */
export const columnsTable = (weights: Float32Array, sizes: GatedSizes): Table => {
  const { channels, outputs, taps } = sizes;
  const heads = sizes.heads / headsPerPanel(sizes);
  const depth = taps * channels;
  const perHead = outputs / heads;
  return floatTable(panelCount({ ...sizes, heads }) * depth * PANEL, (target, packer) => {
    let at = 0;
    for (let head = 0; head < heads; head++) {
      for (let own = 0; own < perHead; own += PANEL) {
        const starts = range(Math.min(PANEL, perHead - own)).map((lane) => (head * perHead + own + lane) * depth);
        packer.interleave(target.subarray(at, (at += depth * PANEL)), PANEL, weights, starts);
      }
    }
  });
};

/** Collects packed panels and runs them whenever the next one would not fit. */
class PanelWriter {
  private panels = 0;
  private bytes = 0;
  /** Bytes of the lists so far, and the list of the next panels. */
  private lists = 0;
  private list = 0;
  private count = 0;
  private depth = 0;
  private size = 0;

  constructor(
    private readonly product: GatedProduct,
    private readonly reads: GatedReads,
    private readonly run: RunPacked,
  ) {}

  /** Lists the offsets of the `count` channels of `kept` in a window; the next panels read these. */
  readChannels(kept: number, count: number): void {
    const { kernels, sizes, places } = this.product;
    const { stride, positions, taps } = this.reads;
    const isWhole = count === stride; // all channels, in order
    this.list = this.lists;
    this.count = isWhole ? sizes.taps : sizes.taps * count;
    this.depth = isWhole ? count : 1;
    this.size = panelBytes(sizes.taps * count);
    kernels.gateReads(places.lists + this.list, isWhole ? 0 : kept, count, positions, taps, sizes.taps, stride);
    this.lists += this.count * 4;
  }

  /** Begins a panel of `width` outputs from `column` on. @returns the address for its biases and weights */
  begin(column: number, width: number): number {
    const { kernels, places, limit } = this.product;
    if (this.panels && this.bytes + this.size > limit) this.flush();
    const record = places.records + this.panels * PANEL_RECORD.bytes;
    kernels.gateRecord(record, this.list, this.count, this.depth, this.bytes, column, width);
    const target = places.panels + this.bytes;
    this.panels++;
    this.bytes += this.size;
    return target;
  }

  /** Runs the panels that are packed. */
  flush(): void {
    if (this.panels) this.run(this.panels);
    this.panels = this.bytes = 0;
  }
}

/**
 * Packs the panels of all outputs for a sample and runs them whenever the limit is reached.
 *
 * @returns multiply-accumulates per pixel: the sum over heads of kept channels * outputs * taps
 */
export const packOutputs = (product: GatedProduct, reads: GatedReads, run: RunPacked): number => {
  const { kernels, sizes, places, bias } = product;
  const { channels, heads, taps } = sizes;
  const writer = new PanelWriter(product, reads, run);
  const joined = headsPerPanel(sizes);
  const perStep = (sizes.outputs / heads) * joined;
  let { weights } = product;
  let macs = 0;
  for (let head = 0, output = 0; head < heads; head += joined) {
    const gates = reads.gates + head * channels * 4;
    const others = gates + (joined - 1) * channels * 4;
    let count = kernels.gateKept(places.kept, gates, channels);
    let perOutput = count;
    if (joined > 1) {
      perOutput = (count + kernels.gateKept(places.kept, others, channels)) / 2; // on average
      count = kernels.gateUnion(places.kept, places.pairs, gates, joined, channels, 1);
    }
    writer.readChannels(places.kept, count);
    macs += perOutput * perStep * taps;
    for (const end = output + perStep; output < end; output += PANEL) {
      const target = writer.begin(output, Math.min(PANEL, end - output));
      kernels.gateColumns(target, weights, bias + output * 4, gates, others, places.kept, count, taps, channels);
      weights += taps * channels * ROW;
    }
    output = (head / joined + 1) * perStep;
  }
  writer.flush();
  return macs;
};

/** The same as `packOutputs` for some of the outputs; the weights of `product` are then dense. */
export const packChosen = (
  product: GatedProduct,
  reads: GatedReads,
  { list, count: total }: ChosenOutputs,
  run: RunPacked,
): number => {
  const { kernels, sizes, places, weights, bias } = product;
  const { channels, heads, taps } = sizes;
  const writer = new PanelWriter(product, reads, run);
  let macs = 0;
  for (let head = 0, next = 0; head < heads; head++) {
    const gates = reads.gates && reads.gates + head * channels * 4;
    const kept = gates && places.kept;
    const count = gates ? kernels.gateKept(kept, gates, channels) : channels;
    writer.readChannels(kept, count);
    const end = kernels.gateBelow(list, total, (head + 1) * (sizes.outputs / heads));
    macs += count * (end - next) * taps;
    for (; next < end; next += Math.min(PANEL, end - next)) {
      const width = Math.min(PANEL, end - next);
      const target = writer.begin(next, width);
      kernels.gateOutputs(target, weights, bias, list + next * 4, width, gates, kept, count, taps, channels);
    }
  }
  writer.flush();
  return macs;
};
