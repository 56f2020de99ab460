// Decodes PNG files.

import { Buffer } from 'node:buffer';
import { constants, inflateRawSync } from 'node:zlib';
import { ImageError } from '../errors.js';
import { checkSize, type Pixels } from '../image/pixels.js';
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

/**
 * What a decoder needs. As in Pillow, the checksums of all chunks before the pixels must be right, and the pixels are in
 * IDAT chunks that follow each other; the file may end after them.
 */
const readChunks = (bytes: Uint8Array, view: DataView): Chunks => {
  const chunks: Chunks = { palette: new Uint8Array(0), transparency: new Uint8Array(0), compressed: [] };
  let [started, finished] = [false, false];
  for (let at = SIGNATURE; ;) {
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (!/^\w{4}$/.test(name)) {
      if (started) return chunks;
      throw damaged('it ends before its pixels, or has a chunk without a name');
    }
    const end = at + 8 + view.getUint32(at);
    const data = bytes.subarray(at + 8, end);
    if (name === 'IDAT' && !finished) {
      started = true;
      chunks.compressed.push(data);
      if (end > bytes.length) return chunks;
    } else {
      if (end > bytes.length) throw damaged(`it ends within chunk ${name}`);
      finished = started;
      if (!started) readChunk(chunks, name, data, crc32(bytes.subarray(at + 4, end)) === checksumAt(view, end));
      if (name === 'IEND') return chunks;
    }
    at = end + 4;
  }
};

const checksumAt = (view: DataView, at: number): number | undefined =>
  at + 4 <= view.byteLength ? view.getUint32(at) : undefined;

/** Bytes that chunks without a use here must have at least, as in Pillow. */
const MIN_LENGTHS: Readonly<Record<string, number>> = { gAMA: 4, cHRM: 32, sRGB: 1, pHYs: 9 };

const readChunk = (chunks: Chunks, name: string, data: Uint8Array, intact: boolean): void => {
  if (!intact) throw damaged(`chunk ${name} has a wrong checksum`);
  if (name === 'IEND') throw damaged('it has no pixels');
  if (data.length < (MIN_LENGTHS[name] ?? 0)) throw damaged(`chunk ${name} is too short`);
  if (name === 'PLTE') chunks.palette = data;
  if (name === 'tRNS') chunks.transparency = data;
};

const readLayout = (view: DataView): Layout => {
  if (view.byteLength < 33 || view.getUint32(12) !== 0x49484452) throw damaged('it has no header chunk');
  checkSize(view.getUint32(16), view.getUint32(20), 'the PNG file');
  const [depth, colour, filter, interlace] = [24, 25, 27, 28].map((at) => view.getUint8(at)) as [
    number,
    number,
    number,
    number,
  ];
  const kind = KINDS[colour];
  if (!kind?.depths.includes(depth) || filter || interlace > 1) {
    throw damaged(`colour type ${colour} with ${depth} bits, filter method ${filter}, interlace method ${interlace}`);
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

const checkLengths = ({ palette, transparency }: Chunks, { colour, samples }: Layout): void => {
  if (colour === INDEXED && palette.length > 768) throw damaged(`its palette has ${palette.length / 3} colours`);
  const needed = colour === GREY || colour === RGB ? 2 * samples : 0;
  if (transparency.length > 0 && transparency.length < needed) throw damaged('chunk tRNS is too short');
};

const sizeOf = ({ width, height }: Layout, [x, y, dx, dy]: Pass): [columns: number, rows: number] => {
  const columns = Math.max(Math.ceil((width - x) / dx), 0);
  return [columns, columns && Math.max(Math.ceil((height - y) / dy), 0)];
};

const strideOf = ({ depth, samples }: Layout, columns: number): number => Math.ceil((columns * samples * depth) / 8);

/** Bytes that may follow the last row, as other decoders allow. */
const MAX_EXTRA = 2 ** 20;

/** Adler-32 (RFC 1950, section 9). */
const adler32 = (bytes: Uint8Array): number => {
  let [a, b] = [1, 0];
  for (let i = 0; i < bytes.length;) {
    // as many bytes as cannot overflow 32 bits
    for (const end = Math.min(i + 5552, bytes.length); i < end; i++) {
      a += bytes[i]!;
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return b * 65536 + a;
};

/**
 * The rows with their filter bytes. The zlib stream (RFC 1950) may end as soon as they are complete: it is read as raw
 * deflate, and its checksum compared where it is there.
 */
const inflate = (compressed: readonly Uint8Array[], layout: Layout): Uint8Array => {
  const length = layout.passes.reduce((sum, pass) => {
    const [columns, rows] = sizeOf(layout, pass);
    return sum + rows * (1 + strideOf(layout, columns));
  }, 0);
  const stream = Buffer.concat(compressed);
  const [method = 0, flags = 0] = stream;
  if ((method & 15) !== 8 || method >> 4 > 7 || (method * 256 + flags) % 31 || flags & 32) {
    throw damaged('its pixels are no zlib stream');
  }
  let data: Buffer;
  let used: number;
  try {
    const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: length + MAX_EXTRA, info: true };
    const inflated = inflateRawSync(stream.subarray(2), options) as unknown as Inflated;
    data = inflated.buffer;
    used = 2 + inflated.engine.bytesWritten;
  } catch (error) {
    throw damaged((error as Error).message, error);
  }
  if (data.length < length) throw damaged(`${data.length} bytes of pixels instead of ${length}`);
  if (data.length === length && used + 4 <= stream.length && stream.readUInt32BE(used) !== adler32(data)) {
    throw damaged('its pixels have a wrong checksum');
  }
  return data.subarray(0, length);
};

/** What `inflateRawSync` returns with `info`: the output, and an engine that counts the bytes it used. */
type Inflated = { buffer: Buffer; engine: { bytesWritten: number } };

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
  if ((colour !== GREY && colour !== RGB) || transparency.length === 0) return undefined;
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
  checkLengths(chunks, layout);
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
