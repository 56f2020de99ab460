// Messages between an app and its web view: what goes in comes out, and no part is too long.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decode, encode, partJoiner, sendParts, type ToPage } from '../../src/react-native/messages.js';

const messageWith = (value: unknown): ToPage => [7, { id: 1, method: 'run', args: [value] }];
const across = (value: unknown): unknown =>
  (decode(encode(messageWith(value))) as [number, { args: unknown[] }])[1].args[0];

test('arrays of numbers keep their class and their bits', () => {
  const bits = [0x7fc00001, 0xff800000, 0x80000000, 1, 0x3f800000];
  const floats = new Float32Array(Uint32Array.from(bits).buffer);
  const back = across({ nested: [floats] }) as { nested: [Float32Array] };
  assert.is(back.nested[0].constructor, Float32Array);
  assert.equal([...new Uint32Array(back.nested[0].buffer)], bits);
  for (const array of [
    Uint8Array.of(0, 255),
    Int8Array.of(-1),
    Uint8ClampedArray.of(9),
    Int16Array.of(-300),
    Uint16Array.of(65535),
    Int32Array.of(-1),
    Uint32Array.of(4294967295),
    Float64Array.of(Math.PI),
    BigInt64Array.of(-5n),
  ])
    assert.equal(across(array), array);
});

test('views, buffers and Buffers are sent without what surrounds them', () => {
  const bytes = Uint8Array.of(1, 2, 3, 4);
  assert.equal(across(bytes.subarray(1, 3)), Uint8Array.of(2, 3));
  assert.equal(across(bytes.buffer), bytes);
  assert.equal(across(Buffer.from([5, 6])), Uint8Array.of(5, 6));
});

test('arrays of any length arrive', () => {
  for (const length of [0, 1, 2, 3, 6143, 6144, 6145, 100_000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 31) % 256);
    assert.equal(across(bytes), bytes);
  }
});

test('numbers that JSON does not have arrive', () => {
  assert.equal(across([NaN, Infinity, -Infinity, 0.1, 1e-320]), [NaN, Infinity, -Infinity, 0.1, 1e-320]);
});

test('objects of callers that look like packed values stay as they are, with what is in them', () => {
  const array = { $packed: 'Uint8Array', text: 'AAAA' };
  const values = [
    array,
    { $packed: 'Function', text: 'AAAA' },
    { $packed: 'Number', text: '1' },
    { $packed: 'Object', entries: [['a', 1]] },
    { $packed: 'Float32Array' },
    { $packed: 1, text: '' },
    { $packed: [array, { deeper: array }], text: Float32Array.of(1) },
  ];
  for (const value of values) assert.equal(across(value), value);
});

test('long texts are sent in parts of a million characters, and no character is cut', () => {
  const text = `${'a'.repeat((1 << 20) - 1)}😀${'b'.repeat(1 << 20)}é`;
  const parts: string[] = [];
  sendParts(text, (part) => parts.push(part));
  assert.is(parts.length, 3);
  assert.ok(parts.every((part) => part.length <= (1 << 20) + 1 && !/[\ud800-\udbff]$/.test(part)));
  const texts: string[] = [];
  const join = partJoiner((whole) => texts.push(whole));
  [...parts, '.second', '.'].forEach(join);
  assert.equal(texts, [text, 'second', '']);
});

test.run();
