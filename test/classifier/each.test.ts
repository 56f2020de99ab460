// Many photos: results one by one, bad photos among good ones, and how many are read at a time.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, EngineError, ImageError, ShapeError } from '../../src/errors.js';
import { prepare, type PhotoResult } from '../../src/node.js';
import { fileOf, noisePixels } from '../support/pictures.js';
import { errorOf, load, network } from '../support/tiny-classifier.js';

const good = [noisePixels(20, 11), fileOf('jpeg 4:2:0'), noisePixels(7, 7), fileOf('png rgb')];
const bad = [new Uint8Array(9), 'none.jpg', { data: new Float32Array(3), shape: [3] }];
const mixed = [good[0]!, bad[0]!, good[1]!, bad[1]!, bad[2]!, good[2]!, good[3]!];

const collect = async (results: AsyncIterable<PhotoResult>): Promise<PhotoResult[]> => {
  const all: PhotoResult[] = [];
  for await (const result of results) all.push(result);
  return all;
};

const PHOTO = 'examples/pictures/horse.jpg';

/** A photo that counts how many like it are being read. */
const counted = (reading: { now: number; most: number }): ReadableStream =>
  new ReadableStream(
    {
      async pull(controller) {
        reading.most = Math.max(reading.most, ++reading.now);
        await new Promise((done) => setTimeout(done, 3));
        reading.now--;
        controller.enqueue(fileOf('png rgb'));
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );

for (const concurrency of [1, 2, 3, 16]) {
  test(`classifyEach yields classes and errors in the order of the photos (concurrency ${concurrency})`, async () => {
    using classifier = await load(network(), {}, { concurrency });
    const results = await collect(classifier.classifyEach(mixed));
    assert.equal(
      results.map(({ index }) => index),
      mixed.map((_, index) => index),
    );
    for (const [index, { results: classes, error }] of results.entries()) {
      const photo = mixed[index]!;
      if (good.includes(photo as Uint8Array)) assert.equal(classes, await classifier.classify(photo));
      else assert.ok(error instanceof ImageError || error instanceof ShapeError);
    }
  });
}

test('classifyEach asks an iterable for as many photos as it reads ahead, and no more once its caller stops', async () => {
  using classifier = await load(network(), {}, { concurrency: 2 });
  let asked = 0;
  const endless = function* () {
    for (;;) {
      asked++;
      yield good[0]!;
    }
  };
  for await (const { index } of classifier.classifyEach(endless())) {
    assert.ok(asked <= index + 2);
    if (index === 9) break;
  }
  assert.is(asked, 11);
  const asynchronous = async function* () {
    for (const photo of good) yield await Promise.resolve(photo);
  };
  assert.is((await collect(classifier.classifyEach(asynchronous()))).length, good.length);
});

test('a signal ends classifyEach while the next photo never comes', async () => {
  using classifier = await load(network());
  const reason = new Error('enough');
  let ends = 0;
  const never = () => new Promise<never>(() => {});
  const waiting = async function* () {
    yield await Promise.resolve(good[0]!);
    await never();
  };
  const returned = {
    [Symbol.asyncIterator]: () => ({ next: never, return: () => (ends++, never()) }),
  };
  for (const photos of [waiting(), returned, [never()]]) {
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 50);
    const results = classifier.classifyEach(photos as AsyncIterable<Uint8Array>, { signal: controller.signal });
    assert.is(await errorOf(() => collect(results)), reason);
  }
  assert.is(ends, 1);
});

test('classifyEach waits until an iterable that it leaves has ended', async () => {
  using classifier = await load(network());
  let hasEnded = false;
  const photos = async function* () {
    try {
      for (;;) yield await Promise.resolve(good[0]!);
    } finally {
      await new Promise((done) => setTimeout(done, 20));
      hasEnded = true;
    }
  };
  for await (const { index } of classifier.classifyEach(photos())) if (index === 1) break;
  assert.ok(hasEnded);
});

test('an iterable whose next photo fails is not closed, as with for await', async () => {
  using classifier = await load(network());
  const broken = new Error('no more');
  let closings = 0;
  for (const before of [0, 1, 3]) {
    let count = 0;
    const next = () =>
      count++ < before ? Promise.resolve({ done: false, value: good[0]! }) : Promise.reject<never>(broken);
    const photos = {
      [Symbol.asyncIterator]: () => ({ next, return: () => (closings++, new Promise<never>(() => {})) }),
    };
    assert.is(await errorOf(() => collect(classifier.classifyEach(photos))), broken);
  }
  assert.is(closings, 0);
});

test('classifyEach refuses wrong arguments at once and throws what is no fault of a photo', async () => {
  const classifier = await load(network());
  for (const wrong of [undefined, null, 7, {}, 'photo.jpg', new Uint8Array(9)])
    assert.instance(await errorOf(() => classifier.classifyEach(wrong as never)), ArgumentError);
  assert.instance(await errorOf(() => classifier.classifyEach([], { topK: 0 })), ArgumentError);
  const reason = new Error('enough');
  const aborted = classifier.classifyEach(mixed, { signal: AbortSignal.abort(reason) });
  assert.is(await errorOf(() => collect(aborted)), reason);
  assert.instance(await errorOf(() => collect(classifier.classifyEach(good, { allow: ['zebra'] }))), ArgumentError);
  const results = classifier.classifyEach(good);
  await results.next();
  classifier.dispose();
  assert.instance(await errorOf(() => collect(results)), EngineError);
});

test('overlapping calls read as many photos at a time as concurrency says, 2 by default', async () => {
  for (const concurrency of [undefined, 1, 5]) {
    using classifier = await load(network(), {}, concurrency ? { concurrency } : {});
    const reading = { now: 0, most: 0 };
    const photos = Array.from({ length: 30 }, () => counted(reading));
    const expected = await classifier.classify(fileOf('png rgb'));
    for (const found of await Promise.all(photos.map((photo) => classifier.classify(photo))))
      assert.equal(found, expected);
    assert.is(reading.most, concurrency ?? 2);
  }
});

test('photos in memory and in files do not wait for those that arrive slowly', async () => {
  using classifier = await load(network());
  const controller = new AbortController();
  const { signal } = controller;
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
  const sources = [url, new URL(url), new Response(new ReadableStream()), new ReadableStream()];
  const slow = [...sources, url, url].map((photo) => errorOf(() => classifier.classify(photo, { signal })));
  for (const photo of [...good, new Blob([fileOf('png rgb') as Uint8Array<ArrayBuffer>]), PHOTO])
    assert.ok((await classifier.classify(photo)).length);
  const reason = new Error('enough');
  controller.abort(reason);
  for (const error of await Promise.all(slow)) assert.is(error, reason);
  silent.closeAllConnections();
  silent.close();
});

test('data: URLs in memory do not wait for downloads', async () => {
  using classifier = await load(network(), {}, { concurrency: 1 });
  const controller = new AbortController();
  const slow = errorOf(() => classifier.classify(new ReadableStream(), { signal: controller.signal }));
  const url = `data:image/png;base64,${Buffer.from(fileOf('png rgb')).toString('base64')}`;
  for (const photo of [url, new URL(url)])
    assert.equal(await classifier.classify(photo), await classifier.classify(fileOf('png rgb')));
  controller.abort();
  await slow;
});

test('an error of a photo by URL or path names it once, also when it cannot be downloaded or prepared', async () => {
  using classifier = await load(network());
  const server = createServer((_, response) => response.end('no picture')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.png`;
  for (const [photo, options] of [
    [url, {}],
    [url, { maxBytes: 3 }],
    ['package.json', {}],
  ] as const)
    for (const read of [() => classifier.classify(photo, options), () => prepare(photo, classifier.model, options)]) {
      const { message } = await errorOf(read);
      assert.is(message.split(photo).length, 2, message);
    }
  server.closeAllConnections();
  server.close();
});

test('a call that waits ends at once when it is aborted, and the others go on', async () => {
  using classifier = await load(network(), {}, { concurrency: 1 });
  const reading = { now: 0, most: 0 };
  const controller = new AbortController();
  const first = classifier.classify(counted(reading));
  const waiting = classifier.classify(counted(reading), { signal: controller.signal });
  const last = classifier.classify(counted(reading));
  const reason = new Error('enough');
  controller.abort(reason);
  assert.is(await errorOf(() => waiting), reason);
  assert.equal(await first, await last);
});

test('timers and signals get their turn while many photos in memory are classified', async () => {
  using classifier = await load(network());
  const large = noisePixels(800, 800);
  for (const classify of [
    (signal: AbortSignal) => Promise.all(Array.from({ length: 400 }, () => classifier.classify(large, { signal }))),
    (signal: AbortSignal) =>
      classifier.classifyBatch(
        Array.from({ length: 400 }, () => large),
        { signal },
      ),
    (signal: AbortSignal) =>
      collect(
        classifier.classifyEach(
          Array.from({ length: 400 }, () => large),
          { signal },
        ),
      ),
  ]) {
    const controller = new AbortController();
    const reason = new Error('enough');
    setTimeout(() => controller.abort(reason), 20);
    assert.is(await errorOf(() => classify(controller.signal)), reason);
  }
});

test('a signal that is aborted while one photo is prepared ends the call before the network runs', async () => {
  using classifier = await load(network());
  const pixels = noisePixels(20, 20);
  const photo = {
    ...pixels,
    // longer than the time after which timers get a turn
    get data() {
      for (const end = performance.now() + 60; performance.now() < end;);
      return pixels.data;
    },
  };
  const controller = new AbortController();
  const reason = new Error('enough');
  setTimeout(() => controller.abort(reason), 1);
  assert.is(await errorOf(() => classifier.classify(photo, { signal: controller.signal })), reason);
});

test.run();
