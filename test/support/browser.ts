// Chromium, for the tests that run in a browser.

import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const executablePath = process.env.CHROMIUM ?? PLACES.find((path) => existsSync(path));

/** Whether there is a browser to test in. */
export const hasBrowser = executablePath !== undefined && existsSync(executablePath);

/** Says that tests are skipped if there is no browser. */
export const noteSkippedWithoutBrowser = (tests: string): void => {
  if (!hasBrowser) console.log(`skipped, no Chromium (set CHROMIUM to its path): ${tests}`);
};

/** Starts the browser, with further arguments. */
export const launchBrowser = (args: readonly string[] = []): Promise<Browser> =>
  chromium.launch({ executablePath, args: ['--no-sandbox', ...args] });
