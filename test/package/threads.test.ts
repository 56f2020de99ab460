// The option `threads` in a browser: in workers of isolated pages, with every entry; elsewhere one thread, with the reason.

import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hasBrowser, launchBrowser, noteSkippedWithoutBrowser } from '../support/browser.js';

import type { WorkerModel } from '../../src/worker/worker-model.js';

type Library = typeof import('../../src/index.js');

noteSkippedWithoutBrowser('threads in workers of a page');

const ENTRIES = ['umd/groupwise.min.js', 'index.js', 'external.js'];
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.html': 'text/html',
  '.wasm': 'application/wasm',
};
const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

const test = suite('threads in pages');
let browser: Browser;
let server: Server;
let origin: string;

test.before(async () => {
  server = createServer(({ url }, response) => {
    const path = url!.split('?')[0]!;
    if (path.endsWith('.html')) {
      const headers = path === '/isolated.html' ? ISOLATED : {};
      response.writeHead(200, { 'content-type': 'text/html', ...headers });
      return response.end('<!doctype html><title>threads</title><script src="/dist/umd/groupwise.min.js"></script>');
    }
    try {
      const body = readFileSync(join('.', path));
      response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream', ...ISOLATED });
      return response.end(body);
    } catch {
      return response.writeHead(404).end();
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  if (hasBrowser) browser = await launchBrowser();
});
test.after(async () => {
  await browser?.close();
  server.closeAllConnections();
  server.close();
});

/** Scores with one thread on the page, and with two as `options` say; what ran the latter. */
const compare = async (address: string, entry: string, options: object) => {
  const page = await browser.newPage();
  try {
    await page.goto(`${origin}/${address}`);
    return await page.evaluate(
      async ({ entry: path, options: own }) => {
        const script = (globalThis as unknown as { groupwise: Library }).groupwise;
        const library = path.includes('umd') ? script : ((await import(`/dist/${path}`)) as Library);
        const model = new Uint8Array(await (await fetch('/models/cifar10-fast-dense/model.gw')).arrayBuffer());
        const input = Float32Array.from({ length: 3 * 32 * 32 }, (_, i) => Math.sin(i));
        const outputs = async (more: object) => {
          const loaded = (await library.loadModel(model.slice(), {
            deterministic: true,
            ...more,
          })) as unknown as WorkerModel;
          const results = await Promise.all([loaded.run(input), loaded.run(input)]);
          const data = results.map((result) => [...Object.values(result)[0]!.data]);
          const info = loaded.runtimeInfo();
          loaded.dispose();
          return { data: data.flat(), info };
        };
        const one = await outputs({});
        const two = await outputs({ threads: 2, ...own });
        return { same: one.data.every((value, i) => Object.is(value, two.data[i])), info: two.info };
      },
      { entry, options },
    );
  } finally {
    await page.close();
  }
};

if (hasBrowser) {
  for (const entry of ENTRIES) {
    test(`two threads compute the bits of one in the worker of an isolated page: ${entry}`, async () => {
      assert.equal(await compare('isolated.html', entry, { worker: true }), {
        same: true,
        info: { kernels: 'simd', threads: 2 },
      });
    });
  }

  test('a page that is not isolated has one thread, and the headers that it needs', async () => {
    const { same, info } = await compare('plain.html', ENTRIES[0]!, { worker: true });
    assert.ok(same);
    assert.is(info.threads, 1);
    assert.match(info.oneThread!, 'Cross-Origin-Opener-Policy');
  });

  test('the main thread of a page has one thread', async () => {
    const { same, info } = await compare('isolated.html', ENTRIES[0]!, {});
    assert.ok(same);
    assert.is(info.threads, 1);
    assert.match(info.oneThread!, 'worker: true');
  });
}

test.run();
