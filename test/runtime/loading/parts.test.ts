// Models in several files.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { FormatError } from '../../../src/errors.js';
import { loadModel as loadInPage } from '../../../src/index.js';
import { loadModel } from '../../../src/node.js';
import {
  checkProgress,
  failure,
  folder,
  indexOf,
  integrityOf,
  LENGTH,
  load,
  loadingSuite,
  MODEL,
  serveParts,
  server,
} from '../../support/loading.js';
import { fileRoute } from '../../support/routes.js';

const loading = loadingSuite('models in parts');

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

loading('a part alone is named as one, with the index that is to be loaded', async () => {
  serveParts([100_000, LENGTH - 100_000]);
  for (const load of [loadModel, loadInPage])
    for (const [path, fault] of [
      ['/folder/model.gw.1', 'truncated'],
      ['/folder/model.gw.2?version=2', 'not a groupwise model but something else'],
    ] as const) {
      const error = await failure(load(`${server.origin}${path}`));
      assert.instance(error, FormatError);
      assert.ok(error.message.includes(fault), error.message);
      assert.match(error.message, /; it is named as a part of a split model: load model\.gw\.json$/);
    }
  const path = join(folder, 'model.gw.2');
  writeFileSync(path, MODEL.subarray(100_000));
  for (const worker of [false, true])
    assert.match((await failure(loadModel(path, { worker }))).message, /load model\.gw\.json$/);
  const bytes = MODEL.subarray(100_000);
  assert.match((await failure(loadModel(bytes))).message, /something else$/);
  writeFileSync(join(folder, 'model.2'), bytes);
  assert.match((await failure(loadModel(join(folder, 'model.2')))).message, /something else$/);
});

loading.run();
