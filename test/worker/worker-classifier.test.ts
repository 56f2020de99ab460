// Classifiers in workers: wrong options have the errors that they have on the page, and no frame stays open.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, EngineError } from '../../src/errors.js';
import type { PhotoOptions } from '../../src/image/photo-options.js';
import { loadClassifier, loadModel, type ImageClassifier } from '../../src/node.js';
import { Client, type WorkerPort } from '../../src/worker/client.js';
import type { Request } from '../../src/worker/port.js';
import { WorkerClassifier } from '../../src/worker/worker-classifier.js';

const MODEL = 'models/cifar10-mobilenetv2-flgc8/model.gw';

const failure = (work: () => unknown): Promise<Error> =>
  Promise.resolve()
    .then(work)
    .then(
      () => assert.unreachable('it should fail') as never,
      (error: Error) => error,
    );

const test = suite('classifiers in workers');

test('wrong options have the same errors as on the page', async () => {
  const here = await loadClassifier(MODEL);
  const there = await loadClassifier(MODEL, { worker: true });
  const methods = ['classify', 'run', 'scores', 'embed', 'classifyBatch', 'classifyEach', 'stream'] as const;
  const wrong = [
    { topk: 1 },
    { maxPixels: '1' },
    { sources: 'file' },
    { signal: 'now' },
    { onDone: () => {} },
    null,
    'x',
  ];
  for (const options of [...wrong, { allow: ['zebra'] }]) {
    for (const method of methods) {
      if (method === 'classifyBatch' && 'allow' in Object(options)) continue; // without photos, nothing is ranked
      const errorOf = async (classifier: object): Promise<string> => {
        const call = (classifier as ImageClassifier)[method].bind(classifier) as (...args: unknown[]) => unknown;
        const photos = /^(classifyBatch|classifyEach|stream)$/.test(method) ? [] : undefined;
        const error = await failure(() => call(photos, options));
        assert.instance(error, ArgumentError, `${method} ${JSON.stringify(options)}`);
        return `${error.message} ${String((error as ArgumentError).argument)}`;
      };
      assert.is(await errorOf(there), await errorOf(here), method);
    }
  }
  for (const photos of [7, null, undefined, {}, 'photo.jpg']) {
    const ofList = (classifier: object) =>
      failure(() => (classifier as ImageClassifier).classifyBatch(photos as never));
    assert.is((await ofList(there)).message, (await ofList(here)).message);
  }
  here.dispose();
  there.dispose();
});

/** Pictures that a page makes of canvases, and whether they were closed. */
class Bitmap {
  static readonly made: Bitmap[] = [];
  isOpen = true;
  close(): void {
    this.isOpen = false;
  }
}

const canvas = { [Symbol.toStringTag]: 'OffscreenCanvas' } as unknown as OffscreenCanvas;
const broken = {
  [Symbol.toStringTag]: 'HTMLImageElement',
  decode: () => Promise.reject(new Error('broken')),
  src: 'broken.png',
} as unknown as HTMLImageElement;

/** A classifier whose worker answers as `send` does. */
const classifierOn = (
  send: (request: Request, answer: (value: unknown) => void) => void,
  limits: PhotoOptions = {},
): WorkerClassifier => {
  let onMessage: Parameters<WorkerPort['listen']>[0] = () => {};
  const port: WorkerPort = {
    send: (request) => send(request, (value) => onMessage({ id: request.id, value })),
    listen: (listener) => (onMessage = listener),
    close: () => {},
  };
  const loaded = { inputs: [], outputs: [], metadata: {}, kernels: 'simd', summary: '', classes: ['cat'] } as const;
  const page = {
    readPixels: () => Promise.reject(new Error('not read here')),
    locate: (url: string) => url,
    limits,
    concurrency: 1,
  };
  return new WorkerClassifier(new Client(port), loaded, page);
};

let onBitmap: () => void;

test.before.each(() => {
  Bitmap.made.length = 0;
  onBitmap = () => {};
  globalThis.createImageBitmap = () => {
    Bitmap.made.push(new Bitmap());
    onBitmap();
    return Promise.resolve(Bitmap.made.at(-1)) as never;
  };
});
test.after.each(() => {
  delete (globalThis as { createImageBitmap?: unknown }).createImageBitmap;
});

const openBitmaps = (): number => Bitmap.made.filter(({ isOpen }) => isOpen).length;

test('frames of calls that are not sent are closed', async () => {
  const controller = new AbortController();
  const idle = classifierOn(() => assert.unreachable('nothing is sent'));
  onBitmap = () => controller.abort(new Error('enough'));
  assert.is((await failure(() => idle.classify(canvas, { signal: controller.signal }))).message, 'enough');
  assert.is(Bitmap.made.length, 1);
  await failure(() => idle.classifyBatch([canvas, canvas, broken]));
  idle.dispose();
  assert.instance(await failure(() => idle.classifyBatch([canvas, canvas])), EngineError);
  assert.instance(await failure(() => idle.scores(canvas)), EngineError);
  const refusing = classifierOn(() => {
    throw new DOMException('it could not be cloned', 'DataCloneError');
  });
  assert.is((await failure(() => refusing.embed(canvas))).message, 'not read here');
  assert.is(Bitmap.made.length, 7);
  assert.is(openBitmaps(), 0);
});

test('frames stay open until a call that was sent is answered', async () => {
  let answer!: (value: unknown) => void;
  const classifier = classifierOn((_, reply) => (answer = reply));
  const call = classifier.scores(canvas);
  while (!answer) await new Promise((done) => setTimeout(done, 1));
  assert.is(openBitmaps(), 1);
  answer(Float32Array.of(1));
  assert.equal(await call, Float32Array.of(1));
});

test('a signal ends the wait for an <img> that never loads', async () => {
  const reason = new Error('enough');
  const controller = new AbortController();
  const image = { ...broken, [Symbol.toStringTag]: 'HTMLImageElement', decode: () => new Promise<void>(() => {}) };
  const classifier = classifierOn(() => assert.unreachable('nothing is sent'));
  const call = failure(() => classifier.classify(image, { signal: controller.signal }));
  setTimeout(() => controller.abort(reason), 20);
  assert.is(await call, reason);
});

test('limits of the loader hold for options that are undefined', async () => {
  const classifier = classifierOn(() => assert.unreachable('nothing is sent'), { maxBytes: 3 });
  const photo = () => new Response(new Uint8Array(4)) as never;
  const unset = { maxBytes: undefined } as object;
  assert.match((await failure(() => classifier.classify(photo(), unset))).message, 'maxBytes is 3');
  assert.match((await failure(() => classifier.classifyBatch([photo()], unset))).message, 'maxBytes is 3');
  const frames = (async function* () {
    yield await Promise.resolve(photo());
  })();
  assert.match((await failure(() => classifier.stream(frames).next())).message, 'maxBytes is 3');
});

test('an <img> without a picture has the same error as on the page', async () => {
  const classifier = classifierOn(() => assert.unreachable('nothing is sent'));
  assert.match((await failure(() => classifier.classify(broken))).message, /^the <img> has no picture: broken\.png$/);
});

test('Node refuses the scripts of pages, with the cure', async () => {
  for (const load of [loadModel, loadClassifier]) {
    const error = await failure(() => load(MODEL, { worker: true, workerUrl: 'groupwise.min.js' }));
    assert.instance(error, ArgumentError);
    assert.is((error as ArgumentError).argument, 'workerUrl');
    assert.match(error.message, /^option workerUrl is for pages: leave it out/);
  }
});

test.run();
