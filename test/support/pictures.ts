// Recorded pictures, and Pillow's results for them.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ImageError } from '../../src/errors.js';
import type { Pixels } from '../../src/image/pixels.js';
import { DATA } from './data.js';

type Photo = { size: [number, number]; hash: string; resized: Record<string, string> };

type Noise = { from: [number, number]; to: [number, number]; bilinear: string; bicubic: string };

type Recorded = {
  noise: Noise[];
  orientations: Record<string, string>;
  grey: Record<string, string>;
  photos: Record<string, Photo>;
};

type Encoded = { mode: string; size: [number, number]; hash: string; file: string };

const readJson = <T>(name: string): T => JSON.parse(readFileSync(`test/fixtures/${name}.json`, 'utf8')) as T;

/** Pillow's results for photos and noise, recorded by `record_pillow.py`. */
export const recorded = readJson<Recorded>('pillow');

/** Small files of many kinds, and hashes of what Pillow decodes. */
export const encoded = readJson<Record<string, Encoded>>('encoded');

/** The bytes of an encoded picture. */
export const fileOf = (name: string): Uint8Array => new Uint8Array(Buffer.from(encoded[name]!.file, 'base64'));

/** The bytes of a photo. */
export const photoOf = (name: string): Uint8Array => new Uint8Array(readFileSync(`${DATA}/images/${name}`));

/** The bytes of `noise` in `record_pillow.py`. */
export const noise = (width: number, height: number, channels = 3, seed = 1): Uint8Array => {
  const data = new Uint8Array(width * height * channels);
  let state = seed;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state >>> 24;
  }
  return data;
};

/** Noise as pixels. */
export const noisePixels = (width: number, height: number): Pixels => ({
  data: noise(width, height),
  width,
  height,
  channels: 3,
});

/** The picture without alpha, or with an arbitrary alpha. */
export const withChannels = (pixels: Pixels, channels: 3 | 4): Pixels => {
  const count = pixels.width * pixels.height;
  const data = new Uint8Array(count * channels).fill(77);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) data[i * channels + c] = pixels.data[i * pixels.channels + c]!;
  }
  return { ...pixels, data, channels };
};

/** The hash in the fixtures: of the RGB bytes. */
export const hashOf = (pixels: Pixels): string =>
  createHash('sha256').update(withChannels(pixels, 3).data).digest('hex').slice(0, 16);

/** What Pillow makes of a file: the size and hash of its upright pixels, or why it refuses. */
export type PictureRecord = { kind: string; size?: [number, number]; hash?: string; refused?: string };

/** Small files of every kind, made by `test/fixtures/pictures/make.py`. */
export const madePictures = readJson<(PictureRecord & { file: string })[]>('pictures');

/** How a picture differs from what Pillow makes of it; undefined if it has the same bytes, or both refuse. */
export const differenceFrom = async (
  { size, hash, refused }: PictureRecord,
  decode: () => Promise<Pixels>,
): Promise<string | undefined> => {
  let pixels: Pixels;
  try {
    pixels = await decode();
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    return refused === undefined ? `refused here: ${error.message}` : undefined;
  }
  if (refused !== undefined) return `Pillow refuses: ${refused}`;
  if (pixels.width !== size![0] || pixels.height !== size![1])
    return `${pixels.width}x${pixels.height}, not ${size!.join('x')}`;
  return hashOf(pixels) === hash ? undefined : 'other bytes';
};

/** The error that the call throws or rejects with. */
export const errorOf = async (call: () => unknown): Promise<Error> => {
  try {
    await call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
};
