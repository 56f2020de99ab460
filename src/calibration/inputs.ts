// Photos as inputs of a network.

import type { Files } from '../eval/stored-file.js';
import { SetError } from '../eval/set-error.js';
import type { PhotoTensor } from '../image/prepare.js';

/** A photo as the input of a network. */
export type PhotoInput = { path: string; data: Float32Array };

/** The photos that could be read, in the order of their paths in `wanted`, and those that could not. */
export type Inputs = { photos: PhotoInput[]; unreadable: { path: string; reason: string }[] };

/**
 * Reads photos.
 *
 * @param prepare makes the input for the bytes of a photo, as a classifier does
 * @throws {SetError} if none can be read
 */
export const readInputs = async (
  files: Files,
  wanted: readonly string[],
  prepare: (photo: Uint8Array) => Promise<PhotoTensor>,
  onPhoto: () => void = () => {},
): Promise<Inputs> => {
  const found = new Map<string, Float32Array>();
  const unreadable: Inputs['unreadable'] = [];
  for await (const file of files.read(new Set(wanted))) {
    const { path } = file;
    try {
      if ('reason' in file) throw new Error(file.reason);
      found.set(path, (await prepare(file.bytes)).data);
    } catch (error) {
      unreadable.push({ path, reason: (error as Error).message });
    }
    onPhoto();
  }
  const [first] = unreadable;
  if (!found.size && first)
    throw new SetError(`no photo of ${unreadable.length} could be read; ${first.path}: ${first.reason}`);
  const photos = wanted.flatMap((path) => (found.has(path) ? [{ path, data: found.get(path)! }] : []));
  return { photos, unreadable };
};
