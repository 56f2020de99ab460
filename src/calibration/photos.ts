// Chooses photos of a folder: some to calibrate with, others to judge the result on.

import { isPicture } from '../eval/picture-set.js';
import { SetError } from '../eval/set-error.js';
import { seededRandom, shuffled } from './seeded.js';

/** Paths of photos, in the order in which they are used. */
export type Choice = {
  calibration: string[];
  /** Others, on which variants of the result are compared to choose one. */
  choosing: string[];
  /** Others that judge the result. */
  heldOut: string[];
};

/** How many photos are chosen, at most; none to choose with unless said. */
export type Counts = { calibration: number; choosing?: number; heldOut: number };

/** Fewer photos than this say too little. */
export const MIN_PHOTOS = 20;

/** Share of the photos that choose, and of those that are held out, if there are few. */
const FEW = 0.2;

/**
 * Chooses photos at random, the same ones for the same paths and seed: as many from each folder as possible.
 *
 * @throws {SetError} if there are too few
 */
export const choosePhotos = (paths: readonly string[], counts: Counts, seed: number): Choice => {
  const photos = paths.filter(isPicture);
  if (photos.length < MIN_PHOTOS)
    throw new SetError(
      `${photos.length === 1 ? '1 photo' : `${photos.length} photos`} among ${paths.length} files; at least ${MIN_PHOTOS} are needed: give a folder with 100 to 1,000 photos of the kind that the model will see`,
    );
  const order = inTurns(foldersOf(photos, seededRandom(seed)));
  const { choosing: wanted = 0 } = counts;
  const few = Math.round(photos.length * FEW);
  const held = Math.max(1, Math.min(counts.heldOut, few));
  const calibration = order.slice(0, Math.min(counts.calibration, photos.length - held - Math.min(wanted, few)));
  const others = order.slice(calibration.length);
  const choosing = others.slice(0, Math.min(wanted, Math.floor(others.length / 2)));
  return { calibration, choosing, heldOut: others.slice(choosing.length).slice(0, counts.heldOut) };
};

/** The photos of each folder in a random order, and the folders as well. */
const foldersOf = (photos: readonly string[], random: () => number): string[][] => {
  const folders = new Map<string, string[]>();
  for (const path of [...photos].sort()) {
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    const list = folders.get(folder);
    if (list) list.push(path);
    else folders.set(folder, [path]);
  }
  return shuffled(
    [...folders.values()].map((list) => shuffled(list, random)),
    random,
  );
};

/** The first of each list, then the second of each, and so on. */
const inTurns = (lists: readonly (readonly string[])[]): string[] => {
  const longest = lists.reduce((most, { length }) => Math.max(most, length), 0);
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list.slice(i, i + 1))).flat();
};
