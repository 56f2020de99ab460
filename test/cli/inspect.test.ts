// `groupwise inspect`.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { at, fails, model, photo } from '../support/command-model.js';
import { groupwise } from '../support/command.js';

const test = suite('groupwise inspect');

test('inspect shows layers, costs, memory and metadata', () => {
  const { code, out } = groupwise(['inspect', model, '--json']);
  assert.is(code, 0);
  const found = JSON.parse(out) as Record<string, unknown> & {
    layers: object[];
    macs: number;
    memory: { linear: number };
    metadata: { license: string };
  };
  for (const key of ['inputs', 'outputs', 'layers', 'macs', 'weights', 'memory', 'dynamicBatch', 'metadata'])
    assert.ok(key in found, key);
  assert.equal(Object.keys(found.layers[0]!), ['name', 'op', 'inputs', 'output', 'type', 'macs', 'weights', 'dense']);
  assert.is(found.metadata.license, 'MIT');
  assert.ok(found.macs > 0 && found.memory.linear > 0);
  assert.match(groupwise(['inspect', model]).out, /conv[^]*memory[^]*labels +10: ant/);
});

test('--runs needs a page, whose folder must exist', () => {
  const { code, err } = groupwise(['inspect', model, '--runs', '3']);
  assert.is(code, 2);
  assert.match(err, /--runs is for the page: give --html/);
  fails(['inspect', model, '--html', at('none/x.html')], /cannot write .*x\.html: its folder does not exist/);
});

test('--limits says what a model may cost, for every command that runs one', () => {
  for (const words of [
    ['inspect', model],
    ['bench', model],
    ['run', model],
    ['verify', model],
    ['classify', model, photo],
  ]) {
    const { code, err } = groupwise([...words, '--limits', 'memory=1e9,macs=10']);
    assert.is(code, 1);
    assert.match(err, /the limit is 10: if you trust the model, give a larger number with --limits macs=\.\.\./);
  }
  assert.is(groupwise(['inspect', model, '--limits', 'macs=1e12']).code, 0);
  const twice = (first: string, second: string) => groupwise(['inspect', model, '--limits', first, '--limits', second]);
  assert.match(twice('macs=10', 'memory=1e9').err, /the limit is 10:/);
  assert.match(twice('macs=10', 'memory=1e9,macs=1e12').err, /--limits is given twice for 'macs'/);
  for (const [limits, message] of [
    ['cpu=1', /--limits has 'cpu'; the limits are macs, memory, loadMilliseconds/],
    ['macs', /--limits must be name=value, not 'macs'/],
    ['macs=0', /--limits macs must be a positive number, not '0'/],
    ['macs=1,macs=2', /--limits is given twice for 'macs'/],
  ] as const) {
    const { code, err } = groupwise(['inspect', model, '--limits', limits]);
    assert.is(code, 2);
    assert.match(err, message);
  }
});

test.run();
