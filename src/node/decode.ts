// Decodes pictures in Node, Deno and Bun.

import { bytesOf, checkOptions } from '../arguments.js';
import { ImageError } from '../errors.js';
import { describeBytes, pictureFormat, showStart } from '../file-kinds.js';
import { readOrientation } from '../image/orientation.js';
import { MAX_PIXELS, PHOTO_LIMITS, type PhotoLimits } from '../image/photo-options.js';
import { checkPixels, type Pixels } from '../image/pixels.js';
import { orient } from '../image/turn.js';

const decodeStored = async (bytes: Uint8Array, maxPixels: number): Promise<Pixels> => {
  switch (pictureFormat(bytes)) {
    case 'JPEG':
      return (await import('./jpeg/jpeg.js')).decodeJpeg(bytes, maxPixels);
    case 'PNG':
      return (await import('./png.js')).decodePng(bytes, maxPixels);
    case 'WebP':
      return (await import('./webp.js')).decodeWebp(bytes, maxPixels);
    case 'BMP':
      return (await import('./bmp.js')).decodeBmp(bytes, maxPixels);
    case 'GIF':
      return (await import('./gif.js')).decodeGif(bytes, maxPixels);
    case 'icon':
      return (await import('./ico.js')).decodeIco(bytes, maxPixels);
    case 'TIFF':
      return (await import('./tiff.js')).decodeTiff(bytes, maxPixels);
    case 'AVIF':
      return (await import('./avif.js')).decodeAvif(bytes, maxPixels);
    default:
      throw new ImageError(
        `the image is ${describeBytes(bytes, 'picture') ?? showStart(bytes)}; decoded are JPEG, PNG, WebP, BMP, GIF, ICO, TIFF and AVIF files`,
      );
  }
};

/** Options of `decodeImage`. */
export type DecodeOptions = Pick<PhotoLimits, 'maxPixels'>;

const { maxPixels: MAX_PIXELS_KIND } = PHOTO_LIMITS;

/**
 * Decodes a picture in Node, Deno or Bun to the bytes that Pillow gives, turned upright by the orientation in its EXIF or
 * XMP metadata. Decoded are JPEG, PNG, WebP, BMP, GIF and ICO files; TIFF files with the package geotiff, AVIF files with
 * @jsquash/avif (within a few levels of Pillow), which applications install if they need them. Animations give their
 * first frame. Colour profiles are ignored, alpha is kept and not blended, and 16-bit values keep their high byte.
 *
 * @returns RGB or RGBA
 * @throws {ImageError} if the bytes are of another kind, cut off or damaged, larger than `maxPixels` (before anything is
 * decoded), or of a kind that is not decoded, such as lossless JPEG or JPEG of 12 bits
 */
export const decodeImage = async (
  file: ArrayBuffer | ArrayBufferView,
  options: DecodeOptions = {},
): Promise<Pixels> => {
  checkOptions('decodeImage', options, { maxPixels: MAX_PIXELS_KIND });
  const bytes = bytesOf('the image of decodeImage', file, 'file');
  const pixels = checkPixels(await decodeStored(bytes, options.maxPixels ?? MAX_PIXELS));
  return orient(pixels, (await readOrientation(bytes)).value);
};
