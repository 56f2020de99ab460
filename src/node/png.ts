// Decodes PNG files.

import { Buffer } from 'node:buffer';
import { inflateSync } from 'node:zlib';
import { ImageError } from '../errors.js';
import type { Pixels } from '../image/pixels.js';
import { crc32 } from './crc32.js';

// Portable Network Graphics (W3C, PNG specification, third edition), still pictures.

const SIGNATURE = 8;
const GREY = 0,
  RGB = 2,
  INDEXED = 3,
  GREY_ALPHA = 4,
  RGBA = 6;

/** Depths of each colour type, and samples a pixel. */
const KINDS: Readonly<Record<number, { depths: readonly number[]; samples: number }>> = {
  [GREY]: { depths: [1, 2, 4, 8, 16], samples: 1 },
  [RGB]: { depths: [8, 16], samples: 3 },
  [INDEXED]: { depths: [1, 2, 4, 8], samples: 1 },
  [GREY_ALPHA]: { depths: [8, 16], samples: 2 },
  [RGBA]: { depths: [8, 16], samples: 4 },
};

/** Column and row at which a pass begins, and its steps. */
type Pass = readonly [x: number, y: number, dx: number, dy: number];

const PLAIN: readonly Pass[] = [[0, 0, 1, 1]];
const ADAM7: readonly Pass[] = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

type Chunks = { palette: Uint8Array; transparency: Uint8Array; compressed: Uint8Array[] };
type Layout = {
  width: number;
  height: number;
  depth: number;
  colour: number;
  samples: number;
  passes: readonly Pass[];
};

const damaged = (what: string, cause?: unknown): ImageError =>
  new ImageError(`the PNG file is cut off or damaged: ${what}`, { cause });

/** What a decoder needs, each chunk checked but those of the pixels, whose stream has a checksum of its own. */
const readChunks = (bytes: Uint8Array, view: DataView): Chunks => {
  const chunks: Chunks = { palette: new Uint8Array(0), transparency: new Uint8Array(0), compressed: [] };
  for (let at = SIGNATURE; at + 12 <= bytes.length;) {
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > bytes.length) break;
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const data = bytes.subarray(at + 8, end);
    if (name === 'IEND') return chunks;
    if (name === 'IDAT') chunks.compressed.push(data);
    else if (/^(IHDR|PLTE|tRNS)$/.test(name)) {
      if (crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end))
        throw damaged(`the checksum of ${name} is another`);
      if (name === 'PLTE') chunks.palette = data;
      if (name === 'tRNS') chunks.transparency = data;
    }
    at = end + 4;
  }
  throw damaged('it has no end');
};

const readLayout = (view: DataView): Layout => {
  const [depth, colour, compression, filter, interlace] = [24, 25, 26, 27, 28].map((at) => view.getUint8(at)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const kind = KINDS[colour];
  if (!kind?.depths.includes(depth) || compression || filter || interlace > 1) {
    throw damaged(`colour type ${colour} with ${depth} bits, methods ${compression}, ${filter}, ${interlace}`);
  }
  return {
    width: view.getUint32(16),
    height: view.getUint32(20),
    depth,
    colour,
    samples: kind.samples,
    passes: interlace ? ADAM7 : PLAIN,
  };
};

const sizeOf = ({ width, height }: Layout, [x, y, dx, dy]: Pass): [columns: number, rows: number] => {
  const columns = Math.max(Math.ceil((width - x) / dx), 0);
  return [columns, columns && Math.max(Math.ceil((height - y) / dy), 0)];
};

const strideOf = ({ depth, samples }: Layout, columns: number): number => Math.ceil((columns * samples * depth) / 8);

/** Bytes behind the last row that are let pass, as other decoders do. */
const MOST_EXTRA = 2 ** 20;

const inflate = (compressed: readonly Uint8Array[], layout: Layout): Uint8Array => {
  const length = layout.passes.reduce((sum, pass) => {
    const [columns, rows] = sizeOf(layout, pass);
    return sum + rows * (1 + strideOf(layout, columns));
  }, 0);
  let data: Uint8Array;
  try {
    data = inflateSync(Buffer.concat(compressed), { maxOutputLength: length + MOST_EXTRA });
  } catch (error) {
    throw damaged((error as Error).message, error);
  }
  if (data.length < length) throw damaged(`${data.length} bytes of pixels instead of ${length}`);
  return data.subarray(0, length);
};

const paeth = (a: number, b: number, c: number): number => {
  const p = a + b - c;
  const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
};

// By number of the filter: the prediction from the bytes to the left, above, and above to the left.
const PREDICTIONS: readonly ((left: number, above: number, corner: number) => number)[] = [
  () => 0,
  (left) => left,
  (_, above) => above,
  (left, above) => (left + above) >> 1,
  paeth,
];

/** Undoes the filter of a row in place; `above` is the row before, `step` the bytes of a pixel. */
const unfilter = (row: Uint8Array, above: Uint8Array, filter: number, step: number): void => {
  const predict = PREDICTIONS[filter];
  if (!predict) throw damaged(`a row has filter ${filter}`);
  if (filter === 0) return;
  for (let i = 0; i < row.length; i++) {
    const left = i < step ? 0 : row[i - step]!,
      corner = i < step ? 0 : above[i - step]!;
    row[i] = row[i]! + predict(left, above[i]!, corner);
  }
};

const unpack = (row: Uint8Array, depth: number, samples: Uint16Array): void => {
  const mask = 2 ** depth - 1;
  for (let i = 0; i < samples.length; i++) {
    if (depth === 8) samples[i] = row[i]!;
    else if (depth === 16) samples[i] = (row[2 * i]! << 8) | row[2 * i + 1]!;
    else samples[i] = (row[(i * depth) >> 3]! >> (8 - depth - ((i * depth) & 7))) & mask;
  }
};

type WritePixel = (samples: Uint16Array, at: number, data: Uint8Array, target: number) => void;

const indexedPixel =
  ({ palette, transparency }: Chunks): WritePixel =>
  (samples, at, data, target) => {
    const index = samples[at]!;
    for (let c = 0; c < 3; c++) data[target + c] = palette[index * 3 + c] ?? 0;
    data[target + 3] = transparency[index] ?? 255;
  };

/** The colour that is transparent, a value of two bytes for each sample. */
const colourKey = ({ transparency }: Chunks, { colour, samples }: Layout): number[] | undefined => {
  if ((colour !== GREY && colour !== RGB) || transparency.length < samples * 2) return undefined;
  return Array.from({ length: samples }, (_, c) => (transparency[2 * c]! << 8) | transparency[2 * c + 1]!);
};

const samplePixel = (chunks: Chunks, layout: Layout): WritePixel => {
  const { depth, colour, samples: count } = layout;
  const green = count > 2 ? 1 : 0,
    blue = count > 2 ? 2 : 0;
  const alpha = colour === GREY_ALPHA || colour === RGBA ? count - 1 : -1;
  const key = colourKey(chunks, layout);
  const to8 = depth === 16 ? 1 / 256 : 255 / (2 ** depth - 1); // the high byte of 16 bits
  return (samples, at, data, target) => {
    data[target] = samples[at]! * to8;
    data[target + 1] = samples[at + green]! * to8;
    data[target + 2] = samples[at + blue]! * to8;
    const hidden = key?.every((value, c) => value === samples[at + c]);
    data[target + 3] = alpha < 0 ? (hidden ? 0 : 255) : samples[at + alpha]! * to8;
  };
};

/**
 * Decodes a still PNG file to 8 bits a channel (the high byte of 16); RGBA, not turned.
 *
 * @throws {ImageError} if it is cut off or damaged
 */
export const decodePng = (bytes: Uint8Array): Pixels => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const layout = readLayout(view);
  const chunks = readChunks(bytes, view);
  const rows = inflate(chunks.compressed, layout);
  const write = layout.colour === INDEXED ? indexedPixel(chunks) : samplePixel(chunks, layout);
  const { width, height, depth, samples: count, passes } = layout;
  const data = new Uint8Array(width * height * 4);
  const step = Math.max((count * depth) >> 3, 1);
  let from = 0;
  for (const pass of passes) {
    const [x, y, dx, dy] = pass;
    const [columns, lines] = sizeOf(layout, pass);
    const stride = strideOf(layout, columns),
      samples = new Uint16Array(columns * count);
    let above: Uint8Array = new Uint8Array(stride);
    for (let line = 0; line < lines; line++, from += 1 + stride) {
      const row = rows.subarray(from + 1, from + 1 + stride);
      unfilter(row, above, rows[from]!, step);
      unpack(row, depth, samples);
      for (let i = 0; i < columns; i++) write(samples, i * count, data, ((y + line * dy) * width + x + i * dx) * 4);
      above = row;
    }
  }
  return { data, width, height, channels: 4 };
};
