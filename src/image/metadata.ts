// Finds the EXIF and XMP metadata of JPEG, PNG, WebP and TIFF files.

import { jpegSegments } from './jpeg-segments.js';

/** A piece of metadata in a file. */
export type Metadata = {
  /** `profile` is EXIF as hexadecimal text, the way ImageMagick writes it into PNG. */
  kind: 'exif' | 'profile' | 'xmp';
  /** Its bytes, and where they start in the file. */
  data: Uint8Array;
  at: number;
  /** Whether `data` is a zlib stream. */
  compressed: boolean;
  /** The segment or chunk that holds it, header and checksum included. */
  start: number;
  end: number;
};

const isAscii = (bytes: Uint8Array, at: number, text: string): boolean => {
  let same = 0;
  while (same < text.length && bytes[at + same] === text.charCodeAt(same)) same++;
  return same === text.length;
};

/** Pieces that are read at most: real files have two or three. */
const MAX_PIECES = 99;

const EXIF = 'Exif\0\0';
const XMP = 'http://ns.adobe.com/xap/1.0/\0';

const pieceOf = (
  bytes: Uint8Array,
  kind: Metadata['kind'],
  at: number,
  until: number,
  chunk: [start: number, end: number],
  compressed = false,
): Metadata => {
  const skipped = kind === 'exif' && isAscii(bytes, at, EXIF) ? at + EXIF.length : at;
  return { kind, data: bytes.subarray(skipped, until), at: skipped, compressed, start: chunk[0], end: chunk[1] };
};

// JPEG (ITU T.81 annex B): APP1 segments before the first scan.
const inJpeg = (bytes: Uint8Array): Metadata[] => {
  const found: Metadata[] = [];
  for (const { marker, start, end } of jpegSegments(bytes)) {
    if (marker === 0xda || found.length === MAX_PIECES) break;
    if (marker !== 0xe1) continue;
    const at = start + 4;
    if (isAscii(bytes, at, EXIF)) found.push(pieceOf(bytes, 'exif', at + EXIF.length, end, [start, end]));
    if (isAscii(bytes, at, XMP)) found.push(pieceOf(bytes, 'xmp', at + XMP.length, end, [start, end]));
  }
  return found;
};

const KEYWORDS: readonly (readonly [string, Metadata['kind']])[] = [
  ['XML:com.adobe.xmp\0', 'xmp'],
  ['Raw profile type exif\0', 'profile'],
];

const TEXTS = ['tEXt', 'zTXt', 'iTXt'];

/** Where a PNG text chunk holds its text, after the keyword: a flag and language in iTXt, a method in zTXt. */
const textOf = (bytes: Uint8Array, name: string, at: number): [at: number, compressed: boolean] => {
  if (name !== 'iTXt') return name === 'zTXt' ? [at + 1, true] : [at, false];
  const language = bytes.indexOf(0, at + 2);
  const keyword = bytes.indexOf(0, language + 1);
  return [keyword + 1, bytes[at] !== 0];
};

// PNG (third edition): eXIf (11.3.2.7) and text chunks (11.3.3).
const inPng = (bytes: Uint8Array, view: DataView): Metadata[] => {
  const found: Metadata[] = [];
  for (let at = 8; at + 12 <= bytes.length && found.length < MAX_PIECES;) {
    const until = at + 8 + view.getUint32(at);
    const isNamed = (name: string): boolean => isAscii(bytes, at + 4, name);
    if (isNamed('IEND')) break;
    if (isNamed('eXIf')) found.push(pieceOf(bytes, 'exif', at + 8, until, [at, until + 4]));
    const name = TEXTS.find(isNamed);
    if (name) {
      const keyword = KEYWORDS.find(([word]) => isAscii(bytes, at + 8, word));
      if (keyword) {
        const [text, compressed] = textOf(bytes, name, at + 8 + keyword[0].length);
        found.push(pieceOf(bytes, keyword[1], text, until, [at, until + 4], compressed));
      }
    }
    at = until + 4;
  }
  return found;
};

// WebP (RFC 9649, 2.7): type, length, data padded to an even size.
const inWebp = (bytes: Uint8Array, view: DataView): Metadata[] => {
  const found: Metadata[] = [];
  for (let at = 12; at + 8 <= bytes.length && found.length < MAX_PIECES;) {
    const until = at + 8 + view.getUint32(at + 4, true);
    const end = until + (until & 1);
    const kind = isAscii(bytes, at, 'EXIF') ? 'exif' : isAscii(bytes, at, 'XMP ') ? 'xmp' : undefined;
    if (kind) found.push(pieceOf(bytes, kind, at + 8, until, [at, end]));
    at = end;
  }
  return found;
};

/** The EXIF and XMP metadata of a JPEG, PNG, WebP or TIFF file, in the order of the file; nothing for other files. */
export const readMetadata = (bytes: Uint8Array): Metadata[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isAscii(bytes, 0, '\xff\xd8')) return inJpeg(bytes);
  if (isAscii(bytes, 0, '\x89PNG\r\n\x1a\n')) return inPng(bytes, view);
  if (isAscii(bytes, 0, 'RIFF') && isAscii(bytes, 8, 'WEBP')) return inWebp(bytes, view);
  // a TIFF file has the form of EXIF data, and begins with the tags of its first page
  if (isAscii(bytes, 0, 'II*\0') || isAscii(bytes, 0, 'MM\0*'))
    return [pieceOf(bytes, 'exif', 0, bytes.length, [0, bytes.length])];
  return [];
};
