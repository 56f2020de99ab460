// The Chromium that pages are measured in.

import { existsSync } from 'node:fs';
import { ROOT } from '../paths.js';
import { MissingError } from './packages.js';

const LAUNCHER = new URL('build/test/support/browser.js', ROOT);

/** Starts it once. @returns {Promise<string>} name and version @throws {MissingError} if there is none */
export const chromiumVersion = async () => {
  if (!existsSync(LAUNCHER))
    throw new MissingError('the tests, which start Chromium, are not built: run `npm run build` in the root');
  const { hasBrowser, launchBrowser } = await import(LAUNCHER.href);
  if (!hasBrowser) throw new MissingError('there is no Chromium: set CHROMIUM to its path');
  const browser = await launchBrowser();
  try {
    return `Chromium ${browser.version()}`;
  } finally {
    await browser.close();
  }
};
