// Picture files whose headers state more pixels than are read, in every way in which a file can.

import {
  avif,
  bmp,
  box,
  gif,
  join,
  jpegSegment,
  jpegStart,
  pngStart,
  webp,
  webpCanvas,
  webpLossy,
  webpOfOneColour,
} from './picture-files.js';

const NO_DATA = new Uint8Array(8);

const jpeg = jpegStart(60000, 60000);

/** Files of formats that browsers decode, by what is enormous. */
export const enormous: Readonly<Record<string, Uint8Array>> = {
  'baseline JPEG': jpeg,
  'progressive JPEG': jpegStart(60000, 60000, [0x11], 0xc2),
  'JPEG after bytes that no segment holds': join(jpeg.subarray(0, 2), 'abc', [0xff, 0, 0xff, 0xff], jpeg.subarray(2)),
  'JPEG after much metadata': join(jpeg.subarray(0, 2), jpegSegment(0xe1, new Uint8Array(60000)), jpeg.subarray(2)),
  'JPEG with a second frame': join(jpegStart(16, 16), jpeg.subarray(2)),
  PNG: pngStart(60000, 60000),
  'PNG, very wide': pngStart(2 ** 31 - 1, 1),
  'interlaced PNG of one bit': pngStart(100000, 100000, 1, 0, 1),
  'lossy WebP': webp(webpLossy(16383, 16383)),
  'lossless WebP': webp(webpOfOneColour(16383, 16383)),
  'canvas of a WebP': webp(webpCanvas(2 ** 24, 2 ** 7), webpOfOneColour(16, 16)),
  'canvas of an animated WebP': webp(webpCanvas(60000, 60000, 2)),
  'screen of a GIF': gif([60000, 60000], [0, 0, 1, 1], NO_DATA),
  'frame of a GIF': gif([16, 16], [0, 0, 60000, 60000], NO_DATA),
  'place of the frame of a GIF': gif([16, 16], [60000, 60000, 16, 16], NO_DATA),
  BMP: bmp(60000, 60000, 24, 0, NO_DATA),
  'BMP stored from the top': bmp(60000, 2 ** 32 - 60000, 24, 0, NO_DATA),
  AVIF: avif([60000, 60000]),
  'grid of an AVIF': avif([16, 16], [60000, 60000]),
  'animated AVIF': join(
    box('ftyp', 'avis\0\0\0\0avis'),
    ['moov', 'trak', 'mdia', 'minf', 'stbl'].reduceRight(
      (inner, name) => box(name, inner),
      box('stsd', new Uint8Array(8), box('av01', new Uint8Array(24), [0xea, 0x60, 0xea, 0x60])),
    ),
  ),
};
