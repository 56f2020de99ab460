// Loads the rare ops when a model first needs them. In the file for script tags and `require`, the bundler puts
// `load-rare.umd.ts` in place of this module.

import { moduleMissing } from '../errors.js';
import type { AnyOp } from '../ir/op.js';

/** The rare ops. @throws {LoadError} if their module cannot be loaded */
export const loadRareOps = async (): Promise<readonly AnyOp[]> => {
  try {
    return (await import('./rare.js')).rareOps;
  } catch (error) {
    const fault = 'the model has operators that are in a file of their own, chunks/rare.js, which cannot be loaded';
    throw moduleMissing(fault, error);
  }
};
