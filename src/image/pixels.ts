// Decoded photos, and limits on their size.

import { tagOf } from '../arguments.js';
import { ImageError } from '../errors.js';

/**
 * A decoded photo: rows from the top, interleaved 8-bit RGB or RGBA without padding.
 *
 * Alpha is ignored, not blended, as Pillow's `convert('RGB')` does.
 */
export type Pixels = {
  /** `width * height * channels` bytes. */
  data: Uint8Array | Uint8ClampedArray;
  /** Width in pixels. */
  width: number;
  /** Height in pixels. */
  height: number;
  /** 3 for RGB, 4 for RGBA. */
  channels: 3 | 4;
};

/** Longest side of a picture that is read, in pixels. */
const MAX_SIDE = 1_000_000;

/**
 * Accepts the sizes of a picture, or throws.
 *
 * @param what how messages name the picture
 * @throws {ImageError} if a size is not an integer from 1 to a million, or the picture has more than `maxPixels`
 */
export const checkSize = (width: number, height: number, what = 'the image', maxPixels = Infinity): void => {
  const found = `${what} is ${width}x${height} pixels; `;
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new ImageError(`${found}both sizes must be integers of at least 1`);
  }
  if (Math.max(width, height) > MAX_SIDE) throw new ImageError(`${found}at most ${MAX_SIDE} a side are read`);
  if (width * height > maxPixels) {
    const most = maxPixels < 1e5 ? `${maxPixels} pixels` : `${maxPixels / 1e6} megapixels`;
    throw new ImageError(`${found}at most ${most} are read (option maxPixels)`);
  }
};

/**
 * Returns the pixels if sizes, channels and the length of the data fit together.
 *
 * @throws {ImageError} that says what was found and what was expected
 */
export const checkPixels = (pixels: Pixels, maxPixels?: number): Pixels => {
  const { data, width, height, channels } = pixels;
  checkSize(width, height, 'the image', maxPixels);
  if (channels !== 3 && channels !== 4) {
    throw new ImageError(`the image has ${String(channels)} channels; expected 3 (RGB) or 4 (RGBA)`);
  }
  if (!/^Uint8(Clamped)?Array$/.test(tagOf(data))) {
    throw new ImageError(`the data of the image is of type ${tagOf(data)}, not a Uint8Array or Uint8ClampedArray`);
  }
  const expected = width * height * channels;
  if (data.length !== expected) {
    throw new ImageError(
      `the image has ${data.length} bytes; ${width}x${height} pixels of ${channels} channels are ${expected} bytes`,
    );
  }
  return pixels;
};

/** The same bytes as a `Uint8Array`, not copied, so that loops see one type. */
export const bytesOf = (pixels: Pixels): Uint8Array => {
  const { data } = pixels;
  return data instanceof Uint8Array ? data : new Uint8Array(data.buffer, data.byteOffset, data.length);
};
