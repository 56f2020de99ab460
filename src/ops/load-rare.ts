// Loads the rare ops when a model first needs them. In the file for script tags and `require`, the bundler puts
// `load-rare.umd.ts` in place of this module.

import { LoadError } from '../errors.js';
import type { AnyOp } from '../ir/op.js';

/** The rare ops. @throws {LoadError} if their module cannot be loaded */
export const loadRareOps = async (): Promise<readonly AnyOp[]> => {
  try {
    return (await import('./rare.js')).rareOps;
  } catch (error) {
    throw new LoadError(
      `the model has operators that are in a file of their own, chunks/rare.js, which cannot be loaded: ${(error as Error).message}. Publish all files of groupwise together`,
      { cause: error },
    );
  }
};
