// Reads the chunks of PNG files (W3C, PNG specification, third edition): the header, the palette, the compressed pixels.

import { ImageError } from '../errors.js';
import { checkSize } from '../image/pixels.js';
import { crc32 } from './crc32.js';

const SIGNATURE = 8;

/** Colour types. */
export const GREY = 0,
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
export type Pass = readonly [x: number, y: number, dx: number, dy: number];

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

/** What the chunks hold that a decoder needs: `compressed` is the zlib stream of all IDAT chunks. */
export type Chunks = { palette: Uint8Array; transparency: Uint8Array; compressed: Uint8Array };

/** What the header says. */
export type Layout = {
  width: number;
  height: number;
  /** Bits of a sample. */
  depth: number;
  colour: number;
  /** Samples of a pixel. */
  samples: number;
  passes: readonly Pass[];
};

/** The error of a file that ends too early, or breaks a rule of the format. */
export const damaged = (what: string, cause?: unknown): ImageError =>
  new ImageError(`the PNG file is cut off or damaged: ${what}`, { cause });

const IHDR = 0x49484452;
const IDAT = 0x49444154;

/**
 * Reads the header.
 *
 * @throws {ImageError} if there is none, the picture is too large, or of an unknown kind
 */
export const readLayout = (view: DataView, maxPixels: number): Layout => {
  if (view.byteLength < 33 || view.getUint32(12) !== IHDR) throw damaged('it has no header chunk');
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  checkSize(width, height, 'the PNG file', maxPixels);
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
  return { width, height, depth, colour, samples: kind.samples, passes: interlace ? ADAM7 : PLAIN };
};

const isWord = (byte: number | undefined): boolean => byte !== undefined && /\w/.test(String.fromCharCode(byte));

/** The bytes that a chunk's name may have, by value: letters, digits and underscores, as in Pillow. */
const WORD = Array.from({ length: 256 }, (_, byte) => isWord(byte));

const hasName = (bytes: Uint8Array, at: number): boolean =>
  at + 8 <= bytes.length && [4, 5, 6, 7].every((i) => WORD[bytes[at + i]!]);

/**
 * What a decoder needs. As in Pillow, the checksums of all chunks before the pixels must be right, and the pixels are in
 * IDAT chunks that follow each other; the file may end after them.
 *
 * @throws {ImageError} if the file is damaged, or ends before its pixels
 */
export const readChunks = (bytes: Uint8Array, view: DataView, layout: Layout): Chunks => {
  const chunks = { palette: new Uint8Array(0), transparency: new Uint8Array(0) };
  let compressed: Uint8Array | undefined;
  let [length, finished] = [0, false];
  for (let at = SIGNATURE; hasName(bytes, at);) {
    const end = at + 8 + view.getUint32(at);
    const name = view.getUint32(at + 4);
    if (name === IDAT && !finished) {
      compressed ??= new Uint8Array(bytes.length - at);
      compressed.set(bytes.subarray(at + 8, end), length);
      length += Math.min(end, bytes.length) - at - 8;
      if (end > bytes.length) break;
    } else {
      const text = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
      if (end > bytes.length) throw damaged(`it ends within chunk ${text}`);
      finished = compressed !== undefined;
      if (!finished) readChunk(chunks, text, bytes.subarray(at + 8, end), isIntact(bytes, view, at + 4, end));
      if (text === 'IEND') break;
    }
    at = end + 4;
  }
  if (!compressed) throw damaged('it ends before its pixels, or has a chunk without a name');
  checkLengths(chunks, layout);
  return { ...chunks, compressed: compressed.subarray(0, length) };
};

const isIntact = (bytes: Uint8Array, view: DataView, start: number, end: number): boolean =>
  end + 4 <= bytes.length && crc32(bytes.subarray(start, end)) === view.getUint32(end);

/** Bytes that chunks without a use here must have at least, as in Pillow. */
const MIN_LENGTHS: Readonly<Record<string, number>> = { gAMA: 4, cHRM: 32, sRGB: 1, pHYs: 9 };

type Tables = Omit<Chunks, 'compressed'>;

const readChunk = (tables: Tables, name: string, data: Uint8Array, intact: boolean): void => {
  if (!intact) throw damaged(`chunk ${name} has a wrong checksum`);
  if (name === 'IEND') throw damaged('it has no pixels');
  if (data.length < (MIN_LENGTHS[name] ?? 0)) throw damaged(`chunk ${name} is too short`);
  if (name === 'PLTE') tables.palette = data;
  if (name === 'tRNS') tables.transparency = data;
};

const checkLengths = ({ palette, transparency }: Tables, { colour, samples }: Layout): void => {
  if (colour === INDEXED && palette.length > 768) throw damaged(`its palette has ${palette.length / 3} colours`);
  const needed = colour === GREY || colour === RGB ? 2 * samples : 0;
  if (transparency.length > 0 && transparency.length < needed) throw damaged('chunk tRNS is too short');
};
