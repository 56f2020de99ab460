// Decodes Windows and OS/2 bitmaps.

import { ImageError } from '../errors.js';
import type { Pixels } from '../image/pixels.js';
import { COMPRESSION, readBmpHeader, type BmpHeader } from './bmp-header.js';

type WriteRow = (source: number, target: number) => void;

const indexedRow = (bytes: Uint8Array, data: Uint8Array, { width, depth, palette }: BmpHeader): WriteRow => {
  const mask = 2 ** depth - 1;
  return (source, target) => {
    for (let x = 0, bit = 0, t = target; x < width; x++, bit += depth, t += 3) {
      const index = (bytes[source + (bit >> 3)]! >> (8 - depth - (bit & 7))) & mask;
      data[t] = palette[index * 3]!;
      data[t + 1] = palette[index * 3 + 1]!;
      data[t + 2] = palette[index * 3 + 2]!;
    }
  };
};

const trueColourRow = (bytes: Uint8Array, data: Uint8Array, { width }: BmpHeader): WriteRow => {
  return (source, target) => {
    for (let x = 0, s = source, t = target; x < width; x++, s += 3, t += 3) {
      data[t] = bytes[s + 2]!;
      data[t + 1] = bytes[s + 1]!;
      data[t + 2] = bytes[s]!;
    }
  };
};

const maskedRow = (bytes: Uint8Array, data: Uint8Array, { width, depth, masks }: BmpHeader): WriteRow => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields = masks.map((mask) => {
    const shift = 31 - Math.clz32(mask & -mask);
    return { mask, shift, max: mask >>> shift };
  });
  const step = depth / 8;
  return (source, target) => {
    for (let c = 0; c < 3; c++) {
      const { mask, shift, max } = fields[c]!;
      for (let x = 0, at = source, t = target + c; x < width; x++, at += step, t += 3) {
        const pixel = step === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
        data[t] = (((pixel & mask) >>> shift) * 255) / max;
      }
    }
  };
};

/**
 * Indices of a run-length encoded bitmap, one a byte, rows as they are stored (wingdi.h, "Bitmap Compression"). As in
 * Pillow a run ends with its row, and a file that ends before the last row is cut off.
 */
const decodeRuns = (bytes: Uint8Array, { width, height, at: start, compression }: BmpHeader): Uint8Array => {
  const indices = new Uint8Array(width * height);
  const half = compression === COMPRESSION.rle4;
  let [at, filled, x] = [start, 0, 0];
  while (filled < indices.length && at + 1 < bytes.length) {
    const [count, value] = [bytes[at]!, bytes[at + 1]!];
    at += 2;
    if (count > 0) {
      const used = Math.max(0, Math.min(count, width - x));
      for (let i = 0; i < used; i++) indices[filled + i] = half ? (value >> (i % 2 ? 0 : 4)) & 15 : value;
      filled += used;
      x += used;
    } else if (value === 0) {
      filled = Math.ceil(filled / width) * width;
      x = 0;
    } else if (value === 1) break;
    else if (value === 2) {
      if (at + 1 >= bytes.length) break;
      filled = Math.min(indices.length, filled + bytes[at]! + bytes[at + 1]! * width);
      x = filled % width;
      at += 2;
    } else {
      const wanted = Math.min(indices.length - filled, value);
      for (let i = 0; i < wanted; i++) {
        const byte = bytes[at + (half ? i >> 1 : i)];
        if (byte === undefined) throw cutOff();
        indices[filled++] = half ? (byte >> (i % 2 ? 0 : 4)) & 15 : byte;
      }
      at += half ? (wanted + 1) >> 1 : wanted;
      at += at % 2; // runs start at even bytes of the file
      x += value;
    }
  }
  if (filled < indices.length) throw cutOff();
  return indices;
};

const cutOff = (): ImageError => new ImageError('the BMP file is cut off');

/**
 * Decodes a Windows or OS/2 bitmap: 1, 4 or 8 bits a pixel with a palette, also run-length encoded, or 16, 24 or 32; RGB.
 *
 * @throws {ImageError} if the file is cut off, damaged, larger than `maxPixels`, or of another kind
 */
export const decodeBmp = (bytes: Uint8Array, maxPixels: number): Pixels => {
  const header = readBmpHeader(bytes, maxPixels);
  const { width, height, depth, compression, at, stride } = header;
  const coded = compression === COMPRESSION.rle8 || compression === COMPRESSION.rle4;
  const [source, start, step] = coded ? [decodeRuns(bytes, header), 0, width] : [bytes, at, stride];
  if (!coded && start + step * (height - 1) + Math.ceil((width * depth) / 8) > bytes.length) throw cutOff();
  const data = new Uint8Array(width * height * 3);
  const rowOf = depth <= 8 ? indexedRow : depth === 24 ? trueColourRow : maskedRow;
  const writeRow = rowOf(source, data, coded ? { ...header, depth: 8 } : header);
  for (let y = 0; y < height; y++) {
    const row = header.topDown ? y : height - 1 - y;
    writeRow(start + y * step, row * width * 3);
  }
  return { data, width, height, channels: 3 };
};
