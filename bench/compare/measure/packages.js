// The installed packages of the runtimes: versions and download sizes.

import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { PACKAGES, ROOT } from '../paths.js';

/** Something must be installed or built first: the message says what. */
export class MissingError extends Error {
  name = 'MissingError';
}

/** @throws {MissingError} if the other runtimes are not installed or groupwise is not built */
export const checkInstalled = () => {
  if (!existsSync(PACKAGES))
    throw new MissingError('the other runtimes are not installed: run `npm ci --ignore-scripts` in bench/compare');
  if (!existsSync(new URL('dist/index.js', ROOT)))
    throw new MissingError('groupwise is not built: run `npm run build` in the root of the repository');
};

/** @param {import('../runtimes/index.js').Runtime} runtime @returns {string} */
export const versionOf = ({ packageName }) => {
  const file = packageName ? new URL(`${packageName}/package.json`, PACKAGES) : new URL('package.json', ROOT);
  return JSON.parse(readFileSync(file, 'utf8')).version;
};

/** Bytes that a page downloads, gzipped; null for what does not run in pages. @param {import('../runtimes/index.js').Runtime} runtime */
export const downloadBytes = ({ packageName, download }) => {
  if (!download) return null;
  const sizes = download.map(
    (file) => gzipSync(readFileSync(new URL(file, packageName ? PACKAGES : ROOT)), { level: 9 }).length,
  );
  return sizes.reduce((sum, size) => sum + size, 0);
};
