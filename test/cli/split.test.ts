// `groupwise split`.

import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadModel } from '../../src/node.js';
import { at, fails, model } from '../support/command-model.js';
import { groupwise } from '../support/command.js';
import { fileRoute, serveRoutes } from '../support/routes.js';

const test = suite('groupwise split');

test('the parts have at most the size, and load as the model does', async () => {
  const bytes = readFileSync(model);
  const { code, out } = groupwise(['split', model, '--size', '1000', '-o', at('parts/of it')]);
  assert.is(code, 0);
  const count = Math.ceil(bytes.length / 1000);
  assert.is(out.trim().split('\n').length, count + 1);
  for (let i = 1; i <= count; i++) assert.ok(statSync(at(`parts/of it/separable.gw.${i}`)).size <= 1000);
  assert.not(existsSync(at(`parts/of it/separable.gw.${count + 1}`)));
  using whole = await loadModel(model);
  using joined = await loadModel(at('parts/of it/separable.gw.json'));
  assert.equal(joined.describe(), whole.describe());
});

test('the default folder is that of the model, and sizes have units', () => {
  assert.is(groupwise(['split', model, '--size', '0.01MiB']).code, 0);
  assert.ok(existsSync(`${model}.json`));
});

test('other files and sizes are refused', () => {
  fails(['split', 'package.json'], /package\.json: not the index of a model in parts/);
  for (const size of ['0', '20 apples', '1e9', '.', '-5'])
    assert.is(groupwise(['split', model, `--size=${size}`]).code, 2, size);
  assert.match(groupwise(['split', '-'], readFileSync(model)).err, /-o names the folder/);
});

test('parts that an earlier split left are named', () => {
  const words = ['split', model, '-o', at('again'), '--size'];
  const count = Math.ceil(readFileSync(model).length / 1000);
  assert.is(groupwise([...words, '1000']).err, '');
  const { code, err } = groupwise([...words, '2000']);
  assert.is(code, 0);
  assert.ok(
    err.includes(`separable.gw.${Math.ceil(count / 2) + 1} to ${at(`again/separable.gw.${count}`)}, left`),
    err,
  );
});

test('a part alone is named as one, with the index to give instead', () => {
  groupwise(['split', model, '--size', '1000', '-o', at('alone')]);
  const [first, second] = [at('alone/separable.gw.1'), at('alone/separable.gw.2')];
  for (const words of [
    ['inspect', first],
    ['inspect', second],
    ['classify', second, 'examples/pictures/cat.jpg'],
  ])
    fails(words, /separable\.gw\.\d: .*; it is named as a part of a split model: load separable\.gw\.json/);
});

test('parts that a command reads are not overwritten', () => {
  groupwise(['split', model, '--size', '1000', '-o', at('kept')]);
  const part = at('kept/separable.gw.2');
  const before = readFileSync(part);
  const { code, err } = groupwise(['inspect', at('kept/separable.gw.json'), '--html', part]);
  assert.is(code, 2, err);
  assert.match(err, /separable\.gw\.2 would be overwritten, and is one of the files that were read/);
  assert.equal(readFileSync(part), before);
});

test('commands take a model in parts, by path and by URL, and keep what they download', async () => {
  groupwise(['split', model, '--size', '1000', '-o', at('served')]);
  const server = await serveRoutes({});
  for (const name of readdirSync(at('served')))
    server.routes[`/${name}`] = fileRoute(readFileSync(at(`served/${name}`)), `"${name}"`);
  server.routes['/whole.gw'] = fileRoute(readFileSync(model), '"whole"');
  server.routes['/page.gw'] = fileRoute(Buffer.from('<!doctype html>'.padEnd(100)), '"page"');
  const env = { ...process.env, XDG_CACHE_HOME: at('caches'), LOCALAPPDATA: at('caches'), HOME: at('caches') };
  const keptFiles = () => readdirSync(at('caches'), { recursive: true });
  const run = async (...words: string[]): Promise<string> =>
    promisify(execFile)(process.execPath, ['dist/cli.js', ...words], { env }).then(
      ({ stdout }) => stdout.replace(/[\d.]+ ms/, ''),
      ({ stderr }: { stderr: string }) => stderr,
    );
  try {
    const expected = await run('inspect', model, '--json');
    const inParts = 'separable.gw.json';
    assert.is(await run('inspect', at(`served/${inParts}`), '--json'), expected);
    for (const name of [inParts, inParts, 'whole.gw', 'whole.gw'])
      assert.is(await run('inspect', `${server.origin}/${name}`, '--json'), expected, name);
    const parts = Math.ceil(readFileSync(model).length / 1000);
    assert.is(server.log.filter((line) => line.endsWith(' 200')).length, parts + 2);
    assert.equal(server.log.slice(-2), ['/whole.gw 200', '/whole.gw 304']);
    assert.is(await run('inspect', `${server.origin}/whole.gw`, '--json', '--no-cache'), expected);
    assert.is(server.log.at(-1), '/whole.gw 200', 'the server is not asked whether the file has changed');
    const photo = 'examples/pictures/cat.jpg';
    assert.is(await run('classify', `${server.origin}/${inParts}`, photo), await run('classify', model, photo));
    assert.is(await run('classify', at(`served/${inParts}`), photo), await run('classify', model, photo));
    assert.match(await run('split', `${server.origin}/whole.gw`), /-o names the folder of a model that is downloaded/);
    const kept = keptFiles();
    await run('inspect', '--no-cache', `${server.origin}/whole.gw?key=0`);
    assert.equal(keptFiles(), kept, 'nothing is kept');
    await run('split', `${server.origin}/whole.gw?key=1`, '-o', at('downloaded'));
    assert.equal(readdirSync(at('downloaded')).sort(), ['whole.gw.1', 'whole.gw.json']);
    assert.match(await run('inspect', `${server.origin}/page.gw`), /page\.gw is an HTML file.*; only model files/);
    assert.match(await run('inspect', `${server.origin}/${inParts.replace('json', '2')}`), /load separable\.gw\.json/);
    assert.match(
      await run('classify', `${server.origin}/none.gw.json`, photo),
      /none\.gw\.json: the server answered 404/,
    );
  } finally {
    await server.close();
  }
});

test.run();
