// Loads the scripted ops when a model first needs them. In the file for script tags and `require`, the bundler puts
// `load-scripted.umd.ts` in place of this module.

import { LoadError } from '../errors.js';
import type { AnyOp } from '../ir/op.js';

/** The scripted ops. @throws {LoadError} if their module cannot be loaded */
export const loadScriptedOps = async (): Promise<readonly AnyOp[]> => {
  try {
    return (await import('./scripted.js')).scriptedOps;
  } catch (error) {
    throw new LoadError(
      `the model has operators that are in a file of their own, chunks/scripted.js, which cannot be loaded: ${(error as Error).message}. Publish all files of groupwise together`,
      { cause: error },
    );
  }
};
