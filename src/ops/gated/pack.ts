// Lists the panels of a sample, and packs them.

import { GATE_RECORD, PANEL_RECORD } from '../../kernels/layout.js';
import type { Kernels } from '../../kernels/wasm.js';
import { PANEL } from '../conv/panels.js';
import { headsPerPanel, outputsPerStep, panelBytes, type GatedPlaces, type GatedSizes } from './panels.js';

/** A convolution with the addresses of its scratch memory and constants. */
export type GatedProduct = {
  kernels: Kernels;
  sizes: GatedSizes;
  /** From `columnsTable`; [outputs][taps][channels] if outputs are chosen that read all channels. */
  weights: number;
  bias: number;
  places: GatedPlaces;
  /** Maximum size of panels that are packed together, in bytes. */
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

/** Panels that are packed together: the address of their records and sources, their number, and their size in bytes. */
export type PanelRange = { records: number; sources: number; count: number; bytes: number };

/** The panels of a sample, and its multiply-accumulates per pixel. */
export type ListedPanels = { ranges: readonly PanelRange[]; macs: number };

/** Lists panels, divided into ranges of the given size. */
class PanelList {
  readonly ranges: PanelRange[] = [];
  private panels = 0;
  /** Bytes of the lists so far, and the list of the next panels. */
  private lists = 0;
  private list = 0;
  private count = 0;
  private depth = 0;
  /** The kept channels of the next panels, their number, and the size of a panel. */
  private kept = 0;
  private keptCount = 0;
  private size = 0;

  constructor(
    private readonly product: GatedProduct,
    private readonly reads: GatedReads,
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
    this.kept = kept;
    this.keptCount = count;
    kernels.gateReads(places.lists + this.list, isWhole ? 0 : kept, count, positions, taps, sizes.taps, stride);
    this.lists += this.count * 4;
  }

  /** Adds a panel of `width` outputs from `column` on: of the panel of weights with the number `panel`, or of the chosen `outputs`. */
  add(column: number, width: number, panel: number, outputs: number, gates: number, others: number): void {
    const { kernels, places, limit } = this.product;
    const record = places.records + this.panels * PANEL_RECORD.bytes;
    const source = places.sources + this.panels * GATE_RECORD.bytes;
    this.panels++;
    let range = this.ranges.at(-1);
    if (!range || range.bytes + this.size > limit)
      this.ranges.push((range = { records: record, sources: source, count: 0, bytes: 0 }));
    const { list, count, depth, kept, keptCount } = this;
    kernels.gateRecord(
      record,
      list,
      count,
      depth,
      range.bytes,
      column,
      width,
      source,
      panel,
      outputs,
      gates,
      others,
      kept,
      keptCount,
    );
    range.count++;
    range.bytes += this.size;
  }
}

/** Lists the panels of all outputs for a sample. Its MACs are the sum over heads of kept channels * outputs * taps. */
export const listOutputs = (product: GatedProduct, reads: GatedReads): ListedPanels => {
  const { kernels, sizes, places } = product;
  const { channels, heads, taps } = sizes;
  const panels = new PanelList(product, reads);
  const joined = headsPerPanel(sizes);
  const perStep = outputsPerStep(sizes);
  let panel = 0;
  let macs = 0;
  for (let head = 0, output = 0; head < heads; head += joined) {
    const gates = reads.gates + head * channels * 4;
    const others = gates + (joined - 1) * channels * 4;
    const kept = places.kept + head * channels * 4;
    let count = kernels.gateKept(kept, gates, channels);
    let perOutput = count;
    if (joined > 1) {
      perOutput = (count + kernels.gateKept(kept, others, channels)) / 2; // on average
      count = kernels.gateUnion(kept, places.pairs, gates, joined, channels, 1);
    }
    panels.readChannels(kept, count);
    macs += perOutput * perStep * taps;
    for (const end = output + perStep; output < end; output += PANEL) {
      panels.add(output, Math.min(PANEL, end - output), panel++, 0, gates, others);
    }
    output = (head / joined + 1) * perStep;
  }
  return { ranges: panels.ranges, macs };
};

/** The same as `listOutputs` for some of the outputs. */
export const listChosen = (
  product: GatedProduct,
  reads: GatedReads,
  { list, count: total }: ChosenOutputs,
): ListedPanels => {
  const { kernels, sizes, places } = product;
  const { channels, heads, taps } = sizes;
  const panels = new PanelList(product, reads);
  let macs = 0;
  for (let head = 0, next = 0; head < heads; head++) {
    const gates = reads.gates && reads.gates + head * channels * 4;
    const kept = gates && places.kept + head * channels * 4;
    const count = gates ? kernels.gateKept(kept, gates, channels) : channels;
    panels.readChannels(kept, count);
    const end = kernels.gateBelow(list, total, (head + 1) * (sizes.outputs / heads));
    macs += count * (end - next) * taps;
    for (; next < end; next += Math.min(PANEL, end - next)) {
      panels.add(next, Math.min(PANEL, end - next), 0, list + next * 4, gates, 0);
    }
  }
  return { ranges: panels.ranges, macs };
};

/** Packs a range of panels. */
export const packRange = (
  { kernels, sizes, weights, bias, places }: GatedProduct,
  { records, sources, count }: PanelRange,
): void =>
  kernels.gatePanels(
    places.panels,
    weights,
    bias,
    records,
    sources,
    count,
    sizes.taps,
    sizes.channels,
    outputsPerStep(sizes),
  );
