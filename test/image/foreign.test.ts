// Values from elsewhere given as pictures or models: bytes of other realms, shared memory, strings and arrays.

import { Readable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeOnnx } from '../support/onnx/write.js';
import { convertOnnx } from '../../src/convert.js';
import { GroupwiseError, ImageError, LoadError } from '../../src/errors.js';
import { pixelsFromSource, type ImageSource } from '../../src/image/source.js';
import { decodeImage, loadModel } from '../../src/node.js';
import { pixelsFromPath } from '../../src/node/paths.js';
import { encoded, errorOf, fileOf, hashOf } from '../support/pictures.js';

const test = suite('values from elsewhere');

const NAME = 'png rgb';
const file = fileOf(NAME);

/** The bytes in other forms. */
const formsOf = (bytes: Uint8Array): Record<string, unknown> => {
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length + 8), 4, bytes.length);
  shared.set(bytes);
  const wholeShared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(wholeShared).set(bytes);
  const foreign = runInNewContext('Uint8Array.from(values)', { values: [...bytes] }) as Uint8Array;
  return {
    Buffer: Buffer.from(bytes),
    ArrayBuffer: bytes.slice().buffer,
    DataView: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    'a view of shared memory': shared,
    'shared memory': wholeShared,
    'Uint8Array of another realm': foreign,
    'ArrayBuffer of another realm': foreign.buffer,
  };
};

for (const [name, form] of Object.entries(formsOf(file))) {
  test(`${name} is decoded`, async () => {
    assert.is(hashOf(await decodeImage(form as Uint8Array)), encoded[NAME]!.hash);
    assert.is(hashOf(await pixelsFromPath(form as ImageSource)), encoded[NAME]!.hash);
  });
}

test('a model in other forms is loaded', async () => {
  const graph = { nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }], outputs: ['y'] };
  const model = await convertOnnx(writeOnnx({ ...graph, inputs: [{ name: 'x', dims: [1, 4] }] }));
  for (const [name, form] of Object.entries(formsOf(model))) {
    using loaded = await loadModel(form as Uint8Array);
    assert.equal([...loaded.run(Float32Array.of(-1, 0, 1, 2)).y!.data], [0, 0, 1, 2], name);
  }
});

test('pixels of another realm are taken', async () => {
  const data = runInNewContext('new Uint8ClampedArray(12)') as Uint8ClampedArray;
  const pixels = await pixelsFromSource({ data, width: 2, height: 2, channels: 3 });
  assert.is(pixels.width, 2);
});

test('data: URLs are decoded', async () => {
  const url = `data:image/png;base64,${Buffer.from(file).toString('base64')}`;
  for (const source of [url, new URL(url)]) assert.is(hashOf(await pixelsFromPath(source)), encoded[NAME]!.hash);
  assert.match((await errorOf(() => pixelsFromPath('data:broken'))).message, /the data: URL is malformed/);
});

const base64 = Buffer.from(fileOf('jpeg 4:2:0')).toString('base64');

const REFUSED: [what: string, source: unknown, message: RegExp][] = [
  ['base64', base64, /a file in base64, not a path: give Buffer\.from/],
  ['a plain array', [...file], /of type Array: give bytes as Uint8Array\.from\(array\)/],
  ['a Buffer that was JSON', JSON.parse(JSON.stringify(Buffer.from(file))), /a Buffer that was JSON/],
  ['a stream of Node', Readable.from([Buffer.from(file)]), /a stream of Node: give Readable\.toWeb\(it\)/],
  ['an upload', { buffer: Buffer.from(file), mimetype: 'image/png' }, /an upload: give its buffer/],
  ['numbers', new Float32Array(9), /of type Float32Array: give encoded bytes/],
  ['a long path', `${'folder/'.repeat(100)}photo.jpg`, /cannot read folder\/folder.*\.\.\.: there is no such file/],
  ['a file: URL of another computer', 'file://elsewhere/photo.jpg', /cannot read file:\/\/elsewhere/],
];

for (const [what, source, message] of REFUSED) {
  test(`${what} is refused by name, in at most 300 characters`, async () => {
    const error = await errorOf(() => pixelsFromPath(source as ImageSource));
    assert.instance(error, ImageError);
    assert.match(error.message, message);
    assert.ok(error.message.length <= 300);
  });
}

test("the browser's entry refuses strings that are no URLs, in at most 300 characters", async () => {
  for (const [source, message] of [
    [base64, /it is a file in base64, not a URL/],
    ['file:///photo.jpg', /reads files by URL/],
    [`nothing${'/folder'.repeat(100)}.jpg`, /the URL is invalid/],
  ] as const) {
    const error = await errorOf(() => pixelsFromSource(source));
    assert.instance(error, ImageError);
    assert.match(error.message, message);
    assert.ok(error.message.length <= 300, error.message);
  }
});

test('a model in base64 is refused by name, in at most 300 characters', async () => {
  const error = await errorOf(() => loadModel(base64));
  assert.instance(error, LoadError);
  assert.instance(error, GroupwiseError);
  assert.match(error.message, /a file in base64/);
  assert.ok(error.message.length <= 300, String(error.message.length));
});

test.run();
