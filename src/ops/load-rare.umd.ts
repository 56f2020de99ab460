// Loads the rare ops for the file for script tags and `require`: they are in a file beside it.

import { LoadError } from '../errors.js';
import type { AnyOp } from '../ir/op.js';

type OpsFile = { readonly rareOps: readonly AnyOp[] };

declare const module: unknown;
declare const require: (path: './groupwise-ops.min.js') => OpsFile;
declare const importScripts: ((address: string) => void) | undefined;

const FILE = 'groupwise-ops.min.js';

/** The element of this script, which the page only names while the script runs. */
const element = typeof document === 'undefined' ? null : (document.currentScript as HTMLScriptElement | null);

/** In a worker whose script is a text: the address that it had on the page. */
declare const groupwiseAddress: string | undefined;

/** The address of this script, or that of the page or worker if it is not known. */
export const scriptAddress = (): string =>
  typeof groupwiseAddress === 'string' ? groupwiseAddress : element?.src || location.href;

/** What the file sets where there is no `require`. */
const loaded = (): OpsFile | undefined => (globalThis as { groupwiseOps?: OpsFile }).groupwiseOps;

/** The rare ops. @throws {LoadError} if their file cannot be loaded */
export const loadRareOps = async (): Promise<readonly AnyOp[]> => {
  if (typeof module === 'object' && typeof require === 'function') return requireOps();
  if (!loaded()) await loadFrom(besideThis());
  return loaded()!.rareOps;
};

const requireOps = (): readonly AnyOp[] => {
  try {
    return require('./groupwise-ops.min.js').rareOps;
  } catch (error) {
    throw cannotLoad((error as Error).message, error);
  }
};

/** The address of the file, in the folder of this script. */
const besideThis = (): string => {
  const own = scriptAddress();
  // the short address of a package, without a file, is in no folder that is known
  if (own !== location.href && !new URL(own).pathname.endsWith('.js'))
    throw cannotLoad(`${own} does not end in the name of a file`);
  return new URL(FILE, own).href;
};

const loadFrom = async (address: string): Promise<void> => {
  try {
    if (typeof importScripts === 'function') importScripts(address);
    else await addScript(address);
  } catch (error) {
    throw cannotLoad(`${address} cannot be fetched`, error);
  }
  if (!loaded()) throw cannotLoad(`${address} is something else`);
};

const addScript = (src: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const nonce = element?.nonce ?? '';
    document.head.append(
      Object.assign(document.createElement('script'), { src, nonce, onload: resolve, onerror: reject }),
    );
  });

const cannotLoad = (why: string, cause?: unknown): LoadError =>
  new LoadError(
    `the model has operators that are in a file of their own, ${FILE}, which cannot be loaded: ${why}. Publish it in the folder of groupwise.min.js, or load it with a script tag after the tag of that file`,
    { cause },
  );
