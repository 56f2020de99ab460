// Loads the rare parts of loading for the file for script tags and `require`: they are in a file beside it.

import { loadBeside } from '../../ops/script-files.umd.js';

type LoadingFile = typeof import('./index.js');

declare const require: (path: './groupwise-loading.min.js') => LoadingFile;

/** The file. @throws `failure` if it cannot be loaded; without one, a {LoadError} that says why */
export const loadLoading = async (failure?: unknown): Promise<LoadingFile> => {
  try {
    return await loadBeside<LoadingFile>({
      name: 'groupwise-loading.min.js',
      global: 'groupwiseLoading',
      why: 'caches, models in parts and threads are',
      byRequire: () => require('./groupwise-loading.min.js'),
    });
  } catch (error) {
    throw failure ?? error;
  }
};
