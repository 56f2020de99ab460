// Seeds and checks of the targets that decode pictures.

import { pictureFormat } from '../../src/file-kinds.js';
import type { Pixels } from '../../src/image/pixels.js';
import { encoded, fileOf, madePictures } from '../../test/support/pictures.js';
import { expect, type Target } from '../engine/target.js';

/** Maximum size of a seed: larger files have nothing that small ones lack. */
const MAX_SEED = 3000;

/** The small pictures of the fixtures that have a format, by name. */
export const picturesOf = (format: string): Record<string, Uint8Array> => {
  const files = [
    ...Object.keys(encoded).map((name) => [name, fileOf(name)] as const),
    ...madePictures.map(({ kind, file }, i) => [`${kind} ${i}`, new Uint8Array(Buffer.from(file, 'base64'))] as const),
  ];
  return Object.fromEntries(files.filter(([, bytes]) => bytes.length <= MAX_SEED && pictureFormat(bytes) === format));
};

/** Whether pixels are as many as their size says. */
export const checkPicture = ({ data, width, height, channels }: Pixels): void => {
  expect(width > 0 && height > 0, `a picture of ${width} x ${height}`);
  expect(data.length === width * height * channels, `${data.length} bytes for ${width} x ${height} x ${channels}`);
};

/** Larger pictures are refused, as they are with the option of users: most sizes in headers are wrong. */
const MAX_PIXELS = 2 ** 16;

/** A target that decodes pictures. */
export const pictureTarget = (
  format: string,
  decode: (bytes: Uint8Array, maxPixels: number) => Pixels | Promise<Pixels>,
  options: Partial<Target> = {},
): Target => ({
  seeds: () => picturesOf(format),
  run: (bytes) => {
    const pixels = decode(bytes, MAX_PIXELS);
    if (pixels instanceof Promise) return pixels.then(checkPicture);
    checkPicture(pixels);
  },
  maxLength: 4096,
  limits: { megabytes: 16 },
  ...options,
});
