// Loads the rare ops for the file for script tags and `require`: they are in a file beside it.

import type { AnyOp } from '../ir/op.js';
import { loadBeside } from './script-files.umd.js';

type OpsFile = { readonly rareOps: readonly AnyOp[] };

declare const require: (path: './groupwise-ops.min.js') => OpsFile;

/** The rare ops. @throws {LoadError} if their file cannot be loaded */
export const loadRareOps = async (): Promise<readonly AnyOp[]> => {
  const { rareOps } = await loadBeside<OpsFile>({
    name: 'groupwise-ops.min.js',
    global: 'groupwiseOps',
    why: 'the model has operators that are',
    byRequire: () => require('./groupwise-ops.min.js'),
  });
  return rareOps;
};
