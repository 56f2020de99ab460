// How browsers start: with a new profile and an address, and with an extension.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';
import { hasWebKit, launchWebKit, miniBrowser } from '../../test/support/webkit.js';

/** How to start a browser. */
export type Browser = {
  name: string;
  /** An environment variable with its path, and where it usually is. */
  variable: string;
  paths: readonly string[];
  /** Opens an address with a new profile; `await using` closes the browser. */
  open(path: string, profile: string, address: string): Promise<AsyncDisposable>;
  /** Cases that pages that are files cannot run in this browser, with the reason. */
  skippedInFiles?: Readonly<Record<string, string>>;
  /** Opens a page of an extension that is a folder, if the browser loads one. */
  openExtension?: (path: string, profile: string, folder: string, page: string) => Promise<AsyncDisposable>;
};

const startChromium = (executablePath: string, profile: string, how = {}): Promise<BrowserContext> =>
  chromium.launchPersistentContext(profile, {
    executablePath,
    args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required', '--enable-unsafe-extension-debugging'],
    ...how,
  });

const visit = async (context: BrowserContext, address: string): Promise<AsyncDisposable> => {
  const page = await context.newPage();
  await page.goto(address, { waitUntil: 'commit' });
  return { [Symbol.asyncDispose]: () => context.close() };
};

const FIREFOX_PREFERENCES = `user_pref('browser.shell.checkDefaultBrowser', false);
user_pref('browser.aboutwelcome.enabled', false);
user_pref('datareporting.policy.dataSubmissionEnabled', false);
user_pref('toolkit.telemetry.reportingpolicy.firstRun', false);
user_pref('media.autoplay.default', 0);
`;

/** Firefox, which opens an address of its command line, so that no protocol of automation is needed. */
const openFirefox = (path: string, profile: string, address: string): AsyncDisposable => {
  mkdirSync(profile);
  writeFileSync(join(profile, 'user.js'), FIREFOX_PREFERENCES);
  const args = ['--headless', '--no-remote', '--profile', profile, address];
  const child = spawn(path, args, { env: { ...process.env, HOME: profile }, detached: true, stdio: 'ignore' });
  child.on('error', () => {}); // the outcomes are missing then
  const closed = new Promise<void>((done) => child.once('close', () => done()));
  return {
    [Symbol.asyncDispose]: async () => {
      if (!child.pid || child.exitCode !== null || child.signalCode !== null) return;
      process.kill(-child.pid, 'SIGKILL');
      await closed;
    },
  };
};

export const BROWSERS: readonly Browser[] = [
  {
    name: 'chromium',
    variable: 'CHROMIUM',
    paths: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
    open: async (path, profile, address) => visit(await startChromium(path, profile), address),
    openExtension: async (path, profile, folder, page) => {
      const context = await startChromium(path, profile, { ignoreDefaultArgs: ['--disable-extensions'] });
      const session = await context.browser()!.newBrowserCDPSession();
      const { id } = await session.send('Extensions.loadUnpacked', { path: folder });
      return visit(context, `chrome-extension://${id}/${page}`);
    },
  },
  {
    name: 'firefox',
    variable: 'FIREFOX',
    paths: ['/usr/bin/firefox-esr', '/usr/bin/firefox'],
    open: (...where) => Promise.resolve(openFirefox(...where)),
  },
  {
    name: 'webkitgtk',
    variable: 'WEBKIT_MINIBROWSER',
    paths: hasWebKit ? [miniBrowser!] : [],
    open: async (_path, _profile, address) => {
      const page = await launchWebKit();
      await page.open(address);
      return { [Symbol.asyncDispose]: () => page.close() };
    },
    skippedInFiles: { 'worker: a picture file': 'workers of a page that is a file read no Blobs in WebKit' },
  },
];

/** The path of a browser, if the machine has it. */
export const pathOf = ({ variable, paths }: Browser): string | undefined =>
  process.env[variable] ?? paths.find((usual) => existsSync(usual));
