// Sources of pictures in Node: bytes, blobs, responses, URLs, pixels.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ImageError } from '../../src/errors.js';
import { pixelsFromSource, type ImageSource } from '../../src/image/source.js';
import { decodeImage } from '../../src/node/decode.js';
import { encoded, errorOf, fileOf, hashOf, noisePixels } from '../support/pictures.js';

const test = suite('pixelsFromSource in Node');

const NAME = 'jpeg orientation 6';
const file = fileOf(NAME) as Uint8Array<ArrayBuffer>;
const url = `data:image/jpeg;base64,${encoded[NAME]!.file}`;

const SOURCES: Record<string, () => ImageSource> = {
  Uint8Array: () => file,
  Buffer: () => Buffer.from(file),
  ArrayBuffer: () => file.buffer,
  Blob: () => new Blob([file]),
  Response: () => new Response(file),
  ReadableStream: () => new Blob([file]).stream(),
  URL: () => new URL(url),
  'URL string': () => url,
};

for (const [kind, make] of Object.entries(SOURCES)) {
  test(`takes a ${kind} with a decoder`, async () => {
    assert.is(hashOf(await pixelsFromSource(make(), undefined, decodeImage)), encoded[NAME]!.hash);
  });
  test(`says where the decoder is for a ${kind} without`, async () => {
    const error = await errorOf(() => pixelsFromSource(make()));
    assert.instance(error, ImageError);
    assert.match(error.message, /use 'groupwise\/node'/);
  });
}

test('gives pixels back as they are', async () => {
  const pixels = noisePixels(3, 2);
  assert.is(await pixelsFromSource(pixels), pixels);
});

test('refuses anything that is not an image', async () => {
  const cases: [unknown, RegExp][] = [
    [{ ...noisePixels(3, 2), width: 4 }, /18 bytes; 4x2/],
    [{}, /type Object/],
    [undefined, /type Undefined/],
    [42, /type Number/],
    ['no url', /cannot fetch the photo from no url/],
    [`nowhere:${'x'.repeat(500)}`, /cannot fetch the photo from nowhere:x{92}\.\.\./],
    [new Response('gone', { status: 410, statusText: 'Gone' }), /the server answered 410 Gone/],
  ];
  for (const [source, message] of cases) {
    const error = await errorOf(() => pixelsFromSource(source as ImageSource, undefined, decodeImage));
    assert.instance(error, ImageError);
    assert.match(error.message, message);
  }
});

test('stops at an aborted signal with its reason', async () => {
  const reason = new Error('enough');
  assert.is(await errorOf(() => pixelsFromSource(file, { signal: AbortSignal.abort(reason) }, decodeImage)), reason);
  const controller = new AbortController();
  const pending = errorOf(() => pixelsFromSource(url, { signal: controller.signal }, decodeImage));
  controller.abort(reason);
  assert.is(await pending, reason);
});

test('reports an interrupted download', async () => {
  const broken = new ReadableStream({ start: (stream) => stream.error(new Error('connection lost')) });
  const error = await errorOf(() => pixelsFromSource(new Response(broken), undefined, decodeImage));
  assert.instance(error, ImageError);
  assert.match(error.message, /interrupted after 0 bytes: connection lost/);
});

test.run();
