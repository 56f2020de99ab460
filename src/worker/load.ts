// Loads the module of the option `worker`. In the file for script tags and `require`, the bundler puts `load.umd.ts` in place
// of this module.

import { moduleMissing } from '../errors.js';

/** The module. @throws {LoadError} if it cannot be loaded */
export const loadInWorker = async (): Promise<typeof import('./in-worker.js')> => {
  try {
    return await import('./in-worker.js');
  } catch (cause) {
    throw moduleMissing('cannot load chunks/in-worker.js', cause);
  }
};
