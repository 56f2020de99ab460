// Reads the tensors that an ONNX model keeps in files beside it.

import { constants } from 'node:fs';
import { lstat, open, realpath, type FileHandle } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { FormatError, LoadError } from '../errors.js';
import type { ReadExternalData } from '../converter/onnx/external.js';
import { reasonOf } from './reason.js';

const refuse = (location: string, reason: string): LoadError =>
  new LoadError(`external data '${location}' is not read: ${reason}`);

// The file, opened, and certainly the one that was checked: in the folder, regular, under one name only.
const openInside = async (folder: string, location: string): Promise<FileHandle> => {
  const root = await realpath(folder);
  const path = resolve(root, location);
  const inside = relative(root, path);
  if (!inside || inside === '..' || inside.startsWith(`..${sep}`) || resolve(root, inside) !== path) {
    throw refuse(location, "it is outside the model's folder");
  }
  const real = await realpath(path).catch((error: Error) => {
    throw refuse(location, reasonOf(error));
  });
  if (real !== path) throw refuse(location, 'its path has a symbolic link');
  const seen = await lstat(path);
  if (!seen.isFile()) throw refuse(location, 'it is no regular file');
  const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  const opened = await file.stat();
  const same = opened.isFile() && opened.ino === seen.ino && opened.dev === seen.dev;
  if (same && opened.nlink === 1) return file;
  await file.close();
  throw refuse(location, same ? 'the file has several names (hard links)' : 'it was exchanged meanwhile');
};

/**
 * Reads the files beside a model in `folder`.
 *
 * @throws {LoadError} for files outside the folder, links of both kinds, and what is no regular file
 * @throws {FormatError} if a file is shorter than the model says
 */
export const externalDataReader =
  (folder: string): ReadExternalData =>
  async (location, offset, length) => {
    const file = await openInside(folder, location);
    try {
      const { size } = await file.stat();
      const end = length === undefined ? size : offset + length;
      if (!(offset <= end && end <= size)) {
        throw new FormatError(`external data '${location}' has ${size} bytes; bytes ${offset} to ${end} are asked for`);
      }
      const bytes = new Uint8Array(end - offset);
      let read = 0;
      while (read < bytes.length) {
        const { bytesRead } = await file.read(bytes, read, bytes.length - read, offset + read);
        if (!bytesRead) throw new FormatError(`external data '${location}' became shorter while it was read`);
        read += bytesRead;
      }
      return bytes;
    } finally {
      await file.close();
    }
  };
