// Storages of applications, which keep models.

import { createHash } from 'node:crypto';
import * as assert from 'uvu/assert';
import { loadModel } from '../../../src/node.js';
import {
  checkProgress,
  failure,
  integrityOf,
  LENGTH,
  load,
  loadingSuite,
  MODEL,
  serveParts,
  server,
  storageIn,
} from '../../support/loading.js';
import { fileRoute } from '../../support/routes.js';

const loading = loadingSuite('storages of applications');

/** A model that was stored before. */
const stored = (url: string): Response =>
  new Response('x', { headers: { 'content-length': '1', 'x-groupwise-sha256': 'x', 'x-groupwise-url': url } });

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

loading.run();
