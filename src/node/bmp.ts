// Decodes Windows bitmaps.

import { ImageError } from '../errors.js';
import { checkSize, type Pixels } from '../image/pixels.js';

// Windows bitmaps: BITMAPFILEHEADER, then BITMAPCOREHEADER or BITMAPINFOHEADER or a later one (Microsoft, wingdi.h).

const FILE_HEADER = 14;
const CORE_HEADER = 12;
const INFO_HEADER = 40;
const RGB = 0;
const BITFIELDS = 3;
const ALPHA_BITFIELDS = 6;
const DEPTHS = [1, 4, 8, 16, 24, 32];

type Header = {
  width: number;
  height: number;
  topDown: boolean;
  depth: number;
  /** Bits of red, green and blue in a pixel of 16 or 32 bits. */
  masks: number[];
  palette: { at: number; count: number; entry: number };
  /** Where the rows begin, and bytes from one to the next. */
  at: number;
  stride: number;
};

const readMasks = (view: DataView, size: number, depth: number, compression: number): number[] => {
  if (compression === RGB) return depth === 16 ? [0x7c00, 0x03e0, 0x001f] : [0xff0000, 0xff00, 0xff];
  if (view.byteLength < FILE_HEADER + INFO_HEADER + 12) throw new ImageError('the BMP file is cut off in its header');
  const at = FILE_HEADER + Math.min(size, INFO_HEADER);
  const masks = [0, 4, 8].map((offset) => view.getUint32(at + offset, true));
  if (masks.includes(0)) throw new ImageError('the BMP file has a colour without bits');
  return masks;
};

const readHeader = (view: DataView): Header => {
  if (view.byteLength < FILE_HEADER + CORE_HEADER) throw new ImageError('the BMP file is cut off in its header');
  const size = view.getUint32(FILE_HEADER, true);
  const core = size === CORE_HEADER;
  if (!core && (size < INFO_HEADER || view.byteLength < FILE_HEADER + INFO_HEADER)) {
    throw new ImageError(`the BMP file has an unknown header of ${size} bytes, or is cut off in it`);
  }
  const width = core ? view.getUint16(18, true) : view.getInt32(18, true);
  const height = core ? view.getUint16(20, true) : view.getInt32(22, true);
  const depth = view.getUint16(core ? 24 : 28, true);
  const compression = core ? RGB : view.getUint32(30, true);
  checkSize(width, Math.abs(height), 'the BMP file');
  const packed = compression === BITFIELDS || compression === ALPHA_BITFIELDS;
  if (!DEPTHS.includes(depth) || !(compression === RGB || (packed && (depth === 16 || depth === 32)))) {
    throw new ImageError(`BMP files of ${depth} bits a pixel and compression ${compression} are not decoded`);
  }
  const colours = core ? 0 : view.getUint32(46, true);
  return {
    width,
    height: Math.abs(height),
    topDown: height < 0,
    depth,
    masks: readMasks(view, size, depth, compression),
    palette: { at: FILE_HEADER + size, count: Math.min(colours || 256, 256, 2 ** depth), entry: core ? 3 : 4 },
    at: view.getUint32(10, true),
    stride: Math.ceil((width * depth) / 32) * 4,
  };
};

// Colours of a palette as red, green, blue; black where the file ends before its palette does.
const readPalette = (bytes: Uint8Array, { palette: { at, count, entry } }: Header): Uint8Array => {
  const colours = new Uint8Array(256 * 3);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) colours[i * 3 + c] = bytes[at + i * entry + 2 - c] ?? 0;
  }
  return colours;
};

type WriteRow = (source: number, target: number) => void;

const indexedRow = (bytes: Uint8Array, data: Uint8Array, header: Header): WriteRow => {
  const { width, depth } = header;
  const colours = readPalette(bytes, header);
  const perByte = 8 / depth;
  const mask = 2 ** depth - 1;
  return (source, target) => {
    for (let x = 0; x < width; x++) {
      const shift = 8 - depth * ((x % perByte) + 1);
      const index = (bytes[source + Math.floor(x / perByte)]! >> shift) & mask;
      for (let c = 0; c < 3; c++) data[target + x * 3 + c] = colours[index * 3 + c]!;
    }
  };
};

const trueColourRow = (bytes: Uint8Array, data: Uint8Array, { width }: Header): WriteRow => {
  return (source, target) => {
    for (let x = 0, s = source, t = target; x < width; x++, s += 3, t += 3) {
      data[t] = bytes[s + 2]!;
      data[t + 1] = bytes[s + 1]!;
      data[t + 2] = bytes[s]!;
    }
  };
};

const maskedRow = (view: DataView, data: Uint8Array, { width, depth, masks }: Header): WriteRow => {
  const fields = masks.map((mask) => {
    const shift = 31 - Math.clz32(mask & -mask);
    return { mask, shift, max: mask >>> shift };
  });
  const step = depth / 8;
  return (source, target) => {
    for (let x = 0; x < width; x++) {
      const at = source + x * step;
      const pixel = step === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
      fields.forEach(({ mask, shift, max }, c) => {
        data[target + x * 3 + c] = Math.floor((((pixel & mask) >>> shift) * 255) / max);
      });
    }
  };
};

/**
 * Decodes an uncompressed Windows bitmap of 1, 4, 8, 16, 24 or 32 bits a pixel; RGB.
 *
 * @throws {ImageError} if the file is cut off, damaged, or of another kind
 */
export const decodeBmp = (bytes: Uint8Array): Pixels => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readHeader(view);
  const { width, height, depth, at, stride } = header;
  if (at + stride * (height - 1) + Math.ceil((width * depth) / 8) > bytes.length)
    throw new ImageError('the BMP file is cut off');
  const data = new Uint8Array(width * height * 3);
  const rowOf = depth <= 8 ? indexedRow : depth === 24 ? trueColourRow : undefined;
  const writeRow = rowOf ? rowOf(bytes, data, header) : maskedRow(view, data, header);
  for (let y = 0; y < height; y++) {
    const row = header.topDown ? y : height - 1 - y;
    writeRow(at + y * stride, row * width * 3);
  }
  return { data, width, height, channels: 3 };
};
