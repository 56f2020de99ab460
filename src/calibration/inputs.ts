// Reads photos of a folder and makes something of each, such as the input of a network.

import type { Files } from '../eval/stored-file.js';
import { SetError } from '../eval/set-error.js';

/** Something made of a photo. */
export type FromPhoto<T> = { path: string; data: T };

/** A photo that could not be read, and why. */
export type Unreadable = { path: string; reason: string };

/** The photos that could be read, in the order of their paths in `wanted`, and those that could not. */
export type Inputs<T> = { photos: FromPhoto<T>[]; unreadable: Unreadable[] };

/**
 * Reads photos.
 *
 * @param make makes what is kept of the bytes of a photo; if it throws, the photo is unreadable
 * @throws {SetError} if none can be read
 */
export const readInputs = async <T>(
  files: Files,
  wanted: readonly string[],
  make: (photo: Uint8Array) => Promise<T>,
  onPhoto: () => void = () => {},
): Promise<Inputs<T>> => {
  const found = new Map<string, FromPhoto<T>>();
  const unreadable: Unreadable[] = [];
  for await (const file of files.read(new Set(wanted))) {
    const { path } = file;
    try {
      if ('reason' in file) throw new Error(file.reason);
      found.set(path, { path, data: await make(file.bytes) });
    } catch (error) {
      unreadable.push({ path, reason: (error as Error).message });
    }
    onPhoto();
  }
  const [first] = unreadable;
  if (!found.size && first)
    throw new SetError(`no photo of ${unreadable.length} could be read; ${first.path}: ${first.reason}`);
  return { photos: wanted.flatMap((path) => found.get(path) ?? []), unreadable };
};
