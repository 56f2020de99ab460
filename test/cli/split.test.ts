// `groupwise split`.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadModel } from '../../src/node.js';
import { at, fails, model } from '../support/command-model.js';
import { groupwise } from '../support/command.js';

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
  fails(['split', 'package.json'], /package\.json: not a groupwise model but a JSON file/);
  for (const size of ['0', '20 apples', '1e9', '.', '-5'])
    assert.is(groupwise(['split', model, `--size=${size}`]).code, 2, size);
  assert.match(groupwise(['split', '-'], readFileSync(model)).err, /-o names the folder/);
});

test.run();
