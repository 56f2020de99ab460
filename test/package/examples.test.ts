// The example for Node, as a reader of the repository runs it.

import { spawnSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadClassifier } from '../../src/node.js';
import { model, photo } from '../support/command-model.js';

const EXAMPLE = 'examples/node-classify.mjs';

const test = suite('example for Node');

test('it prints the classes of a photo', async () => {
  const { status, stdout } = spawnSync(process.execPath, [EXAMPLE, model, photo]);
  assert.is(status, 0);
  using classifier = await loadClassifier(model);
  const classes = await classifier.classify(photo);
  const labels = [...stdout.toString().matchAll(/label: '(\w+)'/g)].map(([, label]) => label);
  assert.equal(
    labels,
    classes.map(({ label }) => label),
  );
});

test('it says how it is used', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [EXAMPLE]);
  assert.equal([status, stdout.toString()], [2, '']);
  assert.match(stderr.toString(), /usage: /);
});

test.run();
