// Classifying frames one after the other: order, smoothing, intervals, ends. Elements and tracks are tested in a browser.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { framesOf } from '../../src/classifier/frames.js';
import { loadClassifier, type Classification, type ImageClassifier, type Pixels } from '../../src/node.js';

const test = suite('stream');
let classifier: ImageClassifier;

test.before(async () => {
  classifier = await loadClassifier('models/cifar10-fast-flgc4/model.gw', { deterministic: true });
});

/** A frame that differs from those with other numbers. */
const frame = (number: number): Pixels => ({
  data: Uint8Array.from({ length: 48 * 40 * 3 }, (_, i) => (i * (number + 3)) % 256),
  width: 48,
  height: 40,
  channels: 3,
});

async function* frames(count: number, closed: number[] = []): AsyncGenerator<Pixels> {
  try {
    for (let i = 0; i < count; i++) yield await Promise.resolve(frame(i));
  } finally {
    closed.push(1);
  }
}

const all = { topK: Infinity };

/** The scores by class. */
const scoresOf = (results: Classification[]): number[] =>
  [...results].sort((a, b) => a.index - b.index).map(({ score }) => score);

test('yields what classify returns for every frame, in order', async () => {
  const found: Classification[][] = [];
  for await (const results of classifier.stream(frames(5), { topK: 3 })) found.push(results);
  assert.is(found.length, 5);
  for (const [i, results] of found.entries()) assert.equal(results, await classifier.classify(frame(i), { topK: 3 }));
});

test('a signal ends the wait for a frame that never comes', async () => {
  const reason = new Error('enough');
  const controller = new AbortController();
  const source = async function* () {
    yield await Promise.resolve(frame(0));
    await new Promise(() => {});
  };
  let count = 0;
  setTimeout(() => controller.abort(reason), 100);
  try {
    for await (const _ of classifier.stream(source(), { signal: controller.signal })) count++;
    assert.unreachable();
  } catch (error) {
    assert.is(error, reason);
  }
  assert.is(count, 1);
});

test('smoothing averages the scores with those before', async () => {
  let mean: number[] | undefined;
  let count = 0;
  for await (const results of classifier.stream(frames(6), { ...all, smoothing: 0.75 })) {
    const own = [...(await classifier.scores(frame(count++)))];
    mean = mean ? mean.map((value, i) => 0.75 * value + 0.25 * own[i]!) : own;
    scoresOf(results).forEach((score, i) => assert.ok(Math.abs(score - mean![i]!) < 1e-6, `${score} ${mean![i]!}`));
  }
  assert.is(count, 6);
});

test('an interval skips the frames in between', async () => {
  const found: Classification[][] = [];
  for await (const results of classifier.stream(frames(20), { interval: 60_000 })) found.push(results);
  assert.is(found.length, 1);
});

test('leaving the loop ends the source', async () => {
  const closed: number[] = [];
  for await (const _ of classifier.stream(frames(1000, closed))) break;
  assert.equal(closed, [1]);
});

test('frames of a stream are closed after their use, also if the loop is left, and the stream is cancelled', async () => {
  let [made, closed, cancelled] = [0, 0, false];
  const stream = new ReadableStream<Pixels>(
    {
      pull: (controller) => controller.enqueue(Object.assign(frame(made++), { close: () => void closed++ })),
      cancel: () => void (cancelled = true),
    },
    { highWaterMark: 0 },
  );
  let count = 0;
  for await (const _ of classifier.stream(stream)) if (++count === 4) break;
  assert.equal([made, closed, cancelled], [4, 4, true]);
});

test('a signal ends a stream that waits for its next frame', async () => {
  const stream = new ReadableStream<Pixels>({ start: (controller) => controller.enqueue(frame(0)) });
  const controller = new AbortController();
  let count = 0;
  const reason = await (async () => {
    for await (const _ of classifier.stream(stream, { signal: controller.signal })) {
      count++;
      setTimeout(() => controller.abort(new Error('enough')), 10);
    }
  })().catch((error: Error) => error.message);
  assert.equal([count, reason], [1, 'enough']);
});

test('a signal that was aborted before ends a stream at once', async () => {
  const frames = framesOf(new ReadableStream<Pixels>(), AbortSignal.abort(new Error('enough')));
  const reason = await frames[Symbol.asyncIterator]()
    .next()
    .catch((error: Error) => error.message);
  assert.is(reason, 'enough');
});

test('a film that ends while a frame is classified ends the loop', async () => {
  const video = {
    [Symbol.toStringTag]: 'HTMLVideoElement',
    ended: false,
    srcObject: null,
    readyState: 4,
    getClientRects: () => [],
    requestVideoFrameCallback: (show: () => void) => void setTimeout(show),
    cancelVideoFrameCallback: () => {},
    addEventListener: () => {}, // its event passes unseen
    removeEventListener: () => {},
  };
  let count = 0;
  Object.assign(globalThis, { document: { visibilityState: 'visible' } });
  try {
    for await (const _ of framesOf(video as unknown as HTMLVideoElement)) {
      count++;
      video.ended = true;
    }
  } finally {
    Reflect.deleteProperty(globalThis, 'document');
  }
  assert.is(count, 1);
});

test('says what is wrong with sources, frames and options', async () => {
  const messageOf = async (...args: unknown[]): Promise<string> => {
    try {
      const stream = classifier.stream as (...args: unknown[]) => AsyncIterable<unknown>;
      for await (const _ of stream.apply(classifier, args));
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`;
    }
    return 'no error';
  };
  assert.match(await messageOf('clip.mp4'), /^ArgumentError: the source of frames is "clip.mp4"; expected a video/);
  assert.match(await messageOf(undefined), /^ArgumentError: the source of frames is missing/);
  assert.match(await messageOf([frame(0)]), /^ArgumentError: the source of frames is \[/);
  assert.match(
    await messageOf(frames(1), { smoothing: 1 }),
    /option smoothing is 1; expected a number from 0 to below 1/,
  );
  assert.match(await messageOf(frames(1), { allow: ['unicorn'] }), /allow contains "unicorn"/);
  const broken = (async function* () {
    yield await Promise.resolve({ data: new Uint8Array(3), width: 2, height: 2, channels: 3 });
  })();
  assert.match(await messageOf(broken), /^ImageError/);
});

test.run();
