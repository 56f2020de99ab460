// `groupwise inspect`.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { at, fails, model } from '../support/command-model.js';
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

test.run();
