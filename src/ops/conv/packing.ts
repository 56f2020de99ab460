// Packs weights in the order in which kernels read them.

import { floatTable, type Table } from '../../ir/plan.js';
import { PANEL } from './panels.js';

/** Bytes of input rows that stay in cache while all panels pass over them. */
const BAND_BYTES = 96 * 1024;

/** Rows of a band if each row adds `depth` floats; a multiple of the four rows of a tile. */
export const bandOf = (depth: number): number => Math.max(4, (Math.floor(BAND_BYTES / 4 / depth) >> 2) << 2);

/** `count` rounded up to a multiple of `unit`. */
export const roundUp = (count: number, unit: number): number => Math.ceil(count / unit) * unit;

/** `bias` followed by zeros, so that a whole panel can be loaded from any column. */
export const biasTable = (bias: Float32Array): Table =>
  floatTable(roundUp(bias.length, PANEL) + PANEL, (target) => target.set(bias));

/**
 * `w` [columns][depth] from element `start`, as panels [columns / 8][depth][8] padded with zeros.
 * `columnStride` and `depthStride` are the elements between neighbours in `w`.
 */
export const panelTable = (
  w: Float32Array,
  start: number,
  columns: number,
  depth: number,
  columnStride = depth,
  depthStride = 1,
): Table =>
  floatTable(roundUp(columns, PANEL) * depth, (target) => {
    for (let column = 0; column < columns; column++) {
      let from = start + column * columnStride;
      let to = (column - (column % PANEL)) * depth + (column % PANEL);
      for (let k = 0; k < depth; k++, from += depthStride, to += PANEL) target[to] = w[from]!;
    }
  });

/** Copies up to 8 rows of `weights`, each from its element `start` on, to the lanes of a panel [row length][8]. */
export const interleave = (panel: Float32Array, starts: readonly number[], weights: Float32Array): void => {
  const length = panel.length / PANEL;
  starts.forEach((start, lane) => {
    const row = weights.subarray(start, start + length);
    for (let k = 0, to = lane; k < row.length; k++, to += PANEL) panel[to] = row[k]!;
  });
};

/** Depthwise weights `w` [channels][taps] as [taps][channels rounded up to 4]. */
export const lanesTable = (w: Float32Array, channels: number, taps: number): Table => {
  const lanes = roundUp(channels, 4);
  return floatTable(taps * lanes, (target) => {
    for (let channel = 0; channel < channels; channel++) {
      for (let tap = 0; tap < taps; tap++) target[tap * lanes + channel] = w[channel * taps + tap]!;
    }
  });
};

/** Depthwise weights `w` [channels][taps] as [channels / 4][taps][4], padded with zeros. */
export const filterTable = (w: Float32Array, channels: number, taps: number): Table =>
  floatTable(roundUp(channels, 4) * taps, (target) => {
    for (let channel = 0; channel < channels; channel++) {
      const start = (channel >> 2) * taps * 4 + (channel & 3);
      for (let tap = 0; tap < taps; tap++) target[start + tap * 4] = w[channel * taps + tap]!;
    }
  });
