// Panels of a convolution whose channels are chosen per sample: their weights as loaded, and the memory to pack them.

import { floatTable, type Table } from '../../ir/plan.js';
import { GATE_RECORD, PANEL_RECORD } from '../../kernels/layout.js';
import { range } from '../shared/permutation.js';
import { PANEL } from '../conv/panels.js';

/** Sizes of the dense convolution; each of `heads` equal ranges of outputs has its own gates. */
export type GatedSizes = { channels: number; outputs: number; heads: number; taps: number };

/** How many bytes of weights are packed before they are used, so that they stay in cache. */
export const CACHED_BYTES = 256 * 1024;

/** Bytes of a row of a panel. */
export const ROW = PANEL * 4;

/** Addresses of a sample's lists, records, sources and panels, and the first byte after them. */
export type GatedPlaces = {
  /** For each head the channels that it keeps. */
  kept: number;
  pairs: number;
  lists: number;
  records: number;
  sources: number;
  panels: number;
  bytes: number;
};

/** Heads that share a panel: two if each has four outputs; the panel then reads the channels that either keeps. */
export const headsPerPanel = ({ outputs, heads }: GatedSizes): number =>
  outputs === heads * 4 && heads % 2 === 0 ? 2 : 1;

/** Outputs that have panels of their own: those of a head, or of two that share panels. */
export const outputsPerStep = (sizes: GatedSizes): number => (sizes.outputs / sizes.heads) * headsPerPanel(sizes);

/** Number of panels if heads share none. */
const panelCount = ({ outputs, heads }: GatedSizes): number => heads * Math.ceil(outputs / heads / PANEL);

/** Lays out scratch memory from `start` on, for at most `limit` bytes of panels of `products` products at a time. */
export const gatedPlaces = (sizes: GatedSizes, start: number, limit: number, products = 1): GatedPlaces => {
  const { channels, heads, taps } = sizes;
  const largest = panelBytes(taps * channels);
  let end = start;
  const take = (bytes: number) => {
    const place = end;
    end += Math.ceil(bytes / 16) * 16;
    return place;
  };
  return {
    kept: take((heads * channels + 1) * 4),
    pairs: take(channels * 4),
    lists: take(heads * taps * channels * 4),
    records: take(panelCount(sizes) * PANEL_RECORD.bytes),
    sources: take(panelCount(sizes) * GATE_RECORD.bytes),
    // rows between products: see `planeBytes`
    panels: take(
      Math.min(products * panelCount(sizes) * largest, Math.max(limit, products * largest)) + products * 4 * ROW,
    ),
    bytes: end,
  };
};

/** Bytes of a panel: 8 biases, then 8 weights for each of `reads` inputs. */
export const panelBytes = (reads: number): number => ROW * (1 + reads);

/** Weights [outputs][taps][channels] as panels [taps][channels][8] that end with each head, or with each two. */
export const columnsTable = (weights: Float32Array, sizes: GatedSizes): Table =>
  panelsTable(weights, sizes, PANEL, (starts) => starts);

/** The same as panels [channels][taps][8], so that the taps of a channel are together. */
export const filtersTable = (weights: Float32Array, sizes: GatedSizes): Table => {
  const taps = range(sizes.taps, 0, sizes.channels);
  // columns that a panel does not have repeat its last one
  const lanesOf = (starts: readonly number[]) => range(PANEL).map((i) => starts[Math.min(i, starts.length - 1)]!);
  return panelsTable(weights, sizes, PANEL * sizes.taps, (starts) =>
    taps.flatMap((tap) => lanesOf(starts).map((start) => start + tap)),
  );
};

/** Panels whose rows have `lanes` floats; `lanesOf` returns where these start, from where the panel's outputs do. */
const panelsTable = (
  weights: Float32Array,
  sizes: GatedSizes,
  lanes: number,
  lanesOf: (starts: readonly number[]) => readonly number[],
): Table => {
  const depth = sizes.taps * sizes.channels;
  const perStep = outputsPerStep(sizes);
  const panels = (sizes.outputs / perStep) * Math.ceil(perStep / PANEL);
  return floatTable(panels * depth * PANEL, (target, packer) => {
    let at = 0;
    for (let first = 0; first < sizes.outputs; first += perStep) {
      for (let own = 0; own < perStep; own += PANEL) {
        const starts = range(Math.min(PANEL, perStep - own)).map((lane) => (first + own + lane) * depth);
        packer.interleave(target.subarray(at, (at += depth * PANEL)), lanes, weights, lanesOf(starts));
      }
    }
  });
};
