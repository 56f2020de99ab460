// Packages that an application installs if it needs them.

import { ImageError } from '../errors.js';

const MISSING = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'];

/**
 * Loads an optional package.
 *
 * @throws {ImageError} that says which package to install, if it is missing
 */
export const loadOptional = async <Module>(
  format: string,
  name: string,
  load: () => Promise<Module>,
): Promise<Module> => {
  try {
    return await load();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = MISSING.includes(code ?? '') ? 'which is not installed' : `which cannot be loaded (${message})`;
    throw new ImageError(`${format} files need the package ${name}, ${reason}: npm install ${name}`, { cause: error });
  }
};
