// EXIF orientation: how a file says that it must be turned, and turning its pixels.

import { bytesOf, type Pixels } from './pixels.js';

/** How a stored picture must be turned to stand upright, numbered as EXIF tag 0x0112 does; 1 is upright. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Where a file says how to turn the picture. */
export type OrientationTag = {
  value: Orientation;
  /** Byte of the file whose value is the orientation. */
  byte: number;
  /** The chunk or segment that holds the EXIF data, its header and checksum included. */
  start: number;
  end: number;
};

type Span = Pick<OrientationTag, 'start' | 'end'> & { exif: number };

const TAG = 0x0112;
const SHORT = 3;

const isAscii = (view: DataView, at: number, text: string): boolean => {
  if (at + text.length > view.byteLength) return false;
  for (let i = 0; i < text.length; i++) if (view.getUint8(at + i) !== text.charCodeAt(i)) return false;
  return true;
};

// JPEG (ITU T.81 annex B): segments up to the first scan; EXIF is in APP1.
const spanOfJpeg = (view: DataView): Span | undefined => {
  let at = 2;
  while (at + 4 <= view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at++;
      continue;
    }
    const alone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
    const end = alone ? at + 2 : at + 2 + view.getUint16(at + 2);
    if (marker === 0xda || marker === 0xd9 || end < at + 2) return undefined;
    if (marker === 0xe1 && isAscii(view, at + 4, 'Exif\0\0')) return { exif: at + 10, start: at, end };
    at = end;
  }
  return undefined;
};

// PNG (third edition, 11.3.2.7 eXIf): length, type, data, CRC.
const spanOfPng = (view: DataView): Span | undefined => {
  let at = 8;
  while (at + 12 <= view.byteLength) {
    const end = at + 12 + view.getUint32(at);
    if (isAscii(view, at + 4, 'eXIf')) return { exif: at + 8, start: at, end };
    if (isAscii(view, at + 4, 'IEND')) return undefined;
    at = end;
  }
  return undefined;
};

// WebP (RFC 9649, 2.7): type, length, data padded to an even size.
const spanOfWebp = (view: DataView): Span | undefined => {
  let at = 12;
  while (at + 8 <= view.byteLength) {
    const length = view.getUint32(at + 4, true);
    const end = at + 8 + length + (length & 1);
    if (isAscii(view, at, 'EXIF')) {
      const exif = isAscii(view, at + 8, 'Exif\0\0') ? at + 14 : at + 8;
      return { exif, start: at, end };
    }
    at = end;
  }
  return undefined;
};

const spanOf = (view: DataView): Span | undefined => {
  if (isAscii(view, 0, '\xff\xd8')) return spanOfJpeg(view);
  if (isAscii(view, 0, '\x89PNG\r\n\x1a\n')) return spanOfPng(view);
  if (isAscii(view, 0, 'RIFF') && isAscii(view, 8, 'WEBP')) return spanOfWebp(view);
  return undefined;
};

// The tag in the first directory (TIFF 6.0, section 2) of the EXIF data.
const tagIn = (view: DataView, span: Span): OrientationTag | undefined => {
  const { exif } = span;
  const end = Math.min(span.end, view.byteLength);
  const little = isAscii(view, exif, 'II*\0');
  if (exif + 8 > end || (!little && !isAscii(view, exif, 'MM\0*'))) return undefined;
  const directory = exif + view.getUint32(exif + 4, little);
  if (directory + 2 > end) return undefined;
  const entries = view.getUint16(directory, little);
  for (let i = 0, at = directory + 2; i < entries && at + 12 <= end; i++, at += 12) {
    if (view.getUint16(at, little) !== TAG) continue;
    if (view.getUint16(at + 2, little) !== SHORT || view.getUint32(at + 4, little) !== 1) return undefined;
    const value = view.getUint16(at + 8, little);
    if (value < 1 || value > 8) return undefined;
    return { value: value as Orientation, byte: little ? at + 8 : at + 9, start: span.start, end };
  }
  return undefined;
};

/** The orientation tag of a JPEG, PNG or WebP file; `undefined` where there is none or it cannot be read. */
export const orientationTag = (bytes: Uint8Array): OrientationTag | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const span = spanOf(view);
  return span && tagIn(view, span);
};

/** The EXIF orientation of a JPEG, PNG or WebP file; 1 where there is none or it cannot be read. Never throws. */
export const readOrientation = (bytes: Uint8Array): Orientation => orientationTag(bytes)?.value ?? 1;

/**
 * The picture turned upright, as Pillow's `ImageOps.exif_transpose` does.
 *
 * @returns a new picture; for orientation 1 the same
 */
export const orient = (pixels: Pixels, orientation: Orientation): Pixels => {
  if (orientation === 1) return pixels;
  const { width, height, channels } = pixels;
  const swapped = orientation >= 5;
  const mirroredX = [2, 3, 7, 8].includes(orientation);
  const mirroredY = [3, 4, 6, 7].includes(orientation);
  // Steps through the stored picture for one column and one row of the upright one.
  const stepX = mirroredX ? -channels : channels;
  const stepY = (mirroredY ? -width : width) * channels;
  const start = (mirroredX ? width - 1 : 0) * channels + (mirroredY ? height - 1 : 0) * width * channels;
  const size = swapped ? { width: height, height: width } : { width, height };
  const data = turn(bytesOf(pixels), channels, start, swapped ? stepY : stepX, swapped ? stepX : stepY, size);
  return { data, ...size, channels };
};

// Side of the tiles that are copied at a time, so that reads down a column stay in the cache.
const TILE = 32;

const turn = (
  source: Uint8Array,
  channels: number,
  start: number,
  columnStep: number,
  rowStep: number,
  { width, height }: { width: number; height: number },
): Uint8Array => {
  const data = new Uint8Array(width * height * channels);
  for (let top = 0; top < height; top += TILE) {
    for (let left = 0; left < width; left += TILE) {
      const right = Math.min(left + TILE, width);
      const bottom = Math.min(top + TILE, height);
      for (let y = top; y < bottom; y++) {
        let s = start + y * rowStep + left * columnStep;
        let t = (y * width + left) * channels;
        for (let x = left; x < right; x++, s += columnStep, t += channels) {
          data[t] = source[s]!;
          data[t + 1] = source[s + 1]!;
          data[t + 2] = source[s + 2]!;
          if (channels === 4) data[t + 3] = source[s + 3]!;
        }
      }
    }
  }
  return data;
};
