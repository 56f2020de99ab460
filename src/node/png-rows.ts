// From the filtered rows of PNG files to RGBA pixels.

import { damaged, GREY, GREY_ALPHA, INDEXED, RGB, RGBA, type Chunks, type Layout } from './png-chunks.js';

type Unfilter = (row: Uint8Array, above: Uint8Array, step: number) => void;

const addLeft: Unfilter = (row, _, step) => {
  for (let i = step; i < row.length; i++) row[i]! += row[i - step]!;
};

const addAbove: Unfilter = (row, above) => {
  for (let i = 0; i < row.length; i++) row[i]! += above[i]!;
};

const addAverage: Unfilter = (row, above, step) => {
  for (let i = 0; i < step; i++) row[i]! += above[i]! >> 1;
  for (let i = step; i < row.length; i++) row[i]! += (row[i - step]! + above[i]!) >> 1;
};

const addPaeth: Unfilter = (row, above, step) => {
  for (let i = 0; i < step; i++) row[i]! += above[i]!;
  for (let i = step; i < row.length; i++) {
    const left = row[i - step]!;
    const up = above[i]!;
    const corner = above[i - step]!;
    const toLeft = Math.abs(up - corner);
    const toUp = Math.abs(left - corner);
    const toCorner = Math.abs(left + up - 2 * corner);
    row[i]! += toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
  }
};

// By number of the filter (section 9).
const UNFILTERS: readonly Unfilter[] = [() => undefined, addLeft, addAbove, addAverage, addPaeth];

/**
 * Undoes the filter of a row in place.
 *
 * @param above the row before, without its filter
 * @param step bytes of a pixel, at least 1
 * @throws {ImageError} if there is no such filter
 */
export const unfilter = (row: Uint8Array, above: Uint8Array, filter: number, step: number): void => {
  const undo = UNFILTERS[filter];
  if (!undo) throw damaged(`a row has filter ${filter}`);
  undo(row, above, step);
};

/** Writes the `columns` pixels of a row as RGBA: the first to pixel `target`, the others `dx` pixels apart. */
export type WriteRow = (row: Uint8Array, columns: number, target: number, dx: number) => void;

/** RGBA of each value that a sample can have, as 32 bits in the order of the machine. */
const tableOf = ({ palette, transparency }: Chunks, { depth, colour }: Layout): Uint32Array => {
  const colours = new Uint8Array(256 * 4);
  const key = transparency.length > 0 ? (transparency[0]! << 8) | transparency[1]! : -1;
  for (let value = 0; value < 2 ** depth; value++) {
    const grey = (value * 255) / (2 ** depth - 1);
    for (let c = 0; c < 3; c++) colours[value * 4 + c] = colour === INDEXED ? (palette[value * 3 + c] ?? 0) : grey;
    colours[value * 4 + 3] = colour === INDEXED ? (transparency[value] ?? 255) : value === key ? 0 : 255;
  }
  return new Uint32Array(colours.buffer);
};

const packedWriter = (chunks: Chunks, layout: Layout, data: Uint8Array): WriteRow => {
  const { depth } = layout;
  const table = tableOf(chunks, layout);
  const pixels = new Uint32Array(data.buffer);
  const mask = 2 ** depth - 1;
  return (row, columns, target, dx) => {
    for (let i = 0, bit = 0, t = target; i < columns; i++, bit += depth, t += dx) {
      pixels[t] = table[(row[bit >> 3]! >> (8 - depth - (bit & 7))) & mask]!;
    }
  };
};

// Makes the pixels of one colour transparent: a value of two bytes for each sample.
const keyHider = ({ transparency }: Chunks, { depth, samples }: Layout, data: Uint8Array): WriteRow => {
  const bytes = depth / 8;
  const step = samples * bytes;
  const key = transparency.subarray(0, 2 * samples).filter((_, i) => bytes === 2 || i % 2 === 1);
  const reachable = bytes === 2 || transparency.subarray(0, 2 * samples).every((byte, i) => i % 2 === 1 || byte === 0);
  return (row, columns, target, dx) => {
    for (let i = 0, at = 0, t = target; reachable && i < columns; i++, at += step, t += dx) {
      let same = 0;
      while (same < step && row[at + same] === key[same]) same++;
      if (same === step) data[t * 4 + 3] = 0;
    }
  };
};

// Samples of 8 bits, or the high bytes of 16.
const sampleWriter = (chunks: Chunks, layout: Layout, data: Uint8Array): WriteRow => {
  const { depth, colour, samples } = layout;
  const bytes = depth / 8;
  const step = samples * bytes;
  const [green, blue] = samples > 2 ? [bytes, 2 * bytes] : [0, 0];
  const alpha = colour === GREY_ALPHA || colour === RGBA ? step - bytes : -1;
  const keyed = (colour === GREY || colour === RGB) && chunks.transparency.length > 0;
  const hide = keyed ? keyHider(chunks, layout, data) : undefined;
  return (row, columns, target, dx) => {
    for (let i = 0, at = 0, t = target * 4; i < columns; i++, at += step, t += dx * 4) {
      data[t] = row[at]!;
      data[t + 1] = row[at + green]!;
      data[t + 2] = row[at + blue]!;
      data[t + 3] = alpha < 0 ? 255 : row[at + alpha]!;
    }
    hide?.(row, columns, target, dx);
  };
};

/** How to write rows of this layout to `data`, the RGBA pixels of the picture. */
export const rowWriter = (chunks: Chunks, layout: Layout, data: Uint8Array): WriteRow =>
  layout.samples === 1 && layout.depth <= 8 ? packedWriter(chunks, layout, data) : sampleWriter(chunks, layout, data);
