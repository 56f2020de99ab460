// The script of workers: in modules the text of the file for script tags, loaded when the first worker starts. In that
// file, the bundler puts `script.umd.ts` in place of this module.

import { EngineError } from '../errors.js';

/** How the engine reads the script. Deno has workers of modules only; sandboxed pages start no module from a blob: URL. */
export const SCRIPT_TYPE: WorkerType = 'Deno' in globalThis ? 'module' : 'classic';

/** The text of a script that serves a page. @throws {EngineError} if its module cannot be loaded */
export const workerScript = async (): Promise<string> => {
  try {
    return (await import('./script-text.js')).text;
  } catch (error) {
    throw new EngineError(
      `the script of workers is in a file of its own, chunks/script-text.js, which cannot be loaded: ${(error as Error).message}. Publish all files of groupwise together, and load the page again after an update`,
      { cause: error },
    );
  }
};
