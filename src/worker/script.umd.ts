// The script of workers in the file for script tags: that file itself, which is one function.

import { scriptAddress } from '../ops/script-files.umd.js';

/** The function that holds the whole file; the bundler names it. */
declare const groupwiseFactory: (exports: object) => void;

/** How the engine reads the script: as one that loads the file of the scripted ops by `importScripts`. */
export const SCRIPT_TYPE: WorkerType = 'classic';

/** The text of a script that serves a page. */
export const workerScript = (): Promise<string> =>
  Promise.resolve(`groupwiseAddress=${JSON.stringify(scriptAddress())};(${groupwiseFactory.toString()})({})`);
