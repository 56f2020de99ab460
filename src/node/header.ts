// Reads the headers of JPEG, PNG and WebP files: sizes, and what is not decoded.

import { ImageError } from '../errors.js';

/** What the header of an encoded picture tells before it is decoded. */
export type Header = { width: number; height: number; refusal?: string };

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

// Frame headers of JPEG (ITU T.81, table B.1) by marker; the rest of C0..CF are no frames.
const FRAMES: Record<number, string> = {
  0xc0: 'baseline',
  0xc1: 'extended',
  0xc2: 'progressive',
  0xc3: 'lossless',
  0xc5: 'hierarchical',
  0xc6: 'hierarchical',
  0xc7: 'hierarchical',
  0xc9: 'arithmetic-coded',
  0xca: 'arithmetic-coded',
  0xcb: 'arithmetic-coded',
  0xcd: 'hierarchical',
  0xce: 'hierarchical',
  0xcf: 'hierarchical',
};

const DECODED = ['baseline', 'extended', 'progressive'];

const SCAN_LIMIT = 100;

const refusalOfJpeg = (kind: string, precision: number, components: number, scans: number): string | undefined => {
  if (!DECODED.includes(kind)) return `${kind} JPEG files are not decoded`;
  if (precision !== 8) return `JPEG files of ${precision} bits a sample are not decoded, only 8`;
  if (components === 4) return 'CMYK JPEG files are not decoded: convert the file to RGB';
  if (components !== 1 && components !== 3)
    return `JPEG files of ${components} components are not decoded, only 1 and 3`;
  if (scans > SCAN_LIMIT) return `the JPEG file has ${scans} scans; at most ${SCAN_LIMIT} are decoded`;
  return undefined;
};

// Scans that begin after `at`; inside a scan FF is followed by 00 or a restart marker.
const countScans = (bytes: Uint8Array, at: number): number => {
  let scans = 0;
  for (let i = bytes.indexOf(0xff, at); i >= 0 && i + 1 < bytes.length; i = bytes.indexOf(0xff, i + 1)) {
    if (bytes[i + 1] === 0xda) scans++;
  }
  return scans;
};

/**
 * Size of a JPEG file, and whether it is of a kind that the decoder knows.
 *
 * @throws {ImageError} if no frame header is found
 */
export const readJpegHeader = (bytes: Uint8Array): Header => {
  const view = viewOf(bytes);
  let at = 2;
  while (at + 10 <= bytes.length) {
    const marker = view.getUint8(at + 1);
    if (view.getUint8(at) !== 0xff || marker === 0xff || marker === 0x00) {
      at++;
      continue;
    }
    const kind = FRAMES[marker];
    if (kind !== undefined) {
      const scans = kind === 'progressive' ? countScans(bytes, at) : 1;
      const refusal = refusalOfJpeg(kind, view.getUint8(at + 4), view.getUint8(at + 9), scans);
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5), refusal };
    }
    const alone = marker === 0x01 || marker === 0xd8 || (marker >= 0xd0 && marker <= 0xd7);
    at += alone ? 2 : 2 + view.getUint16(at + 2);
  }
  throw new ImageError('the JPEG file has no frame header: it is cut off or damaged');
};

/**
 * Size of a PNG file.
 *
 * @throws {ImageError} if the first chunk is no header
 */
export const readPngHeader = (bytes: Uint8Array): Header => {
  const view = viewOf(bytes);
  if (bytes.length < 33 || view.getUint32(12) !== 0x49484452) {
    throw new ImageError('the PNG file has no header chunk: it is cut off or damaged');
  }
  return { width: view.getUint32(16), height: view.getUint32(20) };
};

const uint24 = (view: DataView, at: number): number => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);

const ANIMATED = 2;

/**
 * Size of a WebP file (RFC 9649, sections 2.5 to 2.7), and whether it is a still picture.
 *
 * @throws {ImageError} if the first chunk is no picture
 */
export const readWebpHeader = (bytes: Uint8Array): Header => {
  const view = viewOf(bytes);
  const chunk = bytes.length < 30 ? '' : String.fromCharCode(...bytes.subarray(12, 16));
  if (chunk === 'VP8 ') return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  if (chunk === 'VP8L') {
    const sizes = view.getUint32(21, true);
    return { width: (sizes & 0x3fff) + 1, height: ((sizes >>> 14) & 0x3fff) + 1 };
  }
  if (chunk === 'VP8X') {
    const refusal = view.getUint8(20) & ANIMATED ? 'animated WebP files are not decoded' : undefined;
    return { width: uint24(view, 24) + 1, height: uint24(view, 27) + 1, refusal };
  }
  throw new ImageError('the WebP file has no picture header: it is cut off or damaged');
};
