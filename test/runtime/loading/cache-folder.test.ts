// The folder that keeps models in Node.

import { spawn } from 'node:child_process';
import { promises, readdirSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { loadModel } from '../../../src/node.js';
import {
  checkProgress,
  failure,
  folder,
  LENGTH,
  load,
  loadingSuite,
  MODEL,
  serveParts,
  server,
} from '../../support/loading.js';
import { fileRoute } from '../../support/routes.js';

const loading = loadingSuite('folder of kept models');

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
    import { loadModel } from ${JSON.stringify(new URL('../../../src/node.js', import.meta.url).href)};
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

loading.run();
