// Classifiers in workers: wrong options have the errors that they have on the page, and no frame stays open.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, EngineError, ImageError } from '../../src/errors.js';
import type { PhotoOptions } from '../../src/image/photo-options.js';
import { readingOf } from '../../src/image/source.js';
import { loadClassifier, loadModel, type ImageClassifier } from '../../src/node.js';
import { readBytes } from '../../src/read-bytes.js';
import { Client, type WorkerPort } from '../../src/worker/client.js';
import type { Request } from '../../src/worker/port.js';
import { WorkerClassifier } from '../../src/worker/worker-classifier.js';

const MODEL = 'models/cifar10-fast-flgc4/model.gw';

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

const canvas = { [Symbol.toStringTag]: 'OffscreenCanvas', width: 4, height: 3 } as unknown as OffscreenCanvas;
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
  const loaded = {
    inputs: [],
    outputs: [],
    metadata: {},
    kernels: 'simd',
    summary: '',
    info: { kernels: 'simd', threads: 1 },
    classes: ['cat'],
  } as const;
  const page = {
    readPixels: () => Promise.reject(new Error('not read here')),
    readBytes: (photo: unknown, options: PhotoOptions) => readBytes(photo, readingOf(options)),
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
  assert.is(Bitmap.made.length, 4);
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

const DISPOSED = 'the model was disposed: load it again, or dispose it after its last use';

test('dispose ends the waits of the page', async () => {
  const image = { ...broken, [Symbol.toStringTag]: 'HTMLImageElement', decode: () => new Promise<void>(() => {}) };
  const nothing = async function* () {
    yield await new Promise<never>(() => {});
  };
  const waits: Record<string, (classifier: WorkerClassifier) => Promise<unknown>> = {
    'an <img> that never loads': (it) => it.classify(image),
    'a list with it': (it) => it.classifyBatch([canvas, image]),
    'a response without an answer': (it) => it.scores(new Response(new ReadableStream())),
    'the next photo of an iterable': (it) => it.classifyEach(nothing()).next(),
    'the next frame of an iterable': (it) => it.stream(nothing()).next(),
    'the next frame of a stream': (it) => it.stream(new ReadableStream()).next(),
  };
  for (const [name, wait] of Object.entries(waits)) {
    const classifier = classifierOn(() => assert.unreachable('nothing is sent'));
    const call = failure(() => wait(classifier));
    await new Promise((done) => setTimeout(done, 20));
    classifier.dispose();
    const error = await call;
    assert.instance(error, EngineError, name);
    assert.is(error.message, DISPOSED, name);
    assert.is((await failure(() => wait(classifier))).message, DISPOSED, `${name}, later`);
  }
  assert.is(openBitmaps(), 0);
});

/** An element or picture, of which only what is asked for is there. */
const element = (kind: string, fields: object): never => ({ [Symbol.toStringTag]: kind, ...fields }) as never;

test('pictures are measured before bitmaps are made of them', async () => {
  const classifier = classifierOn(() => assert.unreachable('nothing is sent'), { maxPixels: 10 });
  const decode = () => Promise.resolve();
  const large = {
    'the OffscreenCanvas': canvas,
    'the HTMLCanvasElement': element('HTMLCanvasElement', { width: 4, height: 3 }),
    'the ImageBitmap': element('ImageBitmap', { width: 4, height: 3 }),
    'the <img>': element('HTMLImageElement', { decode, naturalWidth: 4, naturalHeight: 3 }),
    'the <video>': element('HTMLVideoElement', { readyState: 4, videoWidth: 4, videoHeight: 3 }),
    'the VideoFrame': element('VideoFrame', { format: 'RGBA', displayWidth: 4, displayHeight: 3 }),
    'the image': element('ImageData', { data: new Uint8ClampedArray(48), width: 4, height: 3 }),
  };
  for (const [name, picture] of Object.entries(large)) {
    const error = await failure(() => classifier.classify(picture));
    assert.instance(error, ImageError);
    assert.is(error.message, `${name} is 4x3 pixels; at most 10 pixels are read (option maxPixels)`);
    const batch = await failure(() => classifier.classifyBatch([picture], { maxPixels: 11 }));
    assert.is(batch.message, `${name} is 4x3 pixels; at most 11 pixels are read (option maxPixels)`);
  }
  assert.is(Bitmap.made.length, 0);
});

test('what is no photo is refused before it is sent, with the same errors as on the page', async () => {
  const here = await loadClassifier(MODEL);
  const there = classifierOn(() => assert.unreachable('nothing is sent'));
  const detached = new Uint8Array(8);
  structuredClone(detached, { transfer: [detached.buffer] });
  const wrong = [
    null,
    undefined,
    42,
    {},
    [1, 2],
    () => 1,
    new Float32Array(3),
    new Map(),
    { data: new Uint8Array(3), width: 2, height: 2, channels: 3 },
    { data: [1, 2, 3], width: 1, height: 1, channels: 3 },
    element('HTMLVideoElement', { readyState: 0, error: null }),
    element('HTMLVideoElement', { readyState: 0, error: { code: 4, message: 'Format error' } }),
    element('VideoFrame', { format: null, displayWidth: 0, displayHeight: 0 }),
    element('HTMLCanvasElement', { width: 0, height: 3 }),
  ] as never[];
  const pixels = { data: new Uint8Array(3), width: 1, height: 1, channels: 3 } as const;
  for (const photo of wrong) {
    for (const call of [
      (it: ImageClassifier | WorkerClassifier) => it.classify(photo),
      (it: ImageClassifier | WorkerClassifier) => it.classifyBatch([pixels, photo]),
    ]) {
      const [onPage, inWorker] = [await failure(() => call(here)), await failure(() => call(there))];
      assert.is(`${inWorker.name}: ${inWorker.message}`, `${onPage.name}: ${onPage.message}`);
      assert.is(inWorker.name, 'ImageError');
    }
  }
  here.dispose();
});

test('inputs that messages cannot carry have an error that names them', async () => {
  const model = await loadModel(MODEL, { worker: true });
  const image = new Float32Array(3072);
  const shape = [1, 3, 32, 32];
  for (const [input, shown] of [
    [() => image, 'input is a function'],
    [Symbol('x'), 'input is Symbol(x)'],
    [new Proxy({ data: image, shape }, {}), 'input is an object'],
    [{ image: { data: new Proxy([1, 2], {}), shape } }, 'input.image.data is [1, 2]'],
    [{ first: image, second: { data: image, shape, read: () => 1 } }, 'input.second.read is a function'],
  ] as const) {
    for (const method of ['run', 'profile'] as const) {
      const error = await failure(() => model[method](input as never));
      assert.instance(error, ArgumentError);
      assert.is((error as ArgumentError).argument, shown.split(' ')[0]!.split('.').at(-1));
      assert.ok(error.message.startsWith(`${method}: ${shown}, which cannot be sent to the worker: `), error.message);
      assert.match(error.message, /cloned\. Give plain objects and arrays, without functions and proxies$/);
    }
  }
  assert.is(Object.values(await model.run(image)).length, 1, 'it goes on after them');
  model.dispose();
  const labels = new Proxy(Array.from('abcdefghij'), {});
  const error = await failure(() => loadClassifier(MODEL, { worker: true, labels }));
  assert.instance(error, ArgumentError);
  assert.is((error as ArgumentError).argument, 'labels');
  assert.match(error.message, /^loadClassifier: options\.labels is an Array, which cannot be sent to the worker: /);
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
