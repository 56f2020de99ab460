// Loads the module of rare parts of loading. In the file for script tags and `require`, the bundler puts `load.umd.ts` in
// place of this module.

import { moduleMissing } from '../../errors.js';

/** The module. @throws `failure` if it cannot be loaded; without one, a {LoadError} that says why */
export const loadLoading = async (failure?: unknown): Promise<typeof import('./index.js')> => {
  try {
    return await import('./index.js');
  } catch (cause) {
    if (failure) throw failure as Error;
    throw moduleMissing('cannot load chunks/loading.js', cause);
  }
};
