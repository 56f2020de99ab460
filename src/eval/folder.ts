// Pictures in a folder. Links are followed, but never to a folder that they lie in.

import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { reasonOf } from '../node/reason.js';
import { MOST_BYTES, MOST_FILES, tooLarge, type Files, type StoredFile } from './stored-file.js';
import { SetError } from './set-error.js';

/** Lists the files in a folder and below. */
export const openFolder = async (root: string): Promise<Files> => {
  const paths: string[] = [];
  const list = async (folder: string, around: readonly string[]): Promise<void> => {
    const own = await realpath(join(root, folder));
    if (around.includes(own)) return;
    for (const entry of await readdir(own, { withFileTypes: true })) {
      const path = folder ? `${folder}/${entry.name}` : entry.name;
      const kind = entry.isSymbolicLink() ? await stat(join(root, path)).catch(() => entry) : entry;
      if (kind.isDirectory()) await list(path, [...around, own]);
      else paths.push(path);
      if (paths.length > MOST_FILES) throw new SetError(`the set has more than ${MOST_FILES} files`);
    }
  };
  await list('', []);
  return { paths, read: (wanted) => readFolder(root, wanted) };
};

async function* readFolder(root: string, wanted: ReadonlySet<string>): AsyncIterable<StoredFile> {
  for (const path of wanted) yield await readOne(root, path);
}

const readOne = async (root: string, path: string): Promise<StoredFile> => {
  try {
    const { size } = await stat(join(root, path));
    if (size > MOST_BYTES) return { path, reason: tooLarge(size) };
    return { path, bytes: new Uint8Array(await readFile(join(root, path))) };
  } catch (error) {
    return { path, reason: reasonOf(error) };
  }
};
