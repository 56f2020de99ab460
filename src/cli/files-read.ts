// The files that a command reads, which it does not overwrite.

import type { BigIntStats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { UsageError } from './options.js';

/** The identities of files. */
const files = new Set<string>();

/** The real paths of folders that are read with everything in them. */
const folders = new Set<string>();

/** What is at a path; undefined if nothing is. */
const statusOf = (path: string) => stat(path, { bigint: true }).catch(() => undefined);

/** The same for all names of a file. */
const identityOf = ({ dev, ino }: BigIntStats): string => `${dev} ${ino}`;

/** The path without links, also of a file that does not exist yet. */
const realPathOf = (path: string): Promise<string> =>
  realpath(path).catch(async () => join(await realpath(dirname(path)).catch(() => dirname(path)), basename(path)));

/** Remembers that a file is read, or everything in the folders of a folder. */
export const rememberInput = async (path: string): Promise<void> => {
  const found = await statusOf(path);
  if (found?.isFile()) files.add(identityOf(found));
  if (found?.isDirectory()) folders.add(await realpath(path));
};

/** @throws {UsageError} if this command reads the file, under any name, or the folder in a folder that it is in */
export const checkNoInput = async (path: string, shown: string): Promise<void> => {
  const found = await statusOf(path);
  if (found && files.has(identityOf(found)))
    throw new UsageError(`${shown} would be overwritten, and is one of the files that were read: choose another name`);
  const real = await realPathOf(path);
  for (const folder of folders)
    if (real.startsWith(folder.endsWith(sep) ? folder : folder + sep) && dirname(real) !== folder)
      throw new UsageError(`${shown} is among the files that are read: choose a file elsewhere`);
};
