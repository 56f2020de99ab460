// Where things are: the repository, the installed packages, the results.

/** Root of the repository. */
export const ROOT = new URL('../../', import.meta.url);

/** Packages of the other runtimes, installed by `npm ci` in this folder. */
export const PACKAGES = new URL('node_modules/', import.meta.url);

export const RESULTS = new URL('results/', import.meta.url);
