// The classes of errors, and their documentation in docs/errors.md.

import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as errors from '../src/errors.js';

const { GroupwiseError, UnsupportedError } = errors;
const others = Object.values(errors).filter(
  (one) => typeof one === 'function' && one.prototype instanceof GroupwiseError,
);
const all: errors.GroupwiseError[] = [
  new UnsupportedError(['a problem']),
  ...(others as (new (message: never) => errors.GroupwiseError)[])
    .filter((Class) => Class !== UnsupportedError)
    .map((Class) => new Class('a problem' as never)),
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

test('what comes from outside is on one line, without controls, passwords and long queries', () => {
  const message =
    'read \x1b]0;owned\x07\n- \u202egnp.exe from https://me:secret@host/a?token=0123456789abcdef0123456789';
  const shown = 'read \\x1b]0;owned\\x07\\n- \\u202egnp.exe from https://host/a?...';
  assert.is(new errors.ImageError(message).message, shown);
  assert.is(new errors.FormatError(message, 7).message, `${shown} (byte 7)`);
  assert.is(new UnsupportedError([message]).message, shown);
  assert.is(new UnsupportedError([message, 'b']).message, `2 problems:\n- ${shown}\n- b`);
  assert.equal(new UnsupportedError([message, 'b']).problems, [message, 'b']);
  for (const kept of ['https://host/a?b=c@d', 'me@host', 'https://host/@a', 'https://host:80/a', '寿司 👩‍🍳'])
    assert.is(new errors.LoadError(kept).message, kept);
});

test('a sentence after a URL stays, and every password goes', () => {
  for (const [text, shown] of [
    ['from https://host.com: ask me@host.com', 'from https://host.com: ask me@host.com'],
    ['http://a:b@c@host/d, https:e@host2', 'http://host/d, https:host2'],
    ["'http://h/o'x?a=0123456789abcdef0123456789'", "'http://h/o'x?...'"],
  ] as const)
    assert.is(new errors.ImageError(text).message, shown);
});

test('messages of megabytes are made in linear time', () => {
  for (const part of ['https:', 'http:/', 'http:a@', 'http:?', 'https:a?b@', '@', '\x1b']) {
    const text = part.repeat(2 ** 20 / part.length);
    const start = process.cpuUsage(); // other processes do not count
    new errors.ImageError(text);
    assert.ok(process.cpuUsage(start).user < 2e6, part);
  }
});

test('docs/errors.md lists each class with its code', () => {
  const rows = readFileSync('docs/errors.md', 'utf8').matchAll(/^\| `(\w+)` \| `(\w+)` \|/gm);
  assert.equal(
    [...rows].map(([, name, code]) => `${name} ${code}`).sort(),
    all.map(({ name, code }) => `${name} ${code}`).sort(),
  );
});

test.run();
