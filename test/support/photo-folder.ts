// Folders of photos for the network of prunable.ts.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '../../src/node/encode-png.js';
import { photosFor, SIDE } from './prunable.js';

/** A photo of the pixels of an input from -1 to 1. */
const pngOf = (input: Float32Array): Uint8Array => {
  const pixels = SIDE * SIDE;
  const data = Uint8Array.from({ length: pixels * 3 }, (_, i) => {
    const value = input[(i % 3) * pixels + Math.floor(i / 3)]!;
    return Math.max(0, Math.min(255, Math.round((value + 1) * 127.5)));
  });
  return encodePng({ data, width: SIDE, height: SIDE, channels: 3 });
};

/** Writes photos into the folders of `place` in turn, and returns `place`. */
export const writePhotos = (place: string, folders: readonly string[], count = 40): string => {
  photosFor(count, 3).forEach((photo, i) => {
    const folder = join(place, folders[i % folders.length]!);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${i}.png`), pngOf(photo));
  });
  return place;
};
