// Progress of downloads, and signals that end them.

import { gzipSync } from 'node:zlib';
import * as assert from 'uvu/assert';
import { FormatError } from '../../../src/errors.js';
import { loadModel } from '../../../src/node.js';
import type { Progress } from '../../../src/public.js';
import {
  checkProgress,
  failure,
  folder,
  indexOf,
  LENGTH,
  load,
  loadingSuite,
  MODEL,
  server,
} from '../../support/loading.js';
import { fileRoute, type Routes } from '../../support/routes.js';

const loading = loadingSuite('downloads');

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

loading('an exception in onProgress rejects the load, in a thread too', async () => {
  const onProgress = () => {
    throw new Error('mine');
  };
  for (const worker of [false, true])
    assert.is((await failure(loadModel(MODEL, { worker, onProgress }))).message, 'mine');
});

loading.run();
