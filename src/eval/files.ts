// Opens a set: a folder, a zip archive, or a tar archive with or without gzip.

import { open, stat } from 'node:fs/promises';
import { LoadError } from '../errors.js';
import { reasonOf } from '../node/reason.js';
import { openFolder } from './folder.js';
import { SetError } from './set-error.js';
import type { Files } from './stored-file.js';
import { openTar } from './tar.js';
import { openZip } from './zip.js';

/** Bytes that identify the kind of an archive; `ustar` is at offset 257. */
const HEAD_BYTES = 512;

const headOf = async (path: string): Promise<Uint8Array> => {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
};

const hasText = (bytes: Uint8Array, text: string, at = 0): boolean =>
  [...text].every((char, i) => bytes[at + i] === char.charCodeAt(0));

/**
 * Lists the files of a set.
 *
 * @throws {LoadError} if it cannot be read
 * @throws {SetError} if it is neither a folder nor a zip or tar archive, or if the archive is damaged
 */
export const openFiles = async (path: string): Promise<Files> => {
  try {
    if ((await stat(path)).isDirectory()) return await openFolder(path);
    const head = await headOf(path);
    if (hasText(head, 'PK')) return await openZip(path);
    if (hasText(head, '\x1f\x8b')) return await openTar(path, true);
    if (hasText(head, 'ustar', 257)) return await openTar(path, false);
  } catch (error) {
    if (error instanceof SetError) throw error;
    throw new LoadError(reasonOf(error, path), { cause: error });
  }
  throw new SetError('neither a folder nor a zip, tar or tar.gz archive');
};
