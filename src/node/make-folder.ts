// Makes folders.

import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Creates a folder and its missing parents, one level at a time: Node's own recursion never ends in file systems that do not
 * allow new folders, such as /proc.
 *
 * @param path an absolute path
 * @throws an error of the system, with the path of the folder that cannot be created
 */
export const makeFolder = async (path: string): Promise<void> => {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return;
  if (!found && dirname(path) !== path) await makeFolder(dirname(path));
  await mkdir(path).catch(async (error: unknown) => {
    // another process may have created it
    if (!(await stat(path).catch(() => undefined))?.isDirectory()) throw error;
  });
};
