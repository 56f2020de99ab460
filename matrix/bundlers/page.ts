// Opens built pages in Chromium, which reaches nothing but their server.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import type { Browser } from 'playwright-core';
import { hasBrowser, launchBrowser } from '../../test/support/browser.js';
import { Missing } from '../field.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.jpg': 'image/jpeg',
};

const LIMIT_MILLISECONDS = 60_000;

/** A server on this machine. */
export type Server = AsyncDisposable & { origin: string };

/** Serves folders; the first that has a file wins. */
export const serveFolders = async (...folders: readonly string[]): Promise<Server> => {
  const find = async (path: string): Promise<Buffer | undefined> => {
    for (const folder of folders) {
      const bytes = await readFile(join(folder, path)).catch(() => undefined);
      if (bytes) return bytes;
    }
    return undefined;
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost');
    const path = pathname === '/' ? '/index.html' : normalize(decodeURIComponent(pathname));
    void find(path).then((bytes) => {
      const type = TYPES[extname(path)] ?? 'application/octet-stream';
      response.writeHead(bytes ? 200 : 404, { 'content-type': type }).end(bytes);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
};

/** Starts a browser in which no name of a host resolves. @throws {Missing} if there is no Chromium */
export const launchAlone = (): Promise<Browser> => {
  if (!hasBrowser) throw new Missing('no Chromium (set CHROMIUM to its path)');
  return launchBrowser(['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1']);
};

type Shown = { value?: string; error?: string };

/** What a page shows. @throws if it fails, or requests anything from elsewhere */
export const shownBy = async (browser: Browser, address: string): Promise<string> => {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const { origin } = new URL(address);
    const foreign = new Set<string>();
    context.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(origin) && !/^(blob|data):/.test(url)) foreign.add(url);
    });
    await page.goto(address);
    const handle = await page.waitForFunction(() => (globalThis as { outcome?: Shown }).outcome, undefined, {
      timeout: LIMIT_MILLISECONDS,
    });
    const { value, error } = (await handle.jsonValue())!;
    if (error !== undefined) throw new Error(error);
    if (foreign.size) throw new Error(`the page requests ${[...foreign].join(', ')}`);
    return value!;
  } finally {
    await context.close();
  }
};
