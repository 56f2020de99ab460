// What an app loads models and photos from: files, assets, Blobs, files of Expo, and what is refused.

import { createElement } from 'react';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { act, create, type Rendered } from '../support/react.js';
import { installWithFakes, MODEL, nodeHost, readByApp } from '../support/react-native.js';

const test = suite('sources of React Native');
const folder = mkdtempSync(join(tmpdir(), 'groupwise sources '));
const path = join(folder, 'model.gw');
const uri = pathToFileURL(path).href;
const { library, fakes, remove } = await installWithFakes(nodeHost);
let rendered: Rendered;

const failure = async (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => assert.unreachable('it should reject') as never,
    (error: Error) => error,
  );

test.before(async () => {
  writeFileSync(path, MODEL);
  await act(() => (rendered = create(createElement(library.GroupwiseView))));
});
test.before.each(() => void (readByApp.length = 0));
test.after(async () => {
  await act(() => rendered.unmount());
  rmSync(folder, { recursive: true });
  remove();
});

const labelsFrom = async (source: Parameters<typeof library.loadModel>[0]): Promise<number> => {
  const model = await library.loadModel(source);
  model.dispose();
  return model.labels!.length;
};

test('files are read by URI, by path, as an asset of iOS and as an asset of Expo', async () => {
  fakes.assets[3] = { uri };
  const downloads: string[] = [];
  const asset = {
    uri: 'http://192.168.0.9:8081/model.gw',
    localUri: null as string | null,
    downloadAsync: () => {
      downloads.push(asset.uri);
      asset.localUri = uri;
      return Promise.resolve(asset);
    },
  };
  for (const source of [uri, path.replaceAll(' ', '%20'), { uri }, 3, asset]) assert.is(await labelsFrom(source), 10);
  assert.equal(
    readByApp,
    Array.from({ length: 5 }, () => uri),
  );
  assert.is(downloads.length, 1);
});

test('Blobs and files of expo-file-system are read', async () => {
  assert.is(await labelsFrom(new Blob([MODEL])), 10);
  assert.is(await labelsFrom({ base64: () => Promise.resolve(MODEL.toString('base64')) }), 10);
  assert.is(await labelsFrom(Uint8Array.from(MODEL).buffer), 10);
});

test('base64 of URLs, with lines, or with the head of a data: URL is read', async () => {
  const base64 = MODEL.toString('base64');
  const urlSafe = MODEL.toString('base64url');
  assert.match(urlSafe, '-');
  assert.match(urlSafe, '_');
  const lines = base64.replace(/(.{76})/g, '$1\r\n');
  for (const text of [urlSafe, lines, `data:application/octet-stream;base64,${base64}`])
    for (const source of [{ uri, base64: text }, { base64: () => Promise.resolve(text) }])
      assert.is(await labelsFrom(source), 10);
  assert.is(await labelsFrom(urlSafe), 10);
});

test('text that is no base64 is refused by name', async () => {
  const base64 = MODEL.toString('base64');
  const classifier = await library.loadClassifier(uri);
  const outcomes: [base64: unknown, message: RegExp][] = [
    ['%%%', /is not base64: character 0 is "%"/],
    [`${base64.slice(0, 1000)}é${base64.slice(1000)}`, /is not base64: character 1000 is "é"/],
    ['%%%,AAAA', /is not base64: character 0 is "%"/],
    ['AAAAA', /is not base64: a part of it is missing/],
    ['A===', /is not base64/],
    [undefined, /base64 of the (model|photo) is missing; expected a string/],
  ];
  for (const [text, message] of outcomes) {
    const source = { base64: () => Promise.resolve(text as string) };
    const ofModel = await failure(library.loadModel(source));
    assert.instance(ofModel, library.LoadError);
    assert.match(ofModel.message, message);
    const ofPhoto = await failure(classifier.classify(source));
    assert.instance(ofPhoto, library.ImageError);
    assert.match(ofPhoto.message, message);
  }
  assert.instance(
    await failure(library.loadModel(`${base64.slice(0, 1000)}é${base64.slice(1000)}`)),
    library.LoadError,
  );
  classifier.dispose();
});

test('a signal, dispose and too many bytes abort a download of the app', async () => {
  const { XMLHttpRequest: whole } = globalThis;
  let aborted = 0;
  let started: (() => void) | undefined;
  class Stalled {
    onprogress = (_: object) => {};
    onabort = () => {};
    open(): void {}
    send(): void {
      setTimeout(() => this.onprogress({ loaded: 2000 }));
      setTimeout(() => started?.(), 10);
    }
    abort(): void {
      aborted++;
      this.onabort();
    }
  }
  const classifier = await library.loadClassifier(uri);
  globalThis.XMLHttpRequest = Stalled as never;
  try {
    assert.match((await failure(classifier.classify(uri, { maxBytes: 1000 }))).message, 'maxBytes is 1000');
    assert.is(aborted, 1);
    const controller = new AbortController();
    started = () => controller.abort(new Error('enough'));
    assert.is((await failure(classifier.classify(uri, { signal: controller.signal }))).message, 'enough');
    assert.is(aborted, 2);
    started = () => classifier.dispose();
    assert.match((await failure(classifier.classify(uri))).message, 'the model was disposed');
    assert.is(aborted, 3);
  } finally {
    globalThis.XMLHttpRequest = whole;
  }
});

test('an answer without a body is an error', async () => {
  const { XMLHttpRequest: whole } = globalThis;
  globalThis.XMLHttpRequest = class {
    onload = () => {};
    response = null;
    status = 0;
    open(): void {}
    send(): void {
      setTimeout(() => this.onload());
    }
  } as never;
  try {
    assert.match((await failure(library.loadModel(uri))).message, 'the answer has no body');
  } finally {
    globalThis.XMLHttpRequest = whole;
  }
});

test('a resource of Android is refused with the cure', async () => {
  fakes.assets[4] = { uri: 'assets_model' };
  const error = await failure(library.loadModel(4));
  assert.instance(error, library.LoadError);
  assert.match(error.message, 'expo-asset');
});

test('a missing file and an unknown asset are errors', async () => {
  const error = await failure(library.loadModel(`${uri}.missing`));
  assert.instance(error, library.LoadError);
  assert.match(error.message, 'expo-file-system');
  const classifier = await library.loadClassifier(uri);
  assert.instance(await failure(classifier.classify(`${uri}.jpg`)), library.ImageError);
  classifier.dispose();
  assert.instance(await failure(library.loadModel(99)), library.ArgumentError);
});

test('sources and maxBytes are checked before a file is read or crosses', async () => {
  const refused = await failure(library.loadModel(uri, { sources: 'url' }));
  assert.instance(refused, library.LoadError);
  assert.equal(readByApp, []);
  assert.match((await failure(library.loadModel(uri, { maxBytes: 1000 }))).message, 'maxBytes is 1000');
  const classifier = await library.loadClassifier(uri, { sources: 'bytes', maxBytes: 1000 });
  readByApp.length = 0;
  assert.match((await failure(classifier.classify(uri))).message, "option sources is 'bytes'");
  assert.equal(readByApp, []);
  const unset = { sources: undefined, maxBytes: undefined } as object;
  assert.match((await failure(classifier.classify(uri, unset))).message, "option sources is 'bytes'");
  assert.equal(readByApp, []);
  assert.match((await failure(classifier.classify(uri, { sources: 'path' }))).message, 'maxBytes is 1000');
  classifier.dispose();
});

test('what is no source is named by the page', async () => {
  const error = await failure(library.loadModel({} as never));
  assert.instance(error, library.ArgumentError);
  assert.instance(await failure(library.loadModel(null as never)), library.ArgumentError);
});

test.run();
