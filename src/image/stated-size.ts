// The sizes that JPEG, PNG, WebP, GIF, BMP and AVIF files state, checked before anything is decoded.

import { jpegSegments } from './jpeg-segments.js';
import { checkSize } from './pixels.js';

/** Bytes before the boxes in a box of ISO/IEC 14496-12 and 23008-12, by its name. */
const CONTAINERS: Readonly<Record<string, number>> = {
  ...{ meta: 4, iprp: 0, ipco: 0 },
  ...{ moov: 0, trak: 0, mdia: 0, minf: 0, stbl: 0, stsd: 8 },
};

/** The most significant byte first; bytes after the end of the file are 0. */
const big = (bytes: Uint8Array, at: number, count: number): number => {
  let value = 0;
  for (const end = at + count; at < end; at++) value = value * 256 + (bytes[at] ?? 0);
  return value;
};

const little = (bytes: Uint8Array, at: number, count: number): number => {
  let value = 0;
  for (let i = at + count; i-- > at;) value = value * 256 + (bytes[i] ?? 0);
  return value;
};

/** Calls `visit` with the name of each box that describes the pictures of an AVIF file, and where its data begins. */
export const visitBoxes = (bytes: Uint8Array, visit: (name: string, at: number) => void): void => {
  for (let at = 0; at + 8 <= bytes.length;) {
    const length = big(bytes, at, 4);
    const name = String.fromCharCode(bytes[at + 4]!, bytes[at + 5]!, bytes[at + 6]!, bytes[at + 7]!);
    visit(name, at + 8);
    if (length < 8) return;
    // the boxes in a container end where it does
    at += name in CONTAINERS ? 8 + CONTAINERS[name]! : length;
  }
};

type Visit = (width: number, height: number) => void;

// Frame headers before the first scan.
const visitJpeg = (bytes: Uint8Array, visit: Visit): void => {
  for (const { marker, start } of jpegSegments(bytes)) {
    if (marker === 0xda) return;
    // the others of this row define tables and arithmetic coding
    const isFrame = marker < 0xd0 && (marker & 3 || marker === 0xc0);
    if (isFrame) visit(big(bytes, start + 7, 2), big(bytes, start + 5, 2));
  }
};

// The screen, and the first frame, which may reach beyond it (GIF89a, sections 18 to 26).
const visitGif = (bytes: Uint8Array, visit: Visit): void => {
  visit(little(bytes, 6, 2), little(bytes, 8, 2));
  let at = 13 + (bytes[10]! & 128 && 6 << (bytes[10]! & 7));
  for (; at < bytes.length && bytes[at] !== 0x2c; at++) {
    if (bytes[at] === 0x21) for (at += 2; bytes[at]; at += bytes[at]! + 1);
  }
  visit(little(bytes, at + 1, 2) + little(bytes, at + 5, 2), little(bytes, at + 3, 2) + little(bytes, at + 7, 2));
};

// The first chunk (RFC 9649, section 2), which must be one of these.
const visitWebp = (bytes: Uint8Array, visit: Visit): void => {
  const kind = bytes[15];
  const sizes = little(bytes, 21, 4);
  if (kind === 0x20) visit(little(bytes, 26, 2) & 0x3fff, little(bytes, 28, 2) & 0x3fff);
  else if (kind === 0x4c) visit((sizes & 0x3fff) + 1, ((sizes >> 14) & 0x3fff) + 1);
  else visit(little(bytes, 24, 3) + 1, little(bytes, 27, 3) + 1);
};

const visitSizes = (bytes: Uint8Array, visit: Visit): void => {
  switch (big(bytes, 0, 2)) {
    case 0xffd8:
      return visitJpeg(bytes, visit);
    case 0x8950: // PNG
      return visit(big(bytes, 16, 4), big(bytes, 20, 4));
    case 0x4749:
      return visitGif(bytes, visit);
    case 0x5249: // RIFF
      return visitWebp(bytes, visit);
    case 0x424d: {
      const isCore = little(bytes, 14, 4) === 12;
      const height = little(bytes, isCore ? 20 : 22, isCore ? 2 : 4);
      return visit(little(bytes, 18, isCore ? 2 : 4), isCore ? height : Math.abs(height | 0));
    }
    default:
      visitBoxes(bytes, (name, at) => {
        if (name === 'ispe') visit(big(bytes, at + 4, 4), big(bytes, at + 8, 4));
        if (name === 'av01') visit(big(bytes, at + 24, 2), big(bytes, at + 26, 2));
      });
  }
};

/**
 * Refuses files whose headers state a picture that is too large; files of other kinds pass.
 *
 * @throws {ImageError} as `checkSize`
 */
export const checkStatedSize = (bytes: Uint8Array, maxPixels: number): void =>
  visitSizes(bytes, (width, height) => {
    // what has no size is left to the decoder
    if (width * height > 0) checkSize(width, height, 'the image', maxPixels);
  });
