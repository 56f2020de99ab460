// The files that a command has read, which it does not overwrite.

import { stat } from 'node:fs/promises';
import { UsageError } from './options.js';

const read = new Set<string>();

/** The same for all names of a file. */
const identityOf = async (path: string): Promise<string | undefined> => {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found?.isFile() ? `${found.dev} ${found.ino}` : undefined;
};

/** Remembers that a file is an input. */
export const rememberInput = async (path: string): Promise<void> => {
  const identity = await identityOf(path);
  if (identity) read.add(identity);
};

/** @throws {UsageError} if the file is an input of this command, under any name */
export const checkNoInput = async (path: string, shown: string): Promise<void> => {
  if (read.has((await identityOf(path)) ?? ''))
    throw new UsageError(`${shown} would be overwritten, and is one of the files that were read: choose another name`);
};
