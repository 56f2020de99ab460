// Pictures that cost far more than their size, or once did.

import { deflateSync } from 'node:zlib';
import type { Attack } from './attack.js';
import { enormous } from './enormous-pictures.js';
import {
  avif,
  big,
  bmp,
  gif,
  gifCodes,
  ico,
  jpegScan,
  jpegSegment,
  jpegStart,
  join,
  png,
  pngChunk,
  pngStart,
  repeat,
  tiff,
  webp,
  webpCanvas,
  webpChunk,
  webpLossy,
  webpOfOneColour,
} from './picture-files.js';

/** Makes a file. */
type Make = () => Uint8Array;

const [WIDTH, HEIGHT] = [7000, 7000];
const PIXELS = WIDTH * HEIGHT;
const NOTHING = new Uint8Array(0);
const END = Uint8Array.of(0xff, 0xd9);

const grey = jpegStart(WIDTH, HEIGHT, [0x11]);
const progressive = jpegStart(WIDTH, HEIGHT, [0x11], 0xc2);
const GREY_BLOCKS = Math.ceil(WIDTH / 8) * Math.ceil(HEIGHT / 8);
const ALL = [0, 63, 0];
// one bit for each block, then many scans of the other coefficients in which all blocks end at once
const firstScan = jpegScan([1], [0, 0, 0], new Uint8Array(GREY_BLOCKS / 8 + 1));
const emptyScan = (low: number): Uint8Array =>
  jpegScan([1], [1, 63, low], repeat(Uint8Array.of(0x7f, 0xfe), Math.ceil(GREY_BLOCKS / 32767) + 1));

const zeros = (length: number, level = 9): Uint8Array => new Uint8Array(deflateSync(new Uint8Array(length), { level }));

/** EXIF data with orientation 6. */
const TURNED = join('Exif\0\0', tiff({ 274: [6] }, NOTHING));

const jpegs: Readonly<Record<string, Make>> = {
  'a JPEG of 3 kB that states 49 megapixels': () => join(grey, jpegScan([1], ALL, new Uint8Array(3000)), END),
  'the same in colour': () => join(jpegStart(WIDTH, HEIGHT), jpegScan([1, 2, 3], ALL, new Uint8Array(3000)), END),
  'the same, progressive': () => join(progressive, jpegScan([1], [0, 0, 0], new Uint8Array(3000)), END),
  'the same, with restarts': () =>
    join(grey, jpegSegment(0xdd, big(64, 2)), jpegScan([1], ALL, repeat(Uint8Array.of(0, 0xff, 0xd0), 1000)), END),
  'the same, arithmetic': () =>
    join(jpegStart(WIDTH, HEIGHT, [0x11], 0xc9), jpegScan([1], ALL, new Uint8Array(3000)), END),
  'a JPEG of 49 megapixels with two bits a block': () =>
    join(grey, jpegScan([1], ALL, new Uint8Array(GREY_BLOCKS / 4 + 1)), END),
  'a progressive JPEG of 49 megapixels that is turned': () => {
    const blocks = 3 * Math.ceil(WIDTH / 8) * Math.ceil(HEIGHT / 8);
    const start = jpegStart(WIDTH, HEIGHT, [0x11, 0x11, 0x11], 0xc2);
    return join(
      [0xff, 0xd8],
      jpegSegment(0xe1, TURNED),
      start.subarray(2),
      jpegScan([1, 2, 3], [0, 0, 0], new Uint8Array(blocks / 8 + 1)),
      END,
    );
  },
  'a JPEG of 95 empty scans': () =>
    join(progressive, firstScan, ...Array.from({ length: 95 }, () => emptyScan(0)), END),
  'a JPEG of 31 empty scans': () =>
    join(progressive, firstScan, ...Array.from({ length: 30 }, () => emptyScan(0)), END),
  'a JPEG of 30 scans of the same component': () =>
    join(jpegStart(2000, 2000), ...Array.from({ length: 30 }, () => jpegScan([1], ALL, new Uint8Array(16000))), END),
  'a JPEG of CMYK with all coefficients': () =>
    join(
      jpegStart(WIDTH, HEIGHT, [0x11, 0x11, 0x11, 0x11], 0xc2),
      jpegScan([1], [0, 0, 0], new Uint8Array(500_000)),
      END,
    ),
  'a JPEG of one column in units of 16x32': () =>
    join(jpegStart(1, 65500, [0x24, 0x11, 0x11]), jpegScan([1, 2, 3], ALL, new Uint8Array(20_000)), END),
  'a JPEG of a million bytes of Huffman tables': () =>
    join([0xff, 0xd8], ...Array.from({ length: 15 }, () => jpegSegment(0xc4, new Uint8Array(17 * 3800)))),
  'a JPEG of 250,000 empty segments': () => join([0xff, 0xd8], repeat(jpegSegment(0xe1), 250_000)),
  'a JPEG of 100,000 EXIF segments': () => join([0xff, 0xd8], repeat(jpegSegment(0xe1, 'Exif\0\0'), 100_000)),
  'a JPEG of a million bytes before its frame': () => join([0xff, 0xd8, 0xff], new Uint8Array(1_000_000)),
};

const pngs: Readonly<Record<string, Make>> = {
  'a PNG of 49 megapixels of 64 bits in 400 kB': () => png(pngStart(WIDTH, HEIGHT, 16, 6), HEIGHT * (1 + 8 * WIDTH)),
  'a PNG of 49 megapixels of one colour': () => png(pngStart(WIDTH, HEIGHT), HEIGHT * (1 + 3 * WIDTH)),
  'an interlaced PNG of 49 megapixels': () => png(pngStart(WIDTH, HEIGHT, 8, 6, 1), PIXELS * 4 + 2 * HEIGHT),
  'a PNG of 49 megapixels of one bit': () => png(pngStart(WIDTH, HEIGHT, 1, 0), HEIGHT * (1 + WIDTH / 8)),
  'a PNG header without data': () => join(pngStart(WIDTH, HEIGHT, 16, 6), pngChunk('IDAT', zeros(1000))),
  'a PNG of 1x1 that inflates to 500 MB': () => png(pngStart(1, 1), 500_000_000),
  'a PNG of 80,000 chunks of pixels': () => {
    const data = zeros(80_000, 0);
    const parts = Array.from({ length: data.length }, (_, i) => pngChunk('IDAT', data.subarray(i, i + 1)));
    return join(pngStart(100, 200), ...parts);
  },
  'a PNG of 80,000 empty chunks': () =>
    join(pngStart(1, 1), repeat(pngChunk('tEXt', NOTHING), 80_000), png(pngStart(1, 1), 4).subarray(33)),
  'an interlaced PNG of one column and a million rows': () => png(pngStart(1, 1_000_000, 1, 0, 1), 2_000_000),
  'a PNG whose profile inflates to 500 MB': () => {
    const profile = join('Raw profile type exif\0\0', zeros(500_000_000));
    return join(pngStart(1, 1), pngChunk('zTXt', profile), png(pngStart(1, 1), 4).subarray(33));
  },
  'a PNG with 20 MB of hexadecimal text': () => {
    const profile = join('Raw profile type exif\0\nexif\n8\n', '4'.repeat(20_000_000));
    return join(pngStart(1, 1), pngChunk('tEXt', profile), png(pngStart(1, 1), 4).subarray(33));
  },
};

const webps: Readonly<Record<string, Make>> = {
  'a WebP of 34 bytes and 49 megapixels': () => webp(webpOfOneColour(WIDTH, HEIGHT)),
  'a lossy WebP header without data': () => webp(webpLossy(WIDTH, HEIGHT, new Uint8Array(20))),
  'a lossless WebP header without data': () => webp(webpOfOneColour(WIDTH, HEIGHT).subarray(0, 14)),
  'a WebP canvas around a small picture': () => webp(webpCanvas(WIDTH, HEIGHT), webpOfOneColour(16, 16)),
  'a small WebP canvas around a large picture': () => webp(webpCanvas(16, 16), webpOfOneColour(WIDTH, HEIGHT)),
  'a WebP canvas around an empty animation': () => webp(webpCanvas(WIDTH, HEIGHT, 2)),
  'a WebP that states 268 megapixels': () => webp(webpOfOneColour(16383, 16383)),
  'a WebP of one colour that is turned': () =>
    webp(webpCanvas(WIDTH, HEIGHT, 8), webpOfOneColour(WIDTH, HEIGHT), webpChunk('EXIF', TURNED)),
  'a WebP that is cut off': () => webp(webpOfOneColour(WIDTH, HEIGHT)).subarray(0, 30),
  'a WebP of 125,000 empty chunks': () => webp(webpCanvas(1, 1, 2), repeat(join('ABCD', [0, 0, 0, 0]), 125_000)),
};

/** Eight rows of nothing for each two bytes. */
const bmpRows = (rows: number): Uint8Array => join(repeat(Uint8Array.of(0, 2, 0, 200), Math.ceil(rows / 200)), [0, 1]);

const others: Readonly<Record<string, Make>> = {
  'a GIF of 49 megapixels in 40 kB': () => gif([WIDTH, HEIGHT], [0, 0, WIDTH, HEIGHT], gifCodes(PIXELS)),
  'a GIF screen around one pixel': () => gif([WIDTH, HEIGHT], [0, 0, 1, 1], gifCodes(1)),
  'a GIF frame without data': () => gif([1, 1], [0, 0, WIDTH, HEIGHT], gifCodes(1)),
  'a GIF of a million codes that start anew': () =>
    gif(
      [WIDTH, HEIGHT],
      [0, 0, WIDTH, HEIGHT],
      repeat(Uint8Array.of(0x00, 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80), 110_000),
    ),
  'a BMP of 49 megapixels in runs': () =>
    bmp(WIDTH, HEIGHT, 8, 1, repeat(join(repeat(Uint8Array.of(255, 0), Math.ceil(WIDTH / 255)), [0, 0]), HEIGHT)),
  'a BMP of 49 megapixels that skips its rows': () => bmp(WIDTH, HEIGHT, 8, 1, bmpRows(HEIGHT)),
  'a BMP header without data': () => bmp(WIDTH, HEIGHT, 24, 0, NOTHING),
  'an icon with a PNG of 49 megapixels': () => ico(png(pngStart(WIDTH, HEIGHT, 8, 6), HEIGHT * (1 + 4 * WIDTH))),
  'an icon with a PNG of 400 megapixels': () => ico(pngStart(20000, 20000)),
  'an icon with a BMP of 400 megapixels': () => ico(bmp(20000, 40000, 24, 0, NOTHING).subarray(14)),
  'an icon of 65,535 pictures': () => join([0, 0, 1, 0, 0xff, 0xff], new Uint8Array(65535 * 16)),
  'an AVIF header without data': () => avif([WIDTH, HEIGHT]),
  'an AVIF of 100,000 boxes in each other': () =>
    join(avif().subarray(0, 20), repeat(join(big(16, 4), 'iprp'), 100_000)),
};

/** TIFF tags by number: a grey picture of 8 bits in one strip. */
const page = (
  width: number,
  height: number,
  compression: number,
  length: number,
  more = {},
): Record<number, number[]> => ({
  256: [width],
  257: [height],
  258: [8],
  259: [compression],
  262: [1],
  273: [0],
  277: [1],
  278: [height],
  279: [length],
  ...more,
});

/** A TIFF file of one strip at its end. */
const oneStrip = (width: number, height: number, compression: number, data: Uint8Array, more = {}): Uint8Array => {
  const at = tiff(page(width, height, compression, data.length, more), NOTHING).length;
  return tiff(page(width, height, compression, data.length, { ...more, 273: [at] }), data);
};

const tiffs: Readonly<Record<string, Make>> = {
  'a TIFF of 49 megapixels, deflated': () => oneStrip(WIDTH, HEIGHT, 8, zeros(PIXELS)),
  'a TIFF of 49 megapixels in PackBits': () =>
    oneStrip(WIDTH, HEIGHT, 32773, repeat(Uint8Array.of(0x81, 0), Math.ceil(PIXELS / 128))),
  'a TIFF of 1x1 that inflates to 500 MB': () => oneStrip(1, 1, 8, zeros(500_000_000)),
  'a TIFF of 1x1 with a megabyte of PackBits': () => oneStrip(1, 1, 32773, repeat(Uint8Array.of(0x81, 0), 500_000)),
  'a TIFF of 1x1 with a megabyte of LZW': () => oneStrip(1, 1, 5, new Uint8Array(1_000_000)),
  'a TIFF header without data': () => oneStrip(WIDTH, HEIGHT, 1, NOTHING),
  'a TIFF of 60,000 samples a pixel': () => oneStrip(WIDTH, HEIGHT, 8, zeros(1000), { 277: [60000] }),
  'a TIFF of strips that overlap': () => {
    const data = join(repeat(Uint8Array.of(0x80), 1_000_000), [0, 0]);
    const rows = 20_000;
    const tags = (at: number) => ({
      ...page(1, rows, 32773, 0),
      273: new Array<number>(rows).fill(at),
      278: [1],
      279: new Array<number>(rows).fill(data.length),
    });
    return tiff(tags(tiff(tags(0), NOTHING).length), data);
  },
  'a TIFF of 49 million tiles': () => {
    const { 273: _, ...tags } = page(WIDTH, HEIGHT, 1, 1);
    return tiff({ ...tags, 322: [1], 323: [1], 324: [8], 325: [1] }, NOTHING);
  },
  'a TIFF of one tile of 4 gigapixels': () => {
    const { 273: _, ...tags } = page(10, 10, 8, 1);
    return tiff({ ...tags, 322: [65536], 323: [65536], 324: [8], 325: [100] }, zeros(1000));
  },
};

const attack = (name: string, make: Make): Attack => ({
  name,
  prepare: () => {
    const file = make();
    return { bytes: file.length, run: ({ node }) => node.decodeImage(file) };
  },
});

/** The attacks, by what is decoded. */
export const attacks: readonly Attack[] = [
  ...Object.entries({ ...jpegs, ...pngs, ...webps, ...others, ...tiffs }).map(([name, make]) => attack(name, make)),
  ...Object.entries(enormous).map(([name, file]) => attack(`${name}, enormous`, () => file)),
];
