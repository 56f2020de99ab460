// Loading by URL: progress, a second try, integrity, the cache folder, and models in parts.

import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { promises } from 'node:fs';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FormatError, LoadError } from '../../src/errors.js';
import { loadModel as loadInPage } from '../../src/index.js';
import { loadModel } from '../../src/node.js';
import type { Progress, ReadOptions } from '../../src/public.js';
import { fileRoute, serveRoutes, type Route, type Routes } from '../support/routes.js';

const MODEL = new Uint8Array(readFileSync('models/cifar10-mobilenetv2-flgc8/model.gw'));
const integrityOf = (bytes: Uint8Array): string => `sha256-${createHash('sha256').update(bytes).digest('base64')}`;
const LENGTH = MODEL.length;
const HTML = Buffer.from('<!doctype html><title>an application</title>'.padEnd(500));

let server: Routes;
let folder: string;

const loading = suite('loading');
loading.before.each(async () => {
  server = await serveRoutes({});
  folder = mkdtempSync(join(tmpdir(), 'groupwise-'));
});
loading.after.each(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Loads a path of the server; the progress of the download. */
const load = async (path: string, options: ReadOptions = {}): Promise<Progress[]> => {
  const steps: Progress[] = [];
  const onProgress = (step: Progress) => void (step.phase === 'download' && steps.push(step));
  (await loadModel(`${server.origin}${path}`, { ...options, onProgress })).dispose();
  return steps;
};

const failure = (work: Promise<unknown>): Promise<LoadError> =>
  work.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => error as LoadError,
  );

const checkProgress = (steps: readonly Progress[]): void => {
  steps.forEach(({ loaded, total }, i) => {
    assert.is(total, LENGTH);
    assert.ok(loaded <= total && loaded > (steps[i - 1]?.loaded ?? 0));
  });
  assert.is(steps.at(-1)!.loaded, LENGTH);
};

loading('the total of progress is the length of the model, however it is transferred', async () => {
  const zipped = gzipSync(MODEL);
  Object.assign(server.routes, {
    '/plain.gw': fileRoute(MODEL, '"1"'),
    '/zipped.gw': fileRoute(zipped, '"1"', { 'content-encoding': 'gzip' }),
    '/chunked.gw': (response) => {
      for (let at = 0; at < LENGTH; at += 50_000) response.write(MODEL.subarray(at, at + 50_000));
      response.end();
    },
    '/longer.gw': fileRoute(Buffer.concat([MODEL, Buffer.alloc(100_000)]), '"1"'),
  } satisfies Routes['routes']);
  for (const path of ['/plain.gw', '/zipped.gw', '/chunked.gw']) checkProgress(await load(path));
  const steps: Progress[] = [];
  const error = await failure(loadModel(`${server.origin}/longer.gw`, { onProgress: (step) => steps.push(step) }));
  assert.instance(error, FormatError);
  assert.ok(steps.every(({ loaded, total }) => loaded <= total && total === LENGTH));
});

loading('busy servers and interrupted transfers get a second try, whose progress never goes back', async () => {
  const good = fileRoute(MODEL, '"1"');
  Object.assign(server.routes, {
    '/busy.gw': (response, request, count) =>
      count ? good(response, request, count) : void response.writeHead(503).end(),
    '/later.gw': (response, request, count) =>
      count ? good(response, request, count) : void response.writeHead(429, { 'retry-after': '1' }).end(),
    '/cut.gw': (response, request, count) => {
      if (count) return good(response, request, count);
      response.writeHead(200, { 'content-length': LENGTH });
      response.write(MODEL.subarray(0, LENGTH / 2), () => response.destroy());
    },
  } satisfies Routes['routes']);
  checkProgress(await load('/busy.gw'));
  const start = performance.now();
  checkProgress(await load('/later.gw'));
  assert.ok(performance.now() - start >= 990);
  checkProgress(await load('/cut.gw'));
});

/** Sends half of the model, then ends the connection; later requests get `rest`, and are logged with their range. */
const interrupted =
  (etag: string, ranges: (string | undefined)[], rest: Route): Route =>
  (response, request, count) => {
    ranges.push(request.headers.range && `${request.headers.range} ${String(request.headers['if-range'])}`);
    if (count) return rest(response, request, count);
    response.writeHead(200, { etag, 'content-length': LENGTH });
    response.write(MODEL.subarray(0, LENGTH / 2), () => setTimeout(() => response.destroy(), 100));
  };

/** Answers with the bytes that a request asks for, or the whole model. */
const partRoute =
  (etag: string, sent: number[] = [], shift = 0): Route =>
  (response, request) => {
    const [, start] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
    const from = Number(start ?? 0) + (start ? shift : 0);
    sent.push(LENGTH - from);
    const range = start && { 'content-range': `bytes ${from}-${LENGTH - 1}/${LENGTH}` };
    response.writeHead(start ? 206 : 200, { etag, ...range }).end(MODEL.subarray(from));
  };

loading('an interrupted download goes on where it stopped, with one progress, also into the cache', async () => {
  for (const cache of [false, folder]) {
    const ranges: (string | undefined)[] = [];
    const sent: number[] = [];
    server.routes[`/${String(!cache)}.gw`] = interrupted('"1"', ranges, partRoute('"1"', sent));
    checkProgress(await load(`/${String(!cache)}.gw`, { cache }));
    assert.is(ranges.length, 2);
    const [, start] = /^bytes=(\d+)- "1"$/.exec(ranges[1] ?? '') ?? [];
    assert.ok(Number(start) > 0 && Number(start) <= LENGTH / 2, ranges[1]);
    assert.equal(sent, [LENGTH - Number(start)]);
  }
  server.routes['/false.gw'] = fileRoute(MODEL, '"1"');
  server.log.length = 0;
  await load('/false.gw', { cache: folder });
  assert.equal(server.log, ['/false.gw 304']);
});

loading('a page asks for the rest only where its own server sent the beginning', async () => {
  const other = await serveRoutes({});
  const scope = globalThis as { location?: unknown };
  scope.location = { origin: server.origin, href: `${server.origin}/` };
  const ranges: (string | undefined)[] = [];
  server.routes['/own.gw'] = interrupted('"1"', ranges, partRoute('"1"'));
  server.routes['/moved.gw'] = (response) => response.writeHead(302, { location: `${other.origin}/model.gw` }).end();
  other.routes['/model.gw'] = interrupted('"1"', ranges, partRoute('"1"'));
  try {
    for (const path of ['/own.gw', '/moved.gw']) (await loadInPage(`${server.origin}${path}`)).dispose();
  } finally {
    delete scope.location;
    await other.close();
  }
  assert.match(ranges[1] ?? 'no range', /^bytes=\d+- "1"$/);
  assert.equal([ranges.length, ranges[3]], [4, undefined]);
});

loading('an interrupted part of a model goes on where it stopped', async () => {
  serveParts([LENGTH]);
  const ranges: (string | undefined)[] = [];
  server.routes['/folder/model.gw.1'] = interrupted('"1"', ranges, partRoute('"1"'));
  await load('/folder/model.gw.json', { cache: folder });
  assert.match(ranges[1] ?? 'no range', /^bytes=\d+- "1"$/);
});

loading('an interrupted download begins again where the server cannot go on with the same bytes', async () => {
  const unsatisfied: Route = (response, request) =>
    request.headers.range ? void response.writeHead(416).end() : void response.writeHead(200).end(MODEL);
  const cases: [name: string, etag: string, rest: Route, requests: number][] = [
    ['a server without ranges', '"1"', fileRoute(MODEL, '"1"'), 2],
    ['another version', '"1"', fileRoute(MODEL.slice(), '"2"'), 2],
    ['a part of another version', '"1"', partRoute('"2"'), 3],
    ['a part of another place', '"1"', partRoute('"1"', [], 7), 3],
    ['a range that is refused', '"1"', unsatisfied, 3],
    ['a weak ETag', 'W/"1"', fileRoute(MODEL, 'W/"1"'), 2],
  ];
  const check = async ([name, etag, rest, requests]: (typeof cases)[number]): Promise<void> => {
    const ranges: (string | undefined)[] = [];
    const path = `/${name.replaceAll(' ', '-')}.gw`;
    server.routes[path] = interrupted(etag, ranges, rest);
    checkProgress(await load(path));
    assert.is(ranges.length, requests, name);
    assert.is(ranges[1] === undefined, etag.startsWith('W/'), name);
  };
  await Promise.all(cases.map(check));
});

loading('a second failure is reported, and what no try mends is not tried again', async () => {
  Object.assign(server.routes, {
    '/down.gw': (response) => void response.writeHead(500).end(),
    '/hours.gw': (response) => void response.writeHead(503, { 'retry-after': '7200' }).end(),
    '/partial.gw': (response) => void response.writeHead(206).end(MODEL.subarray(0, 1000)),
    '/page.gw': fileRoute(HTML, '"1"'),
  } satisfies Routes['routes']);
  const outcomes: [path: string, requests: number, retryAfter: number | undefined, message: RegExp][] = [
    ['/down.gw', 2, 0, /the server answered 500/],
    ['/hours.gw', 1, 7200, /the server answered 503/],
    ['/none.gw', 1, undefined, /the server answered 404/],
    ['/partial.gw', 1, undefined, /the server answered 206/],
    ['/page.gw', 1, undefined, /an HTML file/],
  ];
  for (const [path, requests, retryAfter, message] of outcomes) {
    server.log.length = 0;
    const error = await failure(load(path));
    assert.match(error.message, message);
    assert.is(error.retryAfter, retryAfter, path);
    assert.is(server.log.length, requests, path);
  }
  const { origin } = server;
  await server.close();
  const error = await failure(loadModel(`${origin}/model.gw`));
  assert.instance(error, LoadError);
  assert.is(error.retryAfter, 0);
});

loading('a signal ends a load at once: while it waits, between tries, and while bytes arrive', async () => {
  Object.assign(server.routes, {
    '/silent.gw': () => {},
    '/busy.gw': (response) => void response.writeHead(503, { 'retry-after': '9' }).end(),
    '/slow.gw': (response) => void response.write(MODEL.subarray(0, 70_000)),
    '/slow.gw.json': fileRoute(
      Buffer.from(JSON.stringify(indexOf([MODEL.subarray(0, 10), MODEL.subarray(10)], ['busy.gw', 'silent.gw']))),
      '"1"',
    ),
  } satisfies Routes['routes']);
  for (const path of ['/silent.gw', '/busy.gw', '/slow.gw', '/slow.gw.json']) {
    for (const cache of [false, folder]) {
      const start = performance.now();
      const reason = new Error('enough');
      const controller = new AbortController();
      setTimeout(() => controller.abort(reason), 100);
      assert.is(await failure(load(path, { signal: controller.signal, cache })), reason, path);
      assert.ok(performance.now() - start < 2000);
    }
  }
});

const cached = () => readdirSync(folder).filter((name) => name.endsWith('.cached'));

loading('the second load asks for changes, and uses what it has if there are none or the server is away', async () => {
  server.routes['/model.gw'] = fileRoute(MODEL, '"1"');
  for (let i = 0; i < 2; i++) checkProgress(await load('/model.gw', { cache: folder }));
  assert.equal(server.log, ['/model.gw 200', '/model.gw 304']);
  server.routes['/model.gw'] = (response) => void response.writeHead(500).end();
  checkProgress(await load('/model.gw', { cache: folder }));
  assert.is(server.log.length, 3);
  server.routes['/model.gw'] = fileRoute(MODEL, '"2"');
  await load('/model.gw', { cache: folder });
  assert.is(server.log.at(-1), '/model.gw 200');
  delete server.routes['/model.gw'];
  assert.match((await failure(load('/model.gw', { cache: folder }))).message, '404');
  const { origin } = server;
  await server.close();
  (await loadModel(`${origin}/model.gw`, { cache: folder })).dispose();
  assert.is(cached().length, 1);
});

loading('a server that does not answer in time is not waited for if there is a stored file', async () => {
  server.routes['/model.gw'] = fileRoute(MODEL, '"1"');
  await load('/model.gw', { cache: folder });
  let ended = 0;
  server.routes['/model.gw'] = (response) => void response.on('close', () => ended++);
  const { setTimeout: wait } = globalThis;
  const times: number[] = [];
  globalThis.setTimeout = ((work: () => void, time = 0) => {
    times.push(time);
    return wait(work, time === 10_000 ? 100 : time);
  }) as never;
  try {
    checkProgress(await load('/model.gw', { cache: folder }));
  } finally {
    globalThis.setTimeout = wait;
  }
  assert.ok(times.includes(10_000));
  for (let i = 0; i < 100 && !ended; i++) await new Promise((done) => setTimeout(done, 10));
  assert.is(ended, 1, 'the request is ended');
  const reason = new Error('enough');
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 50);
  assert.is(await failure(load('/model.gw', { cache: folder, signal: controller.signal })), reason);
});

loading('a store that never answers does not keep a signal from ending the load, in a thread too', async () => {
  server.routes['/model.gw'] = fileRoute(MODEL, '"1"');
  const never = () => new Promise<never>(() => {});
  const match = () => Promise.resolve(undefined);
  const put = () => Promise.resolve();
  for (const worker of [false, true]) {
    for (const cache of [
      { match: never, put },
      { match, put: never },
      { match, put, keys: never, delete: put },
    ]) {
      const reason = new Error('enough');
      const controller = new AbortController();
      setTimeout(() => controller.abort(reason), 100);
      const { signal } = controller;
      assert.is(await failure(loadModel(`${server.origin}/model.gw`, { cache, signal, worker })), reason);
    }
  }
});

loading('a file without ETag is compared by its date', async () => {
  const date = 'Wed, 21 Oct 2026 07:28:00 GMT';
  server.routes['/model.gw'] = (response, request) =>
    request.headers['if-modified-since'] === date
      ? response.writeHead(304).end()
      : response.writeHead(200, { 'last-modified': date }).end(MODEL);
  for (let i = 0; i < 2; i++) await load('/model.gw', { cache: folder });
  assert.equal(server.log, ['/model.gw 200', '/model.gw 304']);
});

loading('a file whose hash is known is loaded without any request, wherever it came from', async () => {
  server.routes['/model.gw'] = fileRoute(MODEL, '"1"');
  const options = { cache: folder, integrity: integrityOf(MODEL) };
  await load('/model.gw', options);
  checkProgress(await load('/model.gw', options));
  checkProgress(await load('/elsewhere.gw', options));
  assert.is(server.log.length, 1);
});

loading('damaged entries are noticed and downloaded again', async () => {
  server.routes['/model.gw'] = fileRoute(MODEL, '"1"');
  const damages: ((bytes: Buffer) => Buffer)[] = [
    (bytes) => bytes.fill(0, 5000, 5001 + 100),
    (bytes) => bytes.subarray(0, bytes.length / 2),
    () => Buffer.from('{'),
    () => Buffer.alloc(0),
  ];
  for (const integrity of [undefined, integrityOf(MODEL)]) {
    for (const name of cached()) rmSync(join(folder, name));
    for (const damage of damages) {
      await load('/model.gw', { cache: folder, integrity });
      const [name] = cached();
      writeFileSync(join(folder, name!), damage(readFileSync(join(folder, name!))));
      server.log.length = 0;
      checkProgress(await load('/model.gw', { cache: folder, integrity }));
      assert.equal(server.log, ['/model.gw 200']);
      await load('/model.gw', { cache: folder, integrity });
      assert.ok(server.log.length === 1 || server.log[1] === '/model.gw 304');
    }
  }
});

loading('what is no model, is damaged, or should not be stored is not kept', async () => {
  const damaged = MODEL.slice().fill(1, 5000, 5100);
  Object.assign(server.routes, {
    '/page.gw': fileRoute(HTML, '"1"'),
    '/damaged.gw': fileRoute(damaged, '"1"'),
    '/private.gw': fileRoute(MODEL, '"1"', { 'cache-control': 'private, no-store' }),
  });
  assert.instance(await failure(load('/page.gw', { cache: folder })), FormatError);
  assert.instance(await failure(load('/damaged.gw', { cache: folder })), FormatError);
  const integrity = integrityOf(MODEL);
  assert.match((await failure(load('/damaged.gw', { cache: folder, integrity }))).message, /hash is/);
  await load('/private.gw', { cache: folder });
  assert.equal(readdirSync(folder), []);
});

loading('a new version replaces the old one, and files that a process left are removed', async () => {
  const left = join(folder, 'of-a-process.incomplete');
  writeFileSync(left, 'x');
  utimesSync(left, 1, 1);
  server.routes['/model.gw'] = fileRoute(MODEL, '"1"');
  await load('/model.gw', { cache: folder, integrity: integrityOf(MODEL) });
  const before = readdirSync(folder);
  assert.is(before.length, 1);
  const changed = readFileSync('models/cifar10-mobilenetv2-flgc6/model.gw');
  server.routes['/model.gw'] = fileRoute(changed, '"2"');
  const integrity = `${integrityOf(changed)} sha256-AAAA`;
  await load('/model.gw', { cache: folder, integrity });
  assert.is(readdirSync(folder).length, 1);
  assert.is.not(readdirSync(folder)[0], before[0]);
});

/** A storage of the application, which keeps responses in a map. */
const storageIn = (kept: Map<string, Response>) => ({
  match: (url: string) => Promise.resolve(kept.get(url)?.clone()),
  put: (url: string, response: Response) => Promise.resolve(kept.set(url, response)),
  keys: () => Promise.resolve([...kept.keys()]),
  delete: (url: string) => Promise.resolve(kept.delete(url)),
});

loading("loads with and without a hash spare each other's copies of one version", async () => {
  const integrity = integrityOf(MODEL);
  const kept = new Map<string, Response>();
  const storage = storageIn(kept);
  for (const cache of [folder, storage]) {
    server.routes['/model.gw'] = fileRoute(MODEL, '"1"');
    await load('/model.gw', { cache });
    await load('/model.gw', { cache, integrity });
    server.routes['/model.gw'] = (response) => response.destroy();
    checkProgress(await load('/model.gw', { cache }));
    checkProgress(await load('/model.gw', { cache, integrity }));
  }
  assert.equal([cached().length, kept.size], [2, 2]);
});

loading('names of caches are folders beside the one of models', async () => {
  server.routes['/model.gw'] = fileRoute(MODEL, '"1"');
  for (const cache of ['../../evil', '..', '.', 'a/b', 'a\\b', '']) {
    for (const worker of [false, true]) {
      const error = await failure(loadModel(`${server.origin}/model.gw`, { cache, worker }));
      assert.is(error.name, 'ArgumentError', cache);
      assert.match(error.message, /option cache is ".*"; expected .*name/);
    }
  }
});

loading('a folder that cannot be made, and a storage that fails, do not fail the load', async () => {
  server.routes['/model.gw'] = fileRoute(MODEL, '"1"');
  const taken = join(folder, 'file');
  writeFileSync(taken, '');
  checkProgress(await load('/model.gw', { cache: join(taken, 'below') }));
  if (process.platform === 'linux') checkProgress(await load('/model.gw', { cache: '/proc/none/models' }));
  const full = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
  checkProgress(await load('/model.gw', { cache: { match: full, put: full } }));
  checkProgress(await load('/model.gw', { cache: { match: () => Promise.resolve(undefined), put: full } }));
});

loading('a storage of the application keeps responses, in a thread too', async () => {
  server.routes['/model.gw'] = fileRoute(MODEL, '"1"');
  const kept = new Map<string, Response>();
  const cache = storageIn(kept);
  for (let i = 0; i < 2; i++) await load('/model.gw', { cache });
  assert.equal(server.log, ['/model.gw 200', '/model.gw 304']);
  assert.equal([...kept.keys()], [`${server.origin}/model.gw`]);
});

loading('other files in a storage of the application stay, and stored models must have the expected hash', async () => {
  server.routes[encodeURI('/模型.gw')] = fileRoute(MODEL, '"1"');
  const large = new Response('x', { headers: { 'content-length': String(2 ** 30) } });
  const kept = new Map([['https://example.com/shell.html', large]]);
  const cache = storageIn(kept);
  const integrity = integrityOf(MODEL);
  const full = () => Promise.reject(new Error('full'));
  await load('/模型.gw', { cache: { ...cache, put: full } });
  await load('/模型.gw', { cache, integrity });
  assert.is(kept.size, 2);
  // another file under the key of this one
  const key = [...kept.keys()].at(-1)!;
  const other = MODEL.slice();
  other[other.length - 1]! ^= 1;
  const headers = { 'x-groupwise-sha256': createHash('sha256').update(other).digest('hex') };
  kept.set(key, new Response(other, { headers }));
  checkProgress(await load('/模型.gw', { cache, integrity }));
});

loading('an exception in onProgress rejects the load, in a thread too', async () => {
  const onProgress = () => {
    throw new Error('mine');
  };
  for (const worker of [false, true])
    assert.is((await failure(loadModel(MODEL, { worker, onProgress }))).message, 'mine');
});

loading('standard folders are used', async () => {
  server.routes['/model.gw'] = fileRoute(MODEL, '"1"');
  const { XDG_CACHE_HOME } = process.env;
  process.env.XDG_CACHE_HOME = folder;
  try {
    await load('/model.gw', { cache: true });
    await load('/model.gw', { cache: 'my app' });
  } finally {
    if (XDG_CACHE_HOME === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = XDG_CACHE_HOME;
  }
  if (process.platform === 'linux') assert.equal(readdirSync(join(folder, 'groupwise')).sort(), ['models', 'my app']);
});

loading('several processes and calls share a folder', async () => {
  server.routes['/model.gw'] = (response) => {
    response.writeHead(200, { etag: '"1"' });
    response.write(MODEL.subarray(0, 100_000));
    setTimeout(() => response.end(MODEL.subarray(100_000)), 50);
  };
  const script = `
    import { loadModel } from ${JSON.stringify(new URL('../../src/node.js', import.meta.url).href)};
    const load = () => loadModel('${server.origin}/model.gw', { cache: ${JSON.stringify(folder)} });
    for (let i = 0; i < 3; i++) for (const model of await Promise.all([load(), load()])) model.dispose();`;
  const processes = Array.from({ length: 3 }, () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return new Promise((done) => child.on('close', done));
  });
  assert.equal(await Promise.all(processes), [0, 0, 0]);
  assert.is(readdirSync(folder).length, 1);
});

/** A model that was stored before. */
const stored = (url: string): Response =>
  new Response('x', { headers: { 'content-length': '1', 'x-groupwise-sha256': 'x', 'x-groupwise-url': url } });

const indexOf = (parts: readonly Uint8Array[], names = parts.map((_, i) => `model.gw.${i + 1}`)) => ({
  groupwise: 1,
  bytes: parts.reduce((sum, part) => sum + part.length, 0),
  parts: parts.map((part, i) => ({ file: names[i]!, bytes: part.length, integrity: integrityOf(part) })),
});

/** Serves the model in parts. */
const serveParts = (sizes: readonly number[], name = '/folder/model.gw'): void => {
  const ends = sizes.map((_, i) => sizes.slice(0, i + 1).reduce((a, b) => a + b, 0));
  const parts = ends.map((end, i) => MODEL.subarray(ends[i - 1] ?? 0, end));
  parts.forEach((part, i) => (server.routes[`${name}.${i + 1}`] = fileRoute(part, `"${i}"`)));
  server.routes[`${name}.json`] = fileRoute(Buffer.from(JSON.stringify(indexOf(parts))), '"index"');
};

loading('a model in parts is loaded at once, with one progress, also from the cache', async () => {
  serveParts([100_000, 100_000, LENGTH - 200_000]);
  checkProgress(await load('/folder/model.gw.json?version=2'));
  assert.is(server.log.length, 4);
  await load('/folder/model.gw.json', { cache: folder, integrity: integrityOf(MODEL) });
  server.log.length = 0;
  checkProgress(await load('/folder/model.gw.json', { cache: folder }));
  assert.equal(server.log, ['/folder/model.gw.json 304']);
  const { origin } = server;
  await server.close();
  (await loadModel(`${origin}/folder/model.gw.json`, { cache: folder })).dispose();
});

loading('a store is listed once for all parts of a model, and keeps them when there is no room', async () => {
  serveParts([...Array<number>(9).fill(10_000), LENGTH - 90_000]);
  const kept = new Map<string, Response>([['https://example.com/old', stored('https://example.com/old')]]);
  let lists = 0;
  let room = 6;
  const cache = {
    match: (url: string) => Promise.resolve(kept.get(url)?.clone()),
    put: (url: string, response: Response) => {
      if (!room) return Promise.reject(new DOMException('full', 'QuotaExceededError'));
      room--;
      return Promise.resolve(kept.set(url, response));
    },
    keys: () => Promise.resolve([...kept.keys()]).finally(() => lists++),
    delete: (url: string) => Promise.resolve(kept.delete(url)).finally(() => (room += 100)),
  };
  await load('/folder/model.gw.json', { cache });
  assert.is(kept.size, 11, 'ten parts and the index, without the old file');
  server.log.length = 0;
  await load('/folder/model.gw.json', { cache });
  assert.equal(server.log, ['/folder/model.gw.json 304']);
  kept.clear();
  lists = 0;
  await load('/folder/model.gw.json', { cache });
  assert.is(lists, 1);
});

loading('a folder is listed twice for all parts of a model: to read and to remove', async () => {
  serveParts([...Array<number>(9).fill(10_000), LENGTH - 90_000]);
  const { readdir } = promises;
  let lists = 0;
  promises.readdir = ((...args: Parameters<typeof readdir>) => (lists++, readdir(...args))) as never;
  syncBuiltinESMExports();
  try {
    await load('/folder/model.gw.json', { cache: folder });
    assert.is(lists, 2);
    await load('/folder/model.gw.json', { cache: folder });
    assert.is(lists, 3);
  } finally {
    promises.readdir = readdir;
    syncBuiltinESMExports();
  }
});

loading('parts are read by path, and errors name the part', async () => {
  mkdirSync(join(folder, 'ordner #1'));
  const path = join(folder, 'ordner #1', 'mein modell.gw');
  const parts = [MODEL.subarray(0, 99), MODEL.subarray(99)];
  const names = ['mein modell.gw.1', 'mein modell.gw.2'];
  parts.forEach((part, i) => writeFileSync(join(folder, 'ordner #1', names[i]!), part));
  writeFileSync(`${path}.json`, JSON.stringify(indexOf(parts, names)));
  (await loadModel(`${path}.json`)).dispose();
  (await loadModel(new URL(`file://${encodeURI(`${path}.json`).replace('#', '%23')}`))).dispose();
  writeFileSync(`${path}.2`, parts[1]!.slice().fill(7, 100, 200));
  assert.match((await failure(loadModel(`${path}.json`))).message, /hash is/);
  rmSync(`${path}.2`);
  assert.match((await failure(loadModel(`${path}.json`))).message, /mein modell\.gw\.2: there is no such file/);
});

loading('a part that fails ends the others; a hostile index is refused', async () => {
  serveParts([1000, LENGTH - 1000]);
  server.routes['/folder/model.gw.1'] = (response) => void response.writeHead(404).end();
  server.routes['/folder/model.gw.2'] = () => {};
  assert.match((await failure(load('/folder/model.gw.json'))).message, /model\.gw\.1: the server answered 404/);
  const good = indexOf([MODEL]);
  const hostile: [index: unknown, message: RegExp][] = [
    ['nonsense', /not the index of a model in parts, as 'groupwise split' writes it, but another file/],
    [{ format: 'graph-model' }, /but another file/],
    [{ ...good, groupwise: 2 }, /not the index/],
    [{ ...good, bytes: 5 }, /not the index/],
    [{ ...good, parts: [] }, /not the index/],
    [{ ...good, parts: Array(2000).fill({ ...good.parts[0], bytes: 0 }), bytes: 0 }, /not the index/],
    [{ ...good, parts: [{ ...good.parts[0], file: '../secret' }] }, /not the index/],
    [{ ...good, parts: [{ ...good.parts[0], file: 'http://other/secret' }] }, /not the index/],
    [{ ...good, bytes: 2 ** 40, parts: [{ ...good.parts[0], bytes: 2 ** 40 }] }, /maxBytes is 1073741824/],
  ];
  for (const [index, message] of hostile) {
    server.routes['/index.gw.json'] = fileRoute(Buffer.from(JSON.stringify(index)), '"1"');
    assert.match((await failure(load('/index.gw.json'))).message, message, JSON.stringify(index).slice(0, 80));
  }
  server.routes['/long.json'] = fileRoute(Buffer.alloc(2 ** 21, ' '), '"1"');
  assert.match((await failure(load('/long.json'))).message, /the index of the model has .* maxBytes is 1048576/);
});

loading.run();
