// Writes picture files of every format by hand, so that they can state and hold what no program writes.

import { deflateSync } from 'node:zlib';
import { crc32 } from '../../../src/node/crc32.js';

type Part = number | string | Uint8Array | readonly number[];

/** The parts one after the other: numbers are bytes, strings Latin-1. */
export const join = (...parts: readonly Part[]): Uint8Array =>
  new Uint8Array(
    Buffer.concat(
      parts.map((part) =>
        typeof part === 'number'
          ? Buffer.of(part)
          : typeof part === 'string'
            ? Buffer.from(part, 'latin1')
            : Buffer.from(part),
      ),
    ),
  );

/** A number of `count` bytes, the most significant first. */
export const big = (value: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.floor(value / 256 ** (count - 1 - i)) % 256);

/** A number of `count` bytes, the least significant first. */
export const little = (value: number, count: number): number[] => big(value, count).reverse();

/** `count` times the same bytes. */
export const repeat = (bytes: Uint8Array, count: number): Uint8Array =>
  new Uint8Array(bytes.length * count).map((_, i) => bytes[i % bytes.length]!);

/** A chunk of a PNG file. */
export const pngChunk = (name: string, data: Uint8Array): Uint8Array => {
  const body = join(name, data);
  return join(big(data.length, 4), body, big(crc32(body), 4));
};

/** The header of a PNG file: colour type 0 is grey, 2 RGB, 3 indexed, 6 RGBA. */
export const pngStart = (width: number, height: number, depth = 8, colour = 2, interlace = 0): Uint8Array =>
  join(
    [0x89],
    'PNG\r\n\x1a\n',
    pngChunk('IHDR', join(big(width, 4), big(height, 4), [depth, colour, 0, 0, interlace])),
  );

/** A PNG file whose rows are zeros, `length` bytes inflated. */
export const png = (start: Uint8Array, length: number, level = 9): Uint8Array =>
  join(
    start,
    pngChunk('IDAT', new Uint8Array(deflateSync(new Uint8Array(length), { level }))),
    pngChunk('IEND', new Uint8Array(0)),
  );

/** A segment of a JPEG file. */
export const jpegSegment = (marker: number, ...parts: readonly Part[]): Uint8Array => {
  const data = join(...parts);
  return join([0xff, marker], big(data.length + 2, 2), data);
};

/** One byte that holds the sampling factors of each component, such as 0x22. */
type Samplings = readonly number[];

/** The start of a JPEG file up to its frame header; marker 0xc0 is baseline, 0xc2 progressive, 0xc9 arithmetic. */
export const jpegStart = (
  width: number,
  height: number,
  samplings: Samplings = [0x22, 0x11, 0x11],
  marker = 0xc0,
): Uint8Array =>
  join(
    [0xff, 0xd8],
    jpegSegment(0xdb, 0, new Uint8Array(64).fill(1)),
    // codes of one bit for 0: no difference, and the end of a block
    jpegSegment(0xc4, 0x00, 1, new Uint8Array(15), 0, 0x10, [1, 1], new Uint8Array(14), [0, 0xe0]),
    jpegSegment(
      marker,
      8,
      big(height, 2),
      big(width, 2),
      samplings.length,
      ...samplings.map((sampling, i) => [i + 1, sampling, 0]),
    ),
  );

/** A scan of the components with these numbers. */
export const jpegScan = (components: readonly number[], band: readonly number[], data: Uint8Array): Uint8Array =>
  join(jpegSegment(0xda, components.length, ...components.map((id) => [id, 0]), band), data);

/** A chunk of a WebP file. */
export const webpChunk = (name: string, ...parts: readonly Part[]): Uint8Array => {
  const data = join(...parts);
  return join(name, little(data.length, 4), data, new Uint8Array(data.length % 2));
};

/** A WebP file of chunks. */
export const webp = (...chunks: readonly Uint8Array[]): Uint8Array => webpChunk('RIFF', 'WEBP', ...chunks);

/** A lossless picture of one colour, whose pixels take no bits. */
export const webpOfOneColour = (width: number, height: number): Uint8Array =>
  // five simple codes of one symbol: 1 for simple, 0 for one symbol, 0 for a symbol of one bit, the symbol 0
  webpChunk('VP8L', 0x2f, little(width - 1 + (height - 1) * 2 ** 14, 4), [0x88, 0x88, 0x08, 0, 0, 0]);

/** The header of a lossy picture. */
export const webpLossy = (width: number, height: number, ...data: readonly Part[]): Uint8Array =>
  webpChunk('VP8 ', [0x10, 0, 0, 0x9d, 0x01, 0x2a], little(width, 2), little(height, 2), ...data);

/** The canvas of a WebP file; flag 2 is for animations. */
export const webpCanvas = (width: number, height: number, flags = 0): Uint8Array =>
  webpChunk('VP8X', [flags, 0, 0, 0], little(width - 1, 3), little(height - 1, 3));

/** A GIF file of 256 greys: screen, frame, and the bytes of its codes. */
export const gif = (
  screen: readonly [number, number],
  frame: readonly [number, number, number, number],
  codes: Uint8Array,
): Uint8Array => {
  const blocks = Array.from({ length: Math.ceil(codes.length / 255) }, (_, i) =>
    codes.subarray(i * 255, (i + 1) * 255),
  );
  return join(
    'GIF89a',
    ...screen.map((size) => little(size, 2)),
    [0, 0, 0, 0x2c],
    ...frame.map((size) => little(size, 2)),
    [0, 8],
    ...blocks.map((block) => join(block.length, block)),
    [0, 0x3b],
  );
};

/** Codes of GIF for `count` indices 0, as long as they can be. */
export const gifCodes = (count: number): Uint8Array => {
  const bytes: number[] = [];
  let [buffer, held, bits, next] = [0, 0, 9, 258];
  const put = (code: number): void => {
    buffer |= code << held;
    for (held += bits; held >= 8; held -= 8, buffer >>>= 8) bytes.push(buffer & 255);
  };
  put(256);
  for (let written = 0, length = 1; written < count; written += length++) {
    // the code that is being defined stands for one more index than the one before
    put(length === 1 ? 0 : next++);
    if (next === 1 << bits && bits < 12) bits++;
    if (next === 4096) {
      put(256);
      [bits, next, length] = [9, 258, 0];
    }
  }
  put(257);
  return Uint8Array.from([...bytes, buffer & 255]);
};

/** A Windows bitmap of 1, 4 or 8 bits (grey) or 24: compression 0 is none, 1 and 2 are runs of 8 and 4 bits. */
export const bmp = (
  width: number,
  height: number,
  depth: number,
  compression: number,
  data: Uint8Array,
): Uint8Array => {
  const palette = new Uint8Array(depth <= 8 ? 4 << depth : 0);
  const header = [40, width, height].flatMap((value) => little(value, 4));
  const kind = [...little(1, 2), ...little(depth, 2), ...little(compression, 4), ...new Array<number>(20).fill(0)];
  return join('BM', little(0, 8), little(54 + palette.length, 4), header, kind, palette, data);
};

/** An icon of one picture. */
export const ico = (picture: Uint8Array): Uint8Array =>
  join([0, 0, 1, 0, 1, 0, 16, 16, 0, 0, 1, 0, 32, 0], little(picture.length, 4), little(22, 4), picture);

/** A box of an AVIF file. */
export const box = (name: string, ...parts: readonly Part[]): Uint8Array => {
  const data = join(...parts);
  return join(big(data.length + 8, 4), name, data);
};

/** An AVIF file that states a size in each `ispe` box, without data. */
export const avif = (...sizes: readonly (readonly [number, number])[]): Uint8Array => {
  const ispe = sizes.map(([width, height]) => box('ispe', big(0, 4), big(width, 4), big(height, 4)));
  return join(box('ftyp', 'avif', big(0, 4), 'avif'), box('meta', big(0, 4), box('iprp', box('ipco', ...ispe))));
};

/** A TIFF file of one page, with tags and their values; offsets of data that follows count from `tiffData`. */
export const tiff = (tags: Readonly<Record<number, readonly number[]>>, data: Uint8Array): Uint8Array => {
  const entries = Object.entries(tags);
  const after = 8 + 2 + entries.length * 12 + 4;
  const more: number[] = [];
  const directory = entries.flatMap(([tag, values]) => {
    const whole = values.flatMap((value) => little(value, 4));
    const place = values.length === 1 ? whole : little(after + more.length, 4);
    if (values.length > 1) more.push(...whole);
    return [...little(Number(tag), 2), ...little(4, 2), ...little(values.length, 4), ...place];
  });
  return join('II*\0', little(8, 4), little(entries.length, 2), directory, little(0, 4), more, data);
};
