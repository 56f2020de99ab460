// Packages that an application installs if it needs them. Their imports are in `try` blocks of their own, by which
// bundlers see that a package may be missing.

import { ImageError } from '../errors.js';

const MISSING = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'];

/** The error of a package that cannot be imported: says which package to install. */
export const notImported = (format: string, name: string, error: unknown): ImageError => {
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = MISSING.includes(code ?? '') ? 'which is not installed' : `which cannot be loaded (${message})`;
  return new ImageError(`${format} files need the package ${name}, ${reason}: npm install ${name}`, { cause: error });
};
