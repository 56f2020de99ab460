// Reads the headers of Windows and OS/2 bitmaps, and accepts the kinds that Pillow accepts.

import { ImageError } from '../errors.js';
import { checkSize } from '../image/pixels.js';

// BITMAPFILEHEADER, then BITMAPCOREHEADER, BITMAPINFOHEADER, an extension of it, or the one of OS/2 2 (wingdi.h).
const FILE_HEADER = 14;
const CORE_HEADER = 12;
const INFO_HEADER = 40;
const HEADERS = [CORE_HEADER, INFO_HEADER, 52, 56, 64, 108, 124];
const DEPTHS = [1, 4, 8, 16, 24, 32];

/** How pixels are stored. */
export const COMPRESSION = { plain: 0, rle8: 1, rle4: 2, masks: 3 } as const;

// Bits of red, green, blue and alpha, by bits of a pixel: those that Pillow reads, with all of 16 and 24 bits opaque.
const MASKS: Readonly<Record<number, readonly string[]>> = {
  16: ['f800,7e0,1f', '7c00,3e0,1f'],
  24: ['ff0000,ff00,ff'],
  32: [
    'ff0000,ff00,ff,0',
    'ff000000,ff0000,ff00,0',
    'ff000000,ff00,ff,0',
    'ff000000,ff0000,ff00,ff',
    'ff,ff00,ff0000,ff000000',
    'ff0000,ff00,ff,ff000000',
    'ff000000,ff00,ff,ff0000',
    '0,0,0,0',
  ],
};

/** What a decoder needs to know. */
export type BmpHeader = {
  width: number;
  height: number;
  topDown: boolean;
  /** Bits of a pixel. */
  depth: number;
  compression: number;
  /** Bits of red, green and blue in a pixel of 16, 24 or 32 bits. */
  masks: number[];
  /** Colours as red, green, blue; indices after them are black. */
  palette: Uint8Array;
  /** Where the pixels begin, and bytes from one row to the next. */
  at: number;
  stride: number;
};

const refused = (what: string): ImageError => new ImageError(`the BMP file ${what}`);

const readMasks = (view: DataView, size: number, depth: number, compression: number): number[] => {
  const plain = depth === 16 ? [0x7c00, 0x03e0, 0x001f] : [0xff0000, 0xff00, 0xff];
  if (compression !== COMPRESSION.masks) return plain;
  const at = FILE_HEADER + INFO_HEADER;
  const count = size >= 56 ? 4 : 3;
  if (at + 4 * count > view.byteLength) throw refused('is cut off in its header');
  const masks = Array.from({ length: count }, (_, i) => view.getUint32(at + 4 * i, true));
  const all = depth === 32 ? [...masks, 0].slice(0, 4) : masks.slice(0, 3);
  const name = all.map((mask) => mask.toString(16)).join();
  if (!MASKS[depth]?.includes(name)) {
    throw refused(`keeps its colours in the bits ${name} of ${depth}: such files are not decoded`);
  }
  return masks[0] ? masks.slice(0, 3) : plain;
};

const readPalette = (bytes: Uint8Array, at: number, count: number, entry: number): Uint8Array => {
  const colours = new Uint8Array(256 * 3);
  const grey = Array.from({ length: count }, (_, i) => i).every((i) => {
    const value = count === 2 ? i * 255 : i;
    return [0, 1, 2].every((c) => bytes[at + i * entry + c] === value);
  });
  // Pillow drops a palette that runs from black to white, so that greys after it stay
  if (grey && count > 2) return colours.map((_, i) => Math.floor(i / 3));
  if (count > 256) throw refused(`has a palette of ${count} colours; at most 256 are read`);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) colours[i * 3 + c] = bytes[at + i * entry + 2 - c] ?? 0;
  }
  return colours;
};

/**
 * Reads the header of a bitmap, its masks and palette.
 *
 * @throws {ImageError} if it is cut off, larger than `maxPixels`, or of a kind that is not decoded
 */
export const readBmpHeader = (bytes: Uint8Array, maxPixels: number): BmpHeader => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = bytes.length < FILE_HEADER + CORE_HEADER ? 0 : view.getUint32(FILE_HEADER, true);
  if (size > 0 && !HEADERS.includes(size)) throw refused(`has an unknown header of ${size} bytes`);
  if (size === 0 || FILE_HEADER + size > bytes.length) throw refused('is cut off in its header');
  const core = size === CORE_HEADER;
  const topDown = !core && view.getUint8(25) === 0xff;
  const width = core ? view.getUint16(18, true) : view.getUint32(18, true);
  const height = core
    ? view.getUint16(20, true)
    : Math.abs(topDown ? view.getInt32(22, true) : view.getUint32(22, true));
  const depth = view.getUint16(core ? 24 : 28, true);
  const compression = core ? COMPRESSION.plain : view.getUint32(30, true);
  checkSize(width, height, 'the BMP file', maxPixels);
  const coded = compression === COMPRESSION.rle8 || compression === COMPRESSION.rle4;
  if (!DEPTHS.includes(depth) || compression > COMPRESSION.masks || (coded && depth > 8)) {
    throw refused(`has ${depth} bits a pixel and compression ${compression}: such files are not decoded`);
  }
  const masks = readMasks(view, size, depth, compression);
  const entry = core ? 3 : 4;
  const count = depth > 8 ? 0 : (core ? 0 : view.getUint32(46, true)) || 2 ** depth;
  const afterHeader = FILE_HEADER + size;
  const afterMasks = compression === COMPRESSION.masks && size === INFO_HEADER ? afterHeader + 12 : afterHeader;
  if (count > 65536) throw refused(`has a palette of ${count} colours; at most 256 are read`);
  const stated = view.getUint32(10, true);
  return {
    width,
    height,
    topDown,
    depth,
    compression,
    masks,
    palette: readPalette(bytes, afterHeader, count, entry),
    // some files state that the pixels begin where the palette does
    at: stated && !(stated === afterHeader && depth <= 8) ? stated : afterMasks + count * entry,
    stride: Math.ceil((width * depth) / 32) * 4,
  };
};
