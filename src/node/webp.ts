// Decodes WebP with the WebAssembly build of libwebp in @jsquash/webp.

import webpFactory from '@jsquash/webp/codec/dec/webp_dec.js';
import { checkSize, type Pixels } from '../image/pixels.js';
import { decoderModule } from './decoders.js';
import { decodeWith, type Factory } from './emscripten.js';
import { webp } from './generated/webp.js';
import { readWebp } from './webp-container.js';

// libwebp holds the pixels of lossless files twice.
const BYTES_A_PIXEL = 8;

const decodeStill = async (bytes: Uint8Array, pixels: number): Promise<Pixels> =>
  decodeWith('WebP', webpFactory as Factory, decoderModule('webp', webp), bytes, pixels * BYTES_A_PIXEL);

/**
 * Decodes a WebP file, the first frame of an animation; RGBA, not turned.
 *
 * @throws {ImageError} if it is cut off or damaged, or larger than `maxPixels`
 */
export const decodeWebp = async (bytes: Uint8Array, maxPixels: number): Promise<Pixels> => {
  const { width, height, frame } = readWebp(bytes);
  checkSize(width, height, 'the WebP file', maxPixels);
  if (!frame) return decodeStill(bytes, width * height);
  const picture = await decodeStill(frame.file, width * height);
  if (picture.width === width && picture.height === height) return picture;
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < picture.height; y++) {
    const row = picture.data.subarray(y * picture.width * 4, (y + 1) * picture.width * 4);
    data.set(row, ((frame.y + y) * width + frame.x) * 4);
  }
  return { data, width, height, channels: 4 };
};
