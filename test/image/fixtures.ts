import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { Pixels } from '../../src/image/pixels.js';

/** Photos and reference tensors beside the checkout; tests that need them are skipped without. */
export const DATA = '../shared/data';

export const hasData = existsSync(`${DATA}/images`);

/** Says that photo tests of a file do not run. */
export const noteSkipped = (what: string): void => {
  if (!hasData) console.log(`skipped, no ${DATA}: ${what}`);
};

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

/** What Pillow makes of photos and noise; `record_pillow.py` says how. */
export const recorded = readJson<Recorded>('pillow');

/** Small files of many kinds, and the hash of what Pillow decodes. */
export const encoded = readJson<Record<string, Encoded>>('encoded');

export const fileOf = (name: string): Uint8Array => new Uint8Array(Buffer.from(encoded[name]!.file, 'base64'));

export const photoOf = (name: string): Uint8Array => new Uint8Array(readFileSync(`${DATA}/images/${name}`));

/** The bytes that `noise` of `record_pillow.py` gives. */
export const noise = (width: number, height: number, channels = 3, seed = 1): Uint8Array => {
  const data = new Uint8Array(width * height * channels);
  let state = seed;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state >>> 24;
  }
  return data;
};

export const noisePixels = (width: number, height: number): Pixels => ({
  data: noise(width, height),
  width,
  height,
  channels: 3,
});

/** The picture without alpha, or with an alpha of nonsense. */
export const withChannels = (pixels: Pixels, channels: 3 | 4): Pixels => {
  const count = pixels.width * pixels.height;
  const data = new Uint8Array(count * channels).fill(77);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) data[i * channels + c] = pixels.data[i * pixels.channels + c]!;
  }
  return { ...pixels, data, channels };
};

/** The hash that the recorder writes: of the RGB bytes. */
export const hashOf = (pixels: Pixels): string =>
  createHash('sha256').update(withChannels(pixels, 3).data).digest('hex').slice(0, 16);

/** The error that the call throws or rejects with. */
export const errorOf = async (call: () => unknown): Promise<Error> => {
  try {
    await call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
};
