// What ends the waits of calls: the disposal of their classifier, and their signals.

import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Ending } from '../../src/classifier/ending.js';
import type { ImageClassifier } from '../../src/classifier/image-classifier.js';
import { loadersOnThisThread } from '../../src/classifier/on-this-thread.js';
import { EngineError } from '../../src/errors.js';
import { pagePhotos, type ImageSource } from '../../src/image/source.js';
import { embeddedHost } from '../../src/kernels/embedded.js';

const MODEL = readFileSync('models/cifar10-fast-flgc4/model.gw');
const DISPOSED = 'the model was disposed: load it again, or dispose it after its last use';

// as pages load them
const { loadClassifier } = loadersOnThisThread('a test', embeddedHost, pagePhotos);

const failure = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => assert.unreachable('it should fail') as never,
    (error: Error) => error,
  );

const soon = () => new Promise((done) => setTimeout(done, 20));

const pixels = { data: new Uint8Array(48).fill(9), width: 4, height: 4, channels: 3 } as const;

/** An <img> that never loads. */
const loading = () =>
  ({
    [Symbol.toStringTag]: 'HTMLImageElement',
    complete: false,
    decode: () => new Promise<void>(() => {}),
    src: 'slow.png',
  }) as unknown as HTMLImageElement;

/** A response whose body never comes, and what it was told. */
const unanswered = () => {
  const told: unknown[] = [];
  const body = new ReadableStream({ cancel: (reason) => void told.push(reason) });
  return { photo: new Response(body), told };
};

async function* nothing(): AsyncGenerator<ImageSource> {
  yield await new Promise<never>(() => {});
}

/** Calls that wait without an end of their own. */
const WAITS: Record<string, (classifier: ImageClassifier, signal?: AbortSignal) => Promise<unknown>> = {
  'an <img> that never loads': (it, signal) => it.classify(loading(), signal && { signal }),
  'a response without an answer': (it, signal) => it.embed(unanswered().photo, signal && { signal }),
  'a list with such an <img>': (it, signal) => it.classifyBatch([pixels, loading()], signal && { signal }),
  'the next photo of an iterable': (it, signal) => it.classifyEach(nothing(), signal && { signal }).next(),
  'the next frame of an iterable': (it, signal) => it.stream(nothing(), signal && { signal }).next(),
  'the next frame of a stream': (it, signal) =>
    it.stream(new ReadableStream<ImageSource>(), signal && { signal }).next(),
};

const test = suite('ends of waits');

for (const [name, wait] of Object.entries(WAITS)) {
  test(`dispose ends the wait for ${name}`, async () => {
    const classifier = await loadClassifier(MODEL);
    const call = failure(wait(classifier));
    await soon();
    classifier.dispose();
    const error = await call;
    assert.instance(error, EngineError);
    assert.is(error.message, DISPOSED);
    assert.is((await failure(wait(classifier))).message, DISPOSED, 'later calls do not begin to wait');
  });

  test(`a signal ends the wait for ${name}`, async () => {
    using classifier = await loadClassifier(MODEL);
    const controller = new AbortController();
    const reason = new Error('enough');
    const call = failure(wait(classifier, controller.signal));
    await soon();
    controller.abort(reason);
    assert.is(await call, reason);
    assert.is((await classifier.classify(pixels)).length, 5, 'its place is free again');
  });
}

test('dispose ends the waits for a place, and each call has an error of its own', async () => {
  const classifier = await loadClassifier(MODEL, { concurrency: 1 });
  const calls = Array.from({ length: 50 }, () => failure(classifier.classify(loading())));
  await soon();
  classifier.dispose();
  const errors = await Promise.all(calls);
  assert.equal(new Set(errors.map(({ message }) => message)), new Set([DISPOSED]));
  assert.is(new Set(errors).size, 50);
});

test('dispose aborts transfers, and ends the source of frames', async () => {
  const classifier = await loadClassifier(MODEL);
  const { photo, told } = unanswered();
  const call = failure(classifier.classify(photo));
  let closed = 0;
  const frames = new ReadableStream<ImageSource>({ cancel: () => void closed++ });
  const streamed = failure(classifier.stream(frames).next());
  await soon();
  classifier.dispose();
  await call;
  await streamed;
  await soon();
  assert.is((told[0] as Error).message, DISPOSED);
  assert.equal([closed, frames.locked], [1, true]);
});

test('photos that wait for a place are not decoded after dispose', async () => {
  let read = 0;
  const photos = {
    ...pagePhotos,
    readPixels: () => {
      read++;
      return new Promise<never>(() => {});
    },
  };
  const classifier = await loadersOnThisThread('a test', embeddedHost, photos).loadClassifier(MODEL);
  const calls = Array.from({ length: 9 }, () => failure(classifier.classify(pixels)));
  await soon();
  assert.is(read, 2);
  classifier.dispose();
  for (const error of await Promise.all(calls)) assert.is(error.message, DISPOSED);
  assert.is(read, 2);
});

test('a signal that outlives many calls keeps nothing of them', async () => {
  using classifier = await loadClassifier(MODEL);
  const { signal } = new AbortController();
  let listeners = 0;
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
  signal.addEventListener = (...given: Parameters<typeof add>) => {
    listeners++;
    add(...given);
  };
  signal.removeEventListener = (...given: Parameters<typeof remove>) => {
    listeners--;
    remove(...given);
  };
  const encoded = readFileSync('examples/pictures/cat.jpg');
  for (let i = 0; i < 5; i++) {
    await classifier.classify(new Response(encoded), { signal }).catch(() => {}); // Node has no decoder of pages
    for await (const _ of classifier.classifyEach([pixels, pixels], { signal }));
    for await (const _ of classifier.stream(new ReadableStream<ImageSource>({ start: (it) => it.close() }), {
      signal,
    }));
  }
  assert.is(listeners, 0);
});

test('the signal of a wait is aborted by either cause, with its reason, also one that came before', () => {
  const [asked, over] = [new Error('asked'), new Error('over')];
  const reasons = ([first, second]: string[], before: boolean): [boolean, unknown] => {
    const controller = new AbortController();
    const ending = new Ending();
    const causes: Record<string, () => void> = {
      signal: () => controller.abort(asked),
      end: () => ending.end(() => over),
    };
    const early = before ? undefined : ending.wait(controller.signal);
    causes[first!]!();
    const { signal } = early ?? ending.wait(controller.signal);
    causes[second!]!();
    return [signal.aborted, signal.reason];
  };
  for (const before of [false, true]) {
    assert.equal(reasons(['signal', 'end'], before), [true, asked]);
    assert.equal(reasons(['end', 'signal'], before), [true, over]);
  }
  const ending = new Ending();
  const { signal, release } = ending.wait(undefined);
  release();
  ending.end(() => over);
  assert.not(signal.aborted);
});

test.run();
