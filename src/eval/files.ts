// Where the pictures of a set lie: a folder, a zip archive, or a tar archive with or without gzip.

import { open, stat } from 'node:fs/promises';
import { LoadError } from '../errors.js';
import { reasonOf } from '../node/reason.js';
import { openFolder } from './folder.js';
import { SetError } from './set-error.js';
import type { Files } from './stored-file.js';
import { openTar } from './tar.js';
import { openZip } from './zip.js';

const HEAD = 512;

const headOf = async (path: string): Promise<Uint8Array> => {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(HEAD), 0, HEAD, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
};

const holds = (bytes: Uint8Array, text: string, at = 0): boolean =>
  [...text].every((char, i) => bytes[at + i] === char.charCodeAt(0));

/**
 * Lists the files of a set.
 *
 * @throws {LoadError} if nothing can be read there, {SetError} if it is no folder, zip or tar archive, or a broken one
 */
export const openFiles = async (path: string): Promise<Files> => {
  try {
    if ((await stat(path)).isDirectory()) return await openFolder(path);
    const head = await headOf(path);
    if (holds(head, 'PK')) return await openZip(path);
    if (holds(head, '\x1f\x8b')) return await openTar(path, true);
    if (holds(head, 'ustar', 257)) return await openTar(path, false);
  } catch (error) {
    if (error instanceof SetError) throw error;
    throw new LoadError(`cannot read ${path}: ${reasonOf(error)}`, { cause: error });
  }
  throw new SetError('neither a folder nor a zip, tar or tar.gz archive');
};
