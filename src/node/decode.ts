// Decodes pictures in Node, Deno and Bun.

import { bytesOf } from '../arguments.js';
import { ImageError } from '../errors.js';
import { describeBytes, pictureFormat, showStart } from '../file-kinds.js';
import { readOrientation } from '../image/orientation.js';
import { checkPixels, type Pixels } from '../image/pixels.js';
import { orient } from '../image/turn.js';

const decodeStored = async (bytes: Uint8Array): Promise<Pixels> => {
  switch (pictureFormat(bytes)) {
    case 'JPEG':
      return (await import('./jpeg/jpeg.js')).decodeJpeg(bytes);
    case 'PNG':
      return (await import('./png.js')).decodePng(bytes);
    case 'WebP':
      return (await import('./webp.js')).decodeWebp(bytes);
    case 'BMP':
      return (await import('./bmp.js')).decodeBmp(bytes);
    case 'GIF':
      return (await import('./gif.js')).decodeGif(bytes);
    case 'icon':
      return (await import('./ico.js')).decodeIco(bytes);
    case 'TIFF':
      return (await import('./tiff.js')).decodeTiff(bytes);
    case 'AVIF':
      return (await import('./avif.js')).decodeAvif(bytes);
    default:
      throw new ImageError(
        `the image is ${describeBytes(bytes, 'picture') ?? showStart(bytes)}; decoded are JPEG, PNG, WebP, BMP, GIF, ICO, TIFF and AVIF files`,
      );
  }
};

/**
 * Decodes a picture in Node, Deno or Bun to the bytes that Pillow gives, turned upright by the orientation in its EXIF or
 * XMP metadata. Decoded are JPEG, PNG, WebP, BMP, GIF and ICO files; TIFF files with the package geotiff, AVIF files with
 * @jsquash/avif (within a few levels of Pillow), which applications install if they need them. Animations give their
 * first frame. Colour profiles are ignored, alpha is kept and not blended, and 16-bit values keep their high byte.
 *
 * @returns RGB or RGBA
 * @throws {ImageError} if the bytes are of another kind, cut off or damaged, larger than 100 megapixels (before
 * anything is decoded), or of a kind that is not decoded, such as lossless JPEG or JPEG of 12 bits
 */
export const decodeImage = async (file: ArrayBuffer | ArrayBufferView): Promise<Pixels> => {
  const bytes = bytesOf('the image of decodeImage', file);
  const pixels = checkPixels(await decodeStored(bytes));
  return orient(pixels, (await readOrientation(bytes)).value);
};
