// The classes of errors, and their documentation in docs/errors.md.

import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as errors from '../src/errors.js';

const { GroupwiseError, UnsupportedError, ...others } = errors;
const all: errors.GroupwiseError[] = [
  new UnsupportedError(['a problem']),
  ...Object.values<new (message: string) => errors.GroupwiseError>(others).map((Class) => new Class('a problem')),
];

const test = suite('errors');

test('each is an Error with its own name, code and message', () => {
  for (const error of all) {
    assert.instance(error, GroupwiseError);
    assert.instance(error, Error);
    assert.is(error.message, 'a problem');
  }
  for (const key of ['name', 'code'] as const) assert.is(new Set(all.map((error) => error[key])).size, all.length);
});

test('docs/errors.md lists each class with its code', () => {
  const rows = readFileSync('docs/errors.md', 'utf8').matchAll(/^\| `(\w+)` \| `(\w+)` \|/gm);
  assert.equal(
    [...rows].map(([, name, code]) => `${name} ${code}`).sort(),
    all.map(({ name, code }) => `${name} ${code}`).sort(),
  );
});

test.run();
