// Packs weights in the order in which kernels read them.

import { floatTable, type Table } from '../../ir/plan.js';
import { range } from '../shared/permutation.js';
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

/** Depthwise weights `w` [channels][taps] as [taps][channels rounded up to 4]. */
export const lanesTable = (w: Float32Array, channels: number, taps: number): Table => {
  const lanes = roundUp(channels, 4);
  return floatTable(taps * lanes, (target, packer) => packer.interleave(target, lanes, w, range(channels, 0, taps)));
};

/** Depthwise weights `w` [channels][taps] as [channels / 4][taps][4], padded with zeros. */
export const filterTable = (w: Float32Array, channels: number, taps: number): Table =>
  floatTable(roundUp(channels, 4) * taps, (target, packer) => {
    for (let channel = 0; channel < channels; channel += 4) {
      const starts = range(Math.min(4, channels - channel), channel * taps, taps);
      packer.interleave(target.subarray(channel * taps, (channel + 4) * taps), 4, w, starts);
    }
  });
