// Panels of a convolution whose channels are chosen per sample: their weights as loaded, and the memory to pack them.

import { floatTable, type Packer, type Table } from '../../ir/plan.js';
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
export const headsPerPanel = ({ outputs, heads }: GatedSizes): number => (outputs === heads * 4 && heads % 2 === 0 ? 2 : 1);

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
    panels: take(Math.min(products * panelCount(sizes) * largest, Math.max(limit, largest))),
    bytes: end,
  };
};

/** Bytes of a panel: 8 biases, then 8 weights for each of `reads` inputs. */
export const panelBytes = (reads: number): number => ROW * (1 + reads);

/** Weights [outputs][taps][channels] as panels [taps][channels][8] that end with each head, or with each two. */
export const columnsTable = (weights: Float32Array, sizes: GatedSizes): Table =>
  floatTable(columnsWords(sizes), (target, packer) => packColumns(target, weights, sizes, packer));

/** Words of the weights as panels. */
export const columnsWords = (sizes: GatedSizes): number =>
  panelCount({ ...sizes, heads: sizes.heads / headsPerPanel(sizes) }) * sizes.taps * sizes.channels * PANEL;

/** Writes the contents of `columnsTable`, or only one `tap` of them. */
export const packColumns = (
  target: Float32Array,
  weights: Float32Array,
  sizes: GatedSizes,
  packer: Packer,
  tap?: number,
): void => {
  const { channels, outputs, taps } = sizes;
  const perStep = (outputs / sizes.heads) * headsPerPanel(sizes);
  const words = (tap === undefined ? taps : 1) * channels * PANEL;
  let at = 0;
  for (let first = 0; first < outputs; first += perStep) {
    for (let own = 0; own < perStep; own += PANEL) {
      const lanes = range(Math.min(PANEL, perStep - own), first + own);
      const starts = lanes.map((output) => (output * taps + (tap ?? 0)) * channels);
      packer.interleave(target.subarray(at, (at += words)), PANEL, weights, starts);
    }
  }
};
