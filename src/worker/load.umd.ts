// Loads the module of the option `worker` for the file for script tags and `require`: it is in a file beside it.

import { loadBeside } from '../ops/script-files.umd.js';

type WorkerFile = typeof import('./in-worker.js');

declare const require: (path: './groupwise-worker.min.js') => WorkerFile;

/** The file. @throws {LoadError} if it cannot be loaded */
export const loadInWorker = (): Promise<WorkerFile> =>
  loadBeside<WorkerFile>({
    name: 'groupwise-worker.min.js',
    global: 'groupwiseWorker',
    why: 'models in workers are',
    byRequire: () => require('./groupwise-worker.min.js'),
  });
