// A set in a folder. Symbolic links are followed, but every folder is listed once, by its own path or the first link to
// it.

import type { Dirent } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { reasonOf } from '../node/reason.js';
import { MAX_FILE_BYTES, MAX_FILES, tooLarge, type Files, type StoredFile } from './stored-file.js';
import { SetError } from './set-error.js';

/** Maximum number of folders in a set. */
const MAX_FOLDERS = 2 ** 20;

const byName = (a: Dirent, b: Dirent): number => (a.name < b.name ? -1 : 1);

/** Lists the files in a folder and its subfolders. @throws {SetError} if there are too many */
export const openFolder = async (root: string): Promise<Files> => {
  const paths: string[] = [];
  const listed = new Set<string>();
  const links = [''];
  const list = async (folder: string): Promise<void> => {
    const own = await realpath(join(root, folder));
    if (listed.has(own)) return;
    if (listed.add(own).size > MAX_FOLDERS) throw new SetError(`the set has more than ${MAX_FOLDERS} folders`);
    for (const entry of (await readdir(own, { withFileTypes: true })).sort(byName)) {
      const path = folder ? `${folder}/${entry.name}` : entry.name;
      if (entry.isDirectory()) await list(path);
      else if (entry.isSymbolicLink() && (await stat(join(root, path)).catch(() => entry)).isDirectory())
        links.push(path);
      else paths.push(path);
      if (paths.length > MAX_FILES) throw new SetError(`the set has more than ${MAX_FILES} files`);
    }
  };
  for (const link of links) await list(link); // listing appends the links that it finds
  return { paths, read: (wanted) => readFolder(root, wanted) };
};

async function* readFolder(root: string, wanted: ReadonlySet<string>): AsyncIterable<StoredFile> {
  for (const path of wanted) yield await readOne(root, path);
}

const readOne = async (root: string, path: string): Promise<StoredFile> => {
  try {
    const file = await stat(join(root, path));
    // a pipe or a device may never end
    if (!file.isFile()) return { path, reason: 'it is a pipe or a device, not a file' };
    if (file.size > MAX_FILE_BYTES) return { path, reason: tooLarge(file.size) };
    return { path, bytes: new Uint8Array(await readFile(join(root, path))) };
  } catch (error) {
    return { path, reason: reasonOf(error) };
  }
};
