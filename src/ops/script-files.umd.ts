// Loads the files beside the file for script tags and `require`, which few pages need.

import { LoadError } from '../errors.js';

declare const module: unknown;
declare const require: unknown;
declare const importScripts: ((address: string) => void) | undefined;

/** The element of this script, which the page only names while the script runs. */
const element = typeof document === 'undefined' ? null : (document.currentScript as HTMLScriptElement | null);

/** In a worker whose script is a text: the address that it had on the page. */
declare const groupwiseAddress: string | undefined;

/** The address of this script, or that of the page or worker if it is not known. */
export const scriptAddress = (): string =>
  typeof groupwiseAddress === 'string' ? groupwiseAddress : element?.src || location.href;

/** A file beside this script. */
type ScriptFile<Exports> = {
  /** Its name. */
  name: string;
  /** The global variable that it sets where there is no `require`. */
  global: string;
  /** Why it is needed, for messages. */
  why: string;
  /** Requires it by a name that bundlers see. */
  byRequire: () => Exports;
};

/** All files, since models of integers need two of them, and a page would learn of the second only once it has the first. */
const CURE =
  'Publish groupwise-ops.min.js, groupwise-loading.min.js (int8 models need both) and groupwise-worker.min.js in the folder of groupwise.min.js, or load those needed with script tags after the tag of that file';

/** What a file beside this script exports. @throws {LoadError} if it cannot be loaded */
export const loadBeside = async <Exports>({ name, global, why, byRequire }: ScriptFile<Exports>): Promise<Exports> => {
  const fail = (reason: string, cause?: unknown): never => {
    throw new LoadError(`${why} in a file of their own, ${name}, which cannot be loaded: ${reason}. ${CURE}`, {
      cause,
    });
  };
  const loaded = () => (globalThis as unknown as Record<string, Exports | undefined>)[global];
  if (typeof module === 'object' && typeof require === 'function') {
    try {
      return byRequire();
    } catch (error) {
      return fail((error as Error).message, error);
    }
  }
  const own = scriptAddress();
  if (!loaded()) {
    // the short address of a package, without a file, is in no folder that is known
    if (own !== location.href && !new URL(own).pathname.endsWith('.js'))
      fail(`${own} does not end in the name of a file`);
    const address = new URL(name, own).href;
    try {
      if (typeof importScripts === 'function') importScripts(address);
      else await addScript(address);
    } catch (error) {
      fail(`${address} cannot be fetched`, error);
    }
    if (!loaded()) fail(`${address} is something else`);
  }
  return loaded()!;
};

const addScript = (src: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const nonce = element?.nonce ?? '';
    document.head.append(
      Object.assign(document.createElement('script'), { src, nonce, onload: resolve, onerror: reject }),
    );
  });
