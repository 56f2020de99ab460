// Decodes PNG files, row by row as their pixels are inflated.

import { constants, createInflateRaw } from 'node:zlib';
import { ImageError } from '../errors.js';
import type { Pixels } from '../image/pixels.js';
import { damaged, readChunks, readLayout, type Layout, type Pass } from './png-chunks.js';
import { rowWriter, unfilter, type WriteRow } from './png-rows.js';

const sizeOf = ({ width, height }: Layout, [x, y, dx, dy]: Pass): [columns: number, rows: number] => {
  const columns = Math.max(Math.ceil((width - x) / dx), 0);
  return [columns, columns && Math.max(Math.ceil((height - y) / dy), 0)];
};

const strideOf = ({ depth, samples }: Layout, columns: number): number => Math.ceil((columns * samples * depth) / 8);

/** Bytes of all rows, each with its filter. */
const lengthOf = (layout: Layout): number =>
  layout.passes.reduce((sum, pass) => {
    const [columns, rows] = sizeOf(layout, pass);
    return sum + rows * (1 + strideOf(layout, columns));
  }, 0);

/** Bytes that may follow the last row, as other decoders allow. */
const MAX_EXTRA = 2 ** 20;

/** What a byte of deflate can become at most: 258 bytes for two bits. */
const MAX_RATIO = 1032;

/** Adler-32 (RFC 1950, section 9), continued. */
const adler32 = (bytes: Uint8Array, before: number): number => {
  let [a, b] = [before & 0xffff, before >>> 16];
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
 * Inflates the rows, and hands them on in pieces. The zlib stream (RFC 1950) may end as soon as they are complete: it is
 * read as raw deflate, and its checksum compared where it is there.
 *
 * @param length bytes of all rows
 */
const inflate = async (stream: Uint8Array, length: number, take: (piece: Uint8Array) => void): Promise<void> => {
  const inflater = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH, chunkSize: 2 ** 17 });
  inflater.end(stream.subarray(2));
  let [count, checksum] = [0, 1];
  try {
    for await (const piece of inflater as AsyncIterable<Uint8Array>) {
      checksum = adler32(piece, checksum);
      take(piece.subarray(0, length - Math.min(count, length)));
      count += piece.length;
      if (count > length + MAX_EXTRA) throw damaged('its pixels are more than its header says');
    }
  } catch (error) {
    throw error instanceof ImageError ? error : damaged((error as Error).message, error);
  }
  if (count < length) throw damaged(`${count} bytes of pixels instead of ${length}`);
  const used = 2 + inflater.bytesWritten;
  const view = new DataView(stream.buffer, stream.byteOffset, stream.length);
  if (count === length && used + 4 <= stream.length && view.getUint32(used) !== checksum) {
    throw damaged('its pixels have a wrong checksum');
  }
};

const checkStream = (stream: Uint8Array, length: number): void => {
  const [method = 0, flags = 0] = stream;
  if ((method & 15) !== 8 || method >> 4 > 7 || (method * 256 + flags) % 31 || flags & 32) {
    throw damaged('its pixels are no zlib stream');
  }
  if (length > stream.length * MAX_RATIO) throw damaged(`${stream.length} bytes cannot hold its pixels`);
};

/** Collects the rows of all passes from pieces of any length, and writes their pixels. */
const rowCollector = (layout: Layout, write: WriteRow): ((piece: Uint8Array) => void) => {
  const { width, depth, samples, passes } = layout;
  const step = Math.max((samples * depth) >> 3, 1);
  let [pass, line, filled, filter] = [0, -1, 0, 0];
  let [columns, lines, stride] = [0, 0, 0];
  // the row, of which `filled` bytes are there, or -1 before its filter, and the row above
  let [row, above] = [new Uint8Array(0), new Uint8Array(0)];
  const startRow = (): void => {
    filled = -1;
    line++;
    while (line >= lines && pass < passes.length) {
      [columns, lines] = sizeOf(layout, passes[pass++]!);
      stride = strideOf(layout, columns);
      [row, above, line] = [new Uint8Array(stride), new Uint8Array(stride), 0];
    }
  };
  startRow();
  return (piece) => {
    for (let at = 0; at < piece.length;) {
      if (filled < 0) [filter, filled] = [piece[at++]!, 0];
      const part = piece.subarray(at, at + stride - filled);
      row.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < stride) continue;
      const [x, y, dx, dy] = passes[pass - 1]!;
      unfilter(row, above, filter, step);
      write(row, columns, (y + line * dy) * width + x, dx);
      [row, above] = [above, row];
      startRow();
    }
  };
};

/**
 * Decodes a still PNG file to 8 bits a channel (the high byte of 16); RGBA, not turned.
 *
 * @throws {ImageError} if it is cut off or damaged, or has more than `maxPixels`
 */
export const decodePng = async (bytes: Uint8Array, maxPixels: number): Promise<Pixels> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const layout = readLayout(view, maxPixels);
  const chunks = readChunks(bytes, view, layout);
  const length = lengthOf(layout);
  checkStream(chunks.compressed, length);
  const { width, height } = layout;
  const data = new Uint8Array(width * height * 4);
  await inflate(chunks.compressed, length, rowCollector(layout, rowWriter(chunks, layout, data)));
  return { data, width, height, channels: 4 };
};
