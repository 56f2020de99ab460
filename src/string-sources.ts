// What a string that names a model or photo may be: a URL or a path.

import { oneOf, type Kind } from './arguments.js';

/** Where a model or photo may come from. */
export type SourceKind = 'bytes' | 'url' | 'path';

const ONE_KIND = oneOf(['bytes', 'url', 'path']);

/** The kind of the option `sources`. */
export const SOURCES: Kind = {
  expected: '"bytes", "url" or "path", or a list of these',
  fits: (value) => (Array.isArray(value) ? value.every(ONE_KIND.fits) : ONE_KIND.fits(value)),
};
