// Loading in a page: the cache, models in parts, a second try and preload, for every entry and in workers.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hasBrowser, launchBrowser, noteSkippedWithoutBrowser } from '../support/browser.js';
import { fileRoute, serveRoutes, type Route, type Routes } from '../support/routes.js';

type Library = typeof import('../../src/index.js');

noteSkippedWithoutBrowser('loading in a page');

const MODEL = new Uint8Array(readFileSync('models/cifar10-fast-flgc4/model.gw'));
const LENGTH = MODEL.length;
const integrityOf = (bytes: Uint8Array): string => `sha256-${createHash('sha256').update(bytes).digest('base64')}`;
const html =
  (head: string): Route =>
  (response) =>
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end(`<!doctype html><title>loading</title><link rel="icon" href="data:,">${head}`);
const TAG = '<script src="/dist/umd/groupwise.min.js"></script>';
const PARTS = [MODEL.subarray(0, 100_000), MODEL.subarray(100_000)];
const INDEX = {
  groupwise: 1,
  bytes: LENGTH,
  parts: PARTS.map((part, i) => ({ file: `model.gw.${i + 1}`, bytes: part.length, integrity: integrityOf(part) })),
};

const test = suite('loading in a page');
let browser: Browser;
let context: BrowserContext;
let page: Page;
let server: Routes;
let other: Routes;

test.before(async () => {
  browser = await launchBrowser();
});
test.after(() => browser.close());
test.before.each(async () => {
  server = await serveRoutes({
    '/page.html': html(TAG),
    '/model.gw': fileRoute(MODEL, '"1"', { 'cache-control': 'no-cache' }),
    '/parts/model.gw.json': fileRoute(Buffer.from(JSON.stringify(INDEX)), '"2"', { 'cache-control': 'no-cache' }),
    '/parts/model.gw.1': fileRoute(PARTS[0]!, '"3"'),
    '/parts/model.gw.2': fileRoute(PARTS[1]!, '"4"'),
  });
  other = await serveRoutes({});
  context = await browser.newContext();
  page = await context.newPage();
});
test.after.each(async () => {
  await context.close();
  await server.close();
  await other.close();
});

type Options = { worker?: boolean; cache?: boolean | string; integrity?: string };

/** Loads a model in a new page; the progress of its download, or the error. */
const load = async (source: string, options: Options = {}, entry = 'index', path = '/page.html') => {
  await page.goto(server.origin + path);
  return inPage(source, options, entry);
};

const inPage = (source: string, options: Options, entry = 'index'): Promise<string> =>
  page.evaluate(
    async ({ source, options, entry }) => {
      const library = entry.includes('umd')
        ? (globalThis as unknown as { groupwise: Library }).groupwise
        : ((await import(`/dist/${entry}.js`)) as Library);
      let [last, total, isOrdered] = [0, 0, true];
      const onProgress = (step: { phase: string; loaded: number; total: number }) => {
        if (step.phase !== 'download') return;
        isOrdered &&= step.loaded > last && step.loaded <= step.total && (total ||= step.total) === step.total;
        last = step.loaded;
      };
      try {
        const model = await library.loadModel(source, { ...options, onProgress } as Parameters<
          Library['loadModel']
        >[1]);
        const { x = 0 } = { x: model.inputs.length };
        model.dispose();
        return `${x} input, ${isOrdered ? 'ordered' : 'confused'} ${last} of ${total}`;
      } catch (error) {
        return `${(error as Error).name}: ${(error as Error).message}`;
      }
    },
    { source, options, entry },
  );

const GOOD = `1 input, ordered ${LENGTH} of ${LENGTH}`;
const ofModels = () => server.log.filter((line) => line.includes('.gw'));

if (hasBrowser) {
  for (const entry of ['index', 'external', 'umd/groupwise.min']) {
    for (const worker of [false, true]) {
      test(`${entry}${worker ? ' in a worker' : ''}: later loads ask for changes, and work without the server`, async () => {
        assert.is(await load('model.gw', { cache: true, worker }, entry), GOOD);
        assert.is(await load('model.gw', { cache: true, worker }, entry), GOOD);
        assert.equal(ofModels(), ['/model.gw 200', '/model.gw 304']);
        server.routes['/model.gw'] = (response) => void response.destroy();
        assert.is(await load('model.gw', { cache: true, worker }, entry), GOOD);
        server.routes['/model.gw'] = (response) => void response.writeHead(404).end();
        assert.match(await load('model.gw', { cache: true, worker }, entry), /LoadError: .*404/);
      });

      test(`${entry}${worker ? ' in a worker' : ''}: parts have one progress, and are kept by their hashes`, async () => {
        assert.is(await load('parts/model.gw.json', { cache: true, worker }, entry), GOOD);
        assert.is(ofModels().length, 3);
        server.log.length = 0;
        assert.is(await load('parts/model.gw.json', { cache: true, worker }, entry), GOOD);
        assert.equal(ofModels(), ['/parts/model.gw.json 304']);
      });
    }
  }

  test('a new version replaces the old one; a known hash needs no request', async () => {
    await load('model.gw', { cache: 'mine' });
    server.routes['/model.gw'] = fileRoute(MODEL, '"other"', { 'cache-control': 'no-cache' });
    await load('model.gw', { cache: 'mine' });
    assert.equal(ofModels(), ['/model.gw 200', '/model.gw 200']);
    const count = () =>
      page.evaluate(async () =>
        Promise.all((await caches.keys()).map(async (name) => [name, (await (await caches.open(name)).keys()).length])),
      );
    assert.equal(await count(), [['mine', 1]]);
    const integrity = integrityOf(MODEL);
    server.log.length = 0;
    for (let i = 0; i < 2; i++) assert.is(await load('model.gw', { cache: 'mine', integrity }), GOOD);
    assert.is(ofModels().length, 1);
    assert.equal(await count(), [['mine', 2]]); // loads without the hash keep their copy
  });

  test('other origins need no preflight; they are compared by the headers that pages see', async () => {
    const headers = { 'access-control-allow-origin': '*', 'cache-control': 'no-cache' };
    const date = 'Wed, 21 Oct 2026 07:28:00 GMT';
    const methods: string[] = [];
    other.routes['/model.gw'] = (response, request) => {
      methods.push(request.method!);
      response.writeHead(200, { ...headers, 'last-modified': date, 'content-length': LENGTH }).end(MODEL);
    };
    for (let i = 0; i < 2; i++) assert.is(await load(`${other.origin}/model.gw`, { cache: true }), GOOD);
    assert.equal(methods, ['GET', 'GET']);
  });

  for (const [name, script] of [
    ['without Cache Storage', 'delete globalThis.caches; delete Window.prototype.caches'],
    [
      'with one that is forbidden',
      'CacheStorage.prototype.open = async () => { throw new DOMException("insecure", "SecurityError") }',
    ],
    [
      'with one that is full',
      'Cache.prototype.put = async () => { throw new DOMException("full", "QuotaExceededError") }',
    ],
    ['with one that cannot be read', 'Cache.prototype.match = async () => { throw new Error("broken") }'],
  ] as const) {
    test(`a page ${name} loads all the same`, async () => {
      await page.addInitScript(script);
      for (let i = 0; i < 2; i++) assert.is(await load('model.gw', { cache: true }), GOOD);
    });
  }

  test('a storage of the application works for a worker', async () => {
    await page.goto(`${server.origin}/page.html`);
    const keys = await page.evaluate(async () => {
      const { groupwise } = globalThis as unknown as { groupwise: Library };
      const cache = await caches.open('own');
      for (let i = 0; i < 2; i++) (await groupwise.loadModel('model.gw', { worker: true, cache })).dispose();
      return (await cache.keys()).map(({ url }) => url);
    });
    assert.equal(keys, [`${server.origin}/model.gw`]);
    assert.equal(ofModels(), ['/model.gw 200', '/model.gw 304']);
  });

  for (const cache of [false, true]) {
    test(`<link rel="preload"> is used${cache ? ' with a cache' : ''}: there is one request`, async () => {
      const link = '<link rel="preload" as="fetch" crossorigin href="model.gw">';
      server.routes['/preload.html'] = html(link + TAG);
      const warnings: string[] = [];
      page.on('console', (message) => warnings.push(message.text()));
      for (const entry of ['index', 'umd/groupwise.min'])
        assert.is(await load('model.gw', { cache }, entry, '/preload.html'), GOOD);
      assert.equal(ofModels(), ['/model.gw 200', '/model.gw 304']);
      assert.equal(warnings, []);
    });
  }

  test('kernels arrive while the model does', async () => {
    const good = server.routes['/model.gw']!;
    const kernels = page.waitForRequest('**/kernels/simd.wasm', { timeout: 10_000 });
    server.routes['/model.gw'] = (...request) => void kernels.then(() => good(...request));
    await page.goto(`${server.origin}/page.html`);
    const found = await page.evaluate(async (path) => {
      const { loadModel } = (await import(path)) as Library;
      return (await loadModel('model.gw', { deterministic: true })).kernels;
    }, '/dist/external.js');
    assert.is(found, 'simd');
  });

  test('a busy server is asked again', async () => {
    const good = server.routes['/model.gw']!;
    server.routes['/model.gw'] = (response, request, count) =>
      count % 2 ? good(response, request, count) : void response.writeHead(503).end();
    for (const entry of ['index', 'umd/groupwise.min']) assert.is(await load('model.gw', {}, entry), GOOD);
    assert.is(ofModels().length, 4);
  });

  test('an interrupted download goes on where it stopped on the own server, and begins again on others', async () => {
    const ranges: unknown[] = [];
    const cut: Route = (response, { headers }, count) => {
      const { range, 'if-range': condition } = headers;
      ranges.push(range && `${range.replace(/\d+/, 'N')} ${String(condition)}`);
      const from = Number(/\d+/.exec(range ?? '0')![0]);
      const open = { 'access-control-allow-origin': '*', 'access-control-expose-headers': '*', etag: '"1"' };
      const unkept = { 'cache-control': 'no-store' }; // else Chromium's own cache asks for ranges too
      const part = range && { 'content-range': `bytes ${from}-${LENGTH - 1}/${LENGTH}` };
      response.writeHead(range ? 206 : 200, { ...open, ...unkept, 'content-length': LENGTH - from, ...part });
      if (count % 2) return void response.end(MODEL.subarray(from));
      response.write(MODEL.subarray(0, LENGTH / 2), () => setTimeout(() => response.destroy(), 100));
    };
    server.routes['/cut.gw'] = other.routes['/cut.gw'] = cut;
    for (const source of ['cut.gw', `${other.origin}/cut.gw`])
      for (const worker of [false, true]) assert.is(await load(source, { worker }), GOOD);
    const resumed = 'bytes=N- "1"';
    const none = undefined;
    assert.equal(ranges, [none, resumed, none, resumed, none, none, none, none]);
  });

  test('a device that is offline says so, without a second try', async () => {
    await page.goto(`${server.origin}/page.html`);
    await inPage('model.gw', {}, 'umd/groupwise.min');
    await context.setOffline(true);
    assert.match(await inPage('model.gw', {}, 'umd/groupwise.min'), /^LoadError: .*: the device is offline$/);
  });

  test('a script tag without the file beside names it', async () => {
    server.routes['/alone/groupwise.min.js'] = (response) =>
      void response
        .writeHead(200, { 'content-type': 'text/javascript' })
        .end(readFileSync('dist/umd/groupwise.min.js'));
    server.routes['/alone.html'] = html('<script src="/alone/groupwise.min.js"></script>');
    const message = await load('model.gw', { cache: true }, 'umd', '/alone.html');
    assert.match(message, /^LoadError: .*groupwise-loading\.min\.js, which cannot be loaded: .*cannot be fetched/);
  });
}

test.run();
