// Visits to the built site in Chromium, in a folder of a server.

import { readdirSync } from 'node:fs';
import { hasBrowser, launchBrowser, noteSkippedWithoutBrowser } from '../../build/test/support/browser.js';
import { serve } from '../../build/test/support/server.js';

/** The folder of the site on the server. */
const FOLDER = 'build/site';

/** Paths of all pages. */
export const PAGES = readdirSync(FOLDER, { recursive: true }).filter((name) => name.endsWith('.html'));

/** Sizes of screens. */
export const SCREENS = {
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  desktop: { viewport: { width: 1280, height: 900 } },
};

/** Whether the tests can run. */
export const canVisit = hasBrowser;
if (!hasBrowser) noteSkippedWithoutBrowser('the site');

/**
 * Calls a test with a page of the site, and fails if the page reports an error or asks another host for anything.
 *
 * @param visit takes the page, and functions that open a path of the site and stop the server
 */
export const visiting = async (screen, visit, args = []) => {
  const server = await serve({}, '');
  const browser = await launchBrowser(args);
  try {
    const context = await browser.newContext({ ...screen, permissions: args.length ? ['camera'] : [] });
    const page = await context.newPage();
    const faults = [];
    page.on('pageerror', (error) => faults.push(error.stack));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(`${message.text()} ${message.location().url}`);
    });
    context.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (!['blob:', 'data:'].includes(protocol) && origin !== server.origin) faults.push(`asks for ${request.url()}`);
    });
    await visit(page, (path) => page.goto(`${server.origin}/${FOLDER}/${path}`), server.close);
    if (faults.length) throw new Error(faults.join('\n'));
  } finally {
    await browser.close();
    server.close();
  }
};

/** Resolves when the first label is one of these words. */
export const seeLabel = (page, words) =>
  page.waitForFunction((wanted) => wanted.includes(document.querySelector('#results .label')?.textContent), words, {
    timeout: 30_000,
  });
