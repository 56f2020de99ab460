// Decodes pictures in Node, Deno and Bun.

import { bytesOf } from '../arguments.js';
import { ImageError } from '../errors.js';
import { describeBytes, formatOf } from '../image/format.js';
import { orient, readOrientation } from '../image/orientation.js';
import { checkPixels, checkSize, type Pixels } from '../image/pixels.js';
import { decodeBmp } from './bmp.js';
import type { Decoded } from './codecs.js';
import { readJpegHeader, readPngHeader, readWebpHeader, type Header } from './header.js';
import { decodePng } from './png.js';

type Decoder = (bytes: Uint8Array) => Promise<Decoded>;

// What libjpeg prints when it makes up the rest of a picture; Pillow refuses such files as well.
const CUT_OFF = /premature end/i;

const checkHeader = (format: string, { width, height, refusal }: Header): void => {
  checkSize(width, height, `the ${format} file`);
  if (refusal !== undefined) throw new ImageError(refusal);
};

const decodeWith = async (format: string, bytes: Uint8Array, header: Header, decode: Decoder): Promise<Pixels> => {
  checkHeader(format, header);
  const { pixels, messages } = await decode(bytes);
  if (messages.some((message) => CUT_OFF.test(message))) throw new ImageError(`the ${format} file is cut off`);
  if (!pixels) {
    const reason = messages.length > 0 ? `: ${messages.join('; ')}` : '';
    throw new ImageError(`the ${format} file is cut off or damaged${reason}`);
  }
  return checkPixels(pixels);
};

const decodeStored = async (bytes: Uint8Array): Promise<Pixels> => {
  switch (formatOf(bytes)) {
    case 'JPEG':
      return decodeWith('JPEG', bytes, readJpegHeader(bytes), (await import('./codecs.js')).decodeJpeg);
    case 'PNG':
      checkHeader('PNG', readPngHeader(bytes));
      return decodePng(bytes);
    case 'WebP':
      return decodeWith('WebP', bytes, readWebpHeader(bytes), (await import('./codecs.js')).decodeWebp);
    case 'BMP':
      return decodeBmp(bytes);
    default:
      throw new ImageError(`the image is ${describeBytes(bytes)}; JPEG, PNG, WebP and BMP files are decoded`);
  }
};

/**
 * Decodes a JPEG, PNG, WebP or BMP file in Node, Deno or Bun, to the bytes that Pillow gives, turned upright by its
 * EXIF orientation. Colour profiles are ignored; alpha comes along unblended; 16-bit PNG keeps the high byte of each value.
 *
 * @returns RGB or RGBA
 * @throws {ImageError} if the bytes are of another kind, cut off or damaged, larger than 100 megapixels (before
 * anything is decoded), or of a kind that is not decoded: CMYK, 12-bit, lossless or arithmetic-coded JPEG, animated WebP
 */
export const decodeImage = async (file: Uint8Array | ArrayBuffer): Promise<Pixels> => {
  const bytes = bytesOf('the image of decodeImage', file);
  return orient(await decodeStored(bytes), readOrientation(bytes));
};
