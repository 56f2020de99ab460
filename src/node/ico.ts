// Decodes the largest picture of Windows icons.

import { ImageError } from '../errors.js';
import type { Pixels } from '../image/pixels.js';
import { decodeBmp } from './bmp.js';
import { decodePng } from './png.js';

const DIRECTORY = 6;
const ENTRY = 16;
const FILE_HEADER = 14;
const PNG = 0x89504e47;

/** A picture in the directory (Microsoft, "Icons"). */
type Entry = { area: number; depth: number; bits: number; at: number; end: number };

const cutOff = (): ImageError => new ImageError('the icon file is cut off or damaged');

const readEntry = (view: DataView, at: number): Entry => {
  const [width, height, colours] = [view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2)];
  const bits = view.getUint16(at + 6, true);
  const start = view.getUint32(at + 12, true);
  return {
    area: (width || 256) * (height || 256),
    depth: bits || Math.ceil(Math.log2(colours || 1)) || 256,
    bits,
    at: start,
    end: start + view.getUint32(at + 8, true),
  };
};

// A bitmap without its file header, and twice as high: below the colours is a mask, which is not needed.
const toBitmap = (bytes: Uint8Array): Uint8Array => {
  const bitmap = new Uint8Array(FILE_HEADER + bytes.length);
  bitmap.set(bytes, FILE_HEADER);
  const view = new DataView(bitmap.buffer);
  if (bytes.length < 40 || view.getUint32(FILE_HEADER, true) < 40) throw cutOff();
  view.setUint32(22, Math.floor(view.getUint32(22, true) / 2), true);
  return bitmap;
};

/**
 * Decodes the largest picture of an icon, of pictures of the same size that with the fewest colours, as Pillow does.
 *
 * @throws {ImageError} if it is cut off or damaged, or larger than `maxPixels`
 */
export const decodeIco = async (bytes: Uint8Array, maxPixels: number): Promise<Pixels> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.length < DIRECTORY ? 0 : view.getUint16(4, true);
  if (count === 0 || bytes.length < DIRECTORY + count * ENTRY) throw cutOff();
  const entries = Array.from({ length: count }, (_, i) => readEntry(view, DIRECTORY + i * ENTRY));
  const [largest] = entries.sort((a, b) => b.area - a.area || a.depth - b.depth);
  const { at, end, bits } = largest!;
  if (at + 8 > bytes.length) throw cutOff();
  const picture = bytes.subarray(at);
  if (view.getUint32(at) === PNG) return decodePng(picture, maxPixels);
  const pixels = decodeBmp(toBitmap(picture), maxPixels);
  const padding = Math.ceil(pixels.width / 32) * 4 - Math.ceil(pixels.width / 8);
  if (bits !== 32 && end - padding > bytes.length) throw cutOff(); // within the mask, whose last row may lack its padding
  return pixels;
};
