// What is kept of downloaded models, and when the server is asked again.

import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { FormatError } from '../../../src/errors.js';
import { loadModel } from '../../../src/node.js';
import {
  cached,
  checkProgress,
  failure,
  folder,
  HTML,
  integrityOf,
  load,
  loadingSuite,
  MODEL,
  server,
  storageIn,
} from '../../support/loading.js';
import { fileRoute } from '../../support/routes.js';

const loading = loadingSuite('kept models');

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
  const changed = readFileSync('models/cifar10-fast-flgc3/model.gw');
  server.routes['/model.gw'] = fileRoute(changed, '"2"');
  const integrity = `${integrityOf(changed)} sha256-AAAA`;
  await load('/model.gw', { cache: folder, integrity });
  assert.is(readdirSync(folder).length, 1);
  assert.is.not(readdirSync(folder)[0], before[0]);
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

loading.run();
