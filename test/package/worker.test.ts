// The option `worker` in a browser: whatever a classifier on the page takes, one in a worker takes too, with the same result.

import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hasBrowser, launchBrowser, noteSkippedWithoutBrowser } from '../support/browser.js';
import { readModel } from '../support/read-model.js';
import { serve, type Server } from '../support/server.js';

type Library = typeof import('../../src/index.js');

declare global {
  /** The library under test, in the page. */
  var library: Library;
  var here: Awaited<ReturnType<Library['loadClassifier']>>;
  var there: typeof here;
  var sources: Record<string, () => unknown>;
}

noteSkippedWithoutBrowser('classifiers in workers of a page');

const MODEL = 'models/cifar10-fast-flgc4/model.gw';
const PAGE = '<!doctype html><title>workers</title><script src="/dist/umd/groupwise.min.js"></script>';
const [MAIN, BESIDE] = ['/dist/umd/groupwise.min.js', '/dist/umd/groupwise-worker.min.js'];
const OPEN_POLICY = "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; worker-src blob:";

const test = suite('workers of a page');
let browser: Browser;
let server: Server;
let strict: Server;
let page: Page;

test.before(async () => {
  const files = {
    '/folder/page.html': new TextEncoder().encode(PAGE),
    '/folder/model.gw': readFileSync(MODEL),
    '/folder/cat.jpg': readFileSync('examples/pictures/cat.jpg'),
    '/alone/page.html': new TextEncoder().encode(PAGE.replace('/dist/umd', '/alone')),
    '/alone/groupwise.min.js': readFileSync(`.${MAIN}`),
  };
  server = await serve(files, OPEN_POLICY);
  strict = await serve(files);
  if (hasBrowser) browser = await launchBrowser();
});
test.after(async () => {
  await browser?.close();
  server.close();
  strict.close();
});
test.before.each(async () => void (page = await browser.newPage()));
test.after.each(() => page.close());

/** Opens a page, and gives it the library of an entry, classifiers, and photos of every kind. */
const open = async (entry: string, options: object = {}, { origin } = server): Promise<void> => {
  await page.goto(`${origin}/folder/page.html`);
  await page.evaluate(
    async ({ path, options }) => {
      const script = (globalThis as unknown as { groupwise: Library }).groupwise;
      globalThis.library = path.includes('umd') ? script : ((await import(path)) as Library);
      const bytes = async () => new Uint8Array(await (await fetch('cat.jpg')).arrayBuffer());
      const image = async () => {
        const element = Object.assign(new Image(), { src: 'cat.jpg' });
        await element.decode();
        return element;
      };
      const canvas = async () => {
        const element = document.createElement('canvas');
        [element.width, element.height] = [40, 30];
        element.getContext('2d')!.drawImage(await image(), 0, 0, 40, 30);
        return element;
      };
      const video = async () => {
        const element = document.createElement('video');
        element.srcObject = (await canvas()).captureStream(0);
        element.muted = true;
        await element.play();
        return element;
      };
      globalThis.sources = {
        'a relative URL': () => 'cat.jpg',
        'a URL object': () => new URL('cat.jpg', document.baseURI),
        'a Blob': async () => new Blob([await bytes()]),
        'a Response': () => fetch('cat.jpg'),
        'a stream': async () => (await fetch('cat.jpg')).body,
        bytes,
        'a buffer': async () => (await bytes()).buffer,
        'an element': image,
        'an element that is still loading': () => Object.assign(new Image(), { src: 'cat.jpg?2' }),
        'a canvas': canvas,
        'an OffscreenCanvas': async () => {
          const offscreen = new OffscreenCanvas(40, 30);
          offscreen.getContext('2d')!.drawImage(await image(), 0, 0, 40, 30);
          return offscreen;
        },
        'a bitmap': async () => createImageBitmap(await image()),
        'image data': async () => (await canvas()).getContext('2d')!.getImageData(0, 0, 40, 30),
        'a video': video,
        'a frame': async () => new VideoFrame(await canvas(), { timestamp: 0 }),
        pixels: () => ({
          data: Uint8Array.from({ length: 300 }, (_, i) => i % 251),
          width: 10,
          height: 10,
          channels: 3,
        }),
        'a tensor': () => ({ data: new Float32Array(3072).map((_, i) => Math.sin(i)), shape: [1, 3, 32, 32] }),
        'a URL that is not there': () => 'none.jpg',
        'a page': () => 'page.html',
        'an element without a picture': () => new Image(),
        'a video without a frame': () => document.createElement('video'),
        'a file in base64': () => btoa('an image'.repeat(20)),
        'a number': () => 42,
        'an object with a function': () => ({ decode: () => {} }),
        'a tensor of another shape': () => ({ data: new Float32Array(12), shape: [1, 3, 2, 2] }),
        nothing: () => undefined,
      };
      const url = 'model.gw';
      globalThis.here = await library.loadClassifier(url, { deterministic: true });
      const worker = await library.loadClassifier(url, { deterministic: true, worker: true, ...options });
      globalThis.there = worker;
    },
    { path: `/dist/${entry}.js`, options },
  );
};

const outcomes = () =>
  page.evaluate(async () => {
    const outcomeOf = async (classifier: typeof here, make: () => unknown) => {
      const source = await make();
      try {
        return await classifier.classify(source as string);
      } catch (error) {
        const { name, code, message } = error as Error & { code: string };
        return { name, code, message, isOurs: error instanceof library.ImageError };
      }
    };
    const found: [name: string, here: unknown, there: unknown][] = [];
    for (const [name, make] of Object.entries(sources))
      found.push([name, await outcomeOf(here, make), await outcomeOf(there, make)]);
    return found;
  });

test('modules without the chunk for workers, and require without the file, say which they lack', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'groupwise-'));
  const messageOf = ({ loadModel }: Pick<Library, 'loadModel'>) =>
    loadModel(readFileSync(MODEL), { worker: true }).then(
      () => 'no error',
      (error: Error) => `${error.name}: ${error.message}`,
    );
  try {
    cpSync('dist', folder, { recursive: true });
    rmSync(join(folder, 'chunks/in-worker.js'));
    rmSync(join(folder, 'umd/groupwise-worker.min.js'));
    for (const entry of ['index', 'external', 'node'])
      assert.match(
        await messageOf((await import(join(folder, `${entry}.js`))) as Library),
        /^LoadError: cannot load chunks\/in-worker\.js: .*\. Publish all files of groupwise together$/,
      );
    const require = createRequire(import.meta.url);
    assert.match(
      await messageOf(require(join(folder, 'umd/groupwise.min.js')) as Library),
      /^LoadError: .* groupwise-worker\.min\.js, which cannot be loaded: Cannot find module/,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

if (hasBrowser) {
  for (const entry of ['index', 'external', 'umd/groupwise.min']) {
    test(`dist/${entry}.js: all photos have the same classes, and all mistakes the same errors`, async () => {
      await open(entry);
      const found = await outcomes();
      // a worker gets the whole address of a relative one, and names it
      const relative = (outcome: unknown) =>
        JSON.parse(JSON.stringify(outcome ?? null).replaceAll(`${server.origin}/folder/`, '')) as unknown;
      for (const [name, here, there] of found) assert.equal(relative(there), relative(here), name);
      assert.is(found.filter(([, , there]) => Array.isArray(there)).length, 17);
    });
  }

  test('pages that forbid workers from blobs name the cure, and a copy of the script is one', async () => {
    const message = await open('index', {}, strict).then(
      () => 'started',
      (error: Error) => error.message,
    );
    assert.match(message, /EngineError: .*worker-src blob:, or option workerUrl/s);
    await open('index', { workerUrl: '/dist/umd/groupwise.min.js' }, strict);
    assert.is((await outcomes()).filter(([, , there]) => Array.isArray(there)).length, 17);
  });

  /** Loads a model in a worker by script tag; the number of its outputs, or the error. */
  const loadByTag = async (path: string, options: object = {}, { origin } = server): Promise<number | string> => {
    await page.goto(origin + path);
    return page.evaluate(async (options) => {
      const { groupwise } = globalThis as unknown as { groupwise: Library };
      try {
        const model = await groupwise.loadModel('/folder/model.gw', { ...options, worker: true });
        const { length } = model.outputs;
        model.dispose();
        return length;
      } catch (error) {
        return error instanceof groupwise.GroupwiseError
          ? `${error.name}: ${error.message}`
          : `not typed: ${String(error)}`;
      }
    }, options);
  };

  test('a script tag loads the file for workers only for the option, and the worker does not need it', async () => {
    const requested: string[] = [];
    page.on('request', (request) => requested.push(new URL(request.url()).pathname));
    await page.goto(`${strict.origin}/folder/page.html`);
    await page.evaluate(async () => {
      const { groupwise } = globalThis as unknown as { groupwise: Library };
      (await groupwise.loadModel('model.gw')).dispose();
      await groupwise.loadModel('model.gw', { worker: true, topk: 1 } as object).catch(() => {});
      await groupwise.loadModel('model.gw', { workerUrl: '/none.js' } as object).catch(() => {});
    });
    assert.not(requested.includes(BESIDE), 'wrong options load nothing');
    requested.length = 0;
    const workerUrl = '/alone/groupwise.min.js';
    for (let i = 0; i < 2; i++) assert.is(await loadByTag('/folder/page.html', { workerUrl }, strict), 1);
    assert.is(requested.filter((path) => path === BESIDE).length, 2, 'one for each page');
    assert.ok(requested.includes(workerUrl));
    assert.not(requested.includes('/alone/groupwise-worker.min.js'));
  });

  test('a script tag without the file for workers says from where it was to come', async () => {
    assert.is(
      await loadByTag('/alone/page.html'),
      `LoadError: models in workers are in a file of their own, groupwise-worker.min.js, which cannot be loaded: ${server.origin}/alone/groupwise-worker.min.js cannot be fetched. Publish groupwise-ops.min.js, groupwise-loading.min.js (int8 models need both) and groupwise-worker.min.js in the folder of groupwise.min.js, or load those needed with script tags after the tag of that file`,
    );
    await page.addScriptTag({ url: BESIDE });
    const outputs = await page.evaluate(async () => {
      const { groupwise } = globalThis as unknown as { groupwise: Library };
      const model = await groupwise.loadModel('/folder/model.gw', { worker: true });
      const { length } = model.outputs;
      model.dispose();
      return length;
    });
    assert.is(outputs, 1);
  });

  test('the blob: URL of a worker is revoked when it starts, cannot start, or is ended before', async () => {
    for (const { origin } of [server, strict]) {
      await page.goto(`${origin}/folder/page.html`);
      const left = await page.evaluate(async () => {
        const { groupwise } = globalThis as unknown as { groupwise: Library };
        const urls = new Set<string>();
        let made = 0;
        const { createObjectURL, revokeObjectURL } = URL;
        URL.createObjectURL = (blob) => {
          const url = createObjectURL.call(URL, blob);
          if ((blob as Blob).size > 1000) made = urls.add(url).size;
          return url;
        };
        URL.revokeObjectURL = (url) => {
          urls.delete(url);
          revokeObjectURL.call(URL, url);
        };
        await groupwise.loadModel('model.gw', { worker: true }).then(
          (model) => model.dispose(),
          () => {},
        );
        const controller = new AbortController();
        const load = groupwise.loadModel('model.gw', { worker: true, signal: controller.signal });
        controller.abort();
        await load.catch(() => {});
        const late = groupwise.loadModel('model.gw', { worker: true, signal: AbortSignal.timeout(1) });
        await late.then((model) => model.dispose()).catch(() => {});
        return [made > 0, urls.size];
      });
      assert.equal(left, [true, 0], origin);
    }
  });

  test('the arrays of the caller stay his, those of results arrive', async () => {
    await open('index');
    const [bytes, pixels, outputs] = await page.evaluate(async () => {
      const bytes = (await sources.bytes!()) as Uint8Array<ArrayBuffer>;
      const pixels = sources.pixels!() as { data: Uint8Array } & Parameters<typeof here.classify>[0];
      await there.classify(bytes);
      const { outputs } = await there.run(pixels);
      return [bytes.length, pixels.data.length, Object.values(outputs)[0]!.data.length];
    });
    assert.ok(bytes > 100);
    assert.equal([pixels, outputs], [300, 10]);
  });

  test('a hundred calls at once all answer; an aborted one rejects at once, and others go on', async () => {
    await open('index');
    const { count, reason } = await page.evaluate(async () => {
      const all = Array.from({ length: 100 }, () => there.classify('cat.jpg'));
      const controller = new AbortController();
      const aborted = there.classify('cat.jpg', { signal: controller.signal });
      controller.abort(new Error('enough'));
      const reason = await aborted.catch((error: Error) => error.message);
      const answers = await Promise.all(all);
      return { count: answers.filter(([best]) => best!.label === 'cat').length, reason };
    });
    assert.equal([count, reason], [100, 'enough']);
  });

  test('after dispose, calls that wait and later ones reject', async () => {
    await open('index');
    const messages = await page.evaluate(async () => {
      const messageOf = (work: Promise<unknown>) => work.catch((error: Error) => `${error.name}: ${error.message}`);
      const waiting = messageOf(there.classify('cat.jpg'));
      there.dispose();
      return [await waiting, await messageOf(there.classify('cat.jpg'))];
    });
    for (const message of messages) assert.match(String(message), /^EngineError: the model was disposed/);
  });

  test('dispose and a signal end the wait for an <img> that never loads, on the page and in a worker', async () => {
    await page.route('**/never.jpg', () => {}); // no answer
    await open('index');
    const messages = await page.evaluate(async () => {
      const found: string[][] = [];
      for (const classifier of [here, there]) {
        const wait = (options = {}) =>
          classifier.classify(Object.assign(new Image(), { src: '/never.jpg' }), options).then(
            () => 'no error',
            (error: Error) => error.message,
          );
        const controller = new AbortController();
        const calls = [wait({ signal: controller.signal }), ...Array.from({ length: 5 }, () => wait())];
        setTimeout(() => controller.abort(new Error('enough')), 50);
        setTimeout(() => classifier.dispose(), 200);
        found.push(await Promise.all(calls));
      }
      return found;
    });
    for (const [aborted, ...others] of messages) {
      assert.is(aborted, 'enough');
      assert.is(others.length, 5);
      for (const message of others) assert.match(message, /^the model was disposed: load it again/);
    }
  });

  test('a picture that is too large is refused before a bitmap is made of it', async () => {
    await open('index');
    const [messages, made] = await page.evaluate(async () => {
      let made = 0;
      const { createImageBitmap } = globalThis;
      globalThis.createImageBitmap = ((...args: Parameters<typeof createImageBitmap>) => {
        made++;
        return createImageBitmap(...args);
      }) as typeof createImageBitmap;
      const canvas = Object.assign(document.createElement('canvas'), { width: 4000, height: 3000 });
      const messages = await Promise.all(
        [here, there].map((it) => it.classify(canvas, { maxPixels: 1e6 }).catch((error: Error) => error.message)),
      );
      return [messages, made] as const;
    });
    const message = 'the HTMLCanvasElement is 4000x3000 pixels; at most 1 megapixels are read (option maxPixels)';
    assert.equal([messages, made], [[message, message], 0]);
  });

  test('errors of loading and progress arrive', async () => {
    await open('index');
    const found = await page.evaluate(async () => {
      const phases: string[] = [];
      const onProgress = ({ phase }: { phase: string }) => void phases.push(phase);
      const model = await library.loadModel('model.gw', { worker: true, onProgress });
      const { layers } = await model.describe();
      model.dispose();
      const load = (source: string) => library.loadModel(source, { worker: true }).catch((error: Error) => error.name);
      return {
        phases: new Set(phases).size,
        layers: layers.length,
        missing: await load('none.gw'),
        page: await load('page.html'),
      };
    });
    const { length: layers } = readModel(new Uint8Array(readFileSync(MODEL))).graph.nodes;
    assert.equal(found, { phases: 2, layers, missing: 'LoadError', page: 'FormatError' });
  });
}

test.run();
