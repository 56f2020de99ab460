// Loads the module of the option `worker`. In the file for script tags and `require`, the bundler puts `load.umd.ts` in place
// of this module.

import { LoadError } from '../errors.js';

/** The module. @throws {LoadError} if it cannot be loaded */
export const loadInWorker = async (): Promise<typeof import('./in-worker.js')> => {
  try {
    return await import('./in-worker.js');
  } catch (cause) {
    const why = (cause as Error).message;
    throw new LoadError(`cannot load chunks/in-worker.js: ${why}. Publish all files of groupwise together`, { cause });
  }
};
