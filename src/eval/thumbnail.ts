// Thumbnails for reports.

import { resizePixels } from '../image/resample.js';
import { embeddedHost } from '../kernels/embedded.js';
import { pictureKernels } from '../kernels/pictures.js';
import { decodeImage } from '../node/decode.js';
import { encodePng } from '../node/encode-png.js';

/** Maximum side of a thumbnail in pixels; smaller pictures keep their size. */
const MAX_SIDE = 96;

/** A small PNG of an encoded picture, as a data: URL. @throws {ImageError} if it cannot be decoded */
export const thumbnail = async (bytes: Uint8Array): Promise<string> => {
  const pixels = await decodeImage(bytes);
  const scale = Math.min(1, MAX_SIDE / Math.max(pixels.width, pixels.height));
  const [width, height] = [pixels.width, pixels.height].map((size) => Math.max(1, Math.round(size * scale))) as [
    number,
    number,
  ];
  const window = { left: 0, top: 0, width, height };
  const small =
    scale < 1
      ? resizePixels(await pictureKernels(embeddedHost), pixels, { width, height, filter: 'bilinear', window })
      : pixels;
  return `data:image/png;base64,${encodePng(small).toString('base64')}`;
};
