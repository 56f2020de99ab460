// Pictures of every kind read in a page, compared with what Pillow decodes.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeImage } from '../../src/node/decode.js';
import { enormous } from '../support/attacks/enormous-pictures.js';
import { DATA, hasData } from '../support/data.js';
import { hasBrowser, launchBrowser, noteSkippedWithoutBrowser } from '../support/browser.js';
import { encoded, fileOf, hashOf, madePictures, recorded } from '../support/pictures.js';

noteSkippedWithoutBrowser('pictures in a page');

const ORIGIN = 'http://localhost';
const OTHER_ORIGIN = 'http://127.0.0.1';
const BUILD = fileURLToPath(new URL('../../', import.meta.url));

// Answers the page without a server: compiled modules, files of the fixtures, photos.
const answer = (path: string): { body: string | Buffer; contentType: string; status?: number } => {
  if (path === '/') return { body: '<!doctype html><title>images</title>', contentType: 'text/html' };
  if (path.startsWith('/src/')) return { body: readFileSync(BUILD + path.slice(1)), contentType: 'text/javascript' };
  const [, folder, ...rest] = path.split('/');
  const name = decodeURIComponent(rest.join('/'));
  if (folder === 'encoded') return { body: Buffer.from(encoded[name]!.file, 'base64'), contentType: 'image/any' };
  if (folder === 'made')
    return { body: Buffer.from(madePictures[Number(name)]!.file, 'base64'), contentType: 'image/any' };
  if (folder === 'photos') return { body: readFileSync(`${DATA}/images/${name}`), contentType: 'image/any' };
  return { body: '<!doctype html>not found', contentType: 'text/html', status: 404 };
};

type ReadOptions = { signal?: AbortSignal; maxPixels?: number };
type Source = {
  pixelsFromSource: (source: unknown, options?: ReadOptions) => Promise<Picture>;
  pagePhotos: {
    isRemote: (source: unknown) => boolean;
    download: (source: unknown, options: ReadOptions) => Promise<unknown>;
  };
};
type Picture = { data: Uint8Array; width: number; height: number; channels: number };

// Functions in the page: `read` returns `width`x`height` and the hash of the recorder, or the error.
const prepare = async (page: Page): Promise<void> => {
  await page.route('**/*', (route) => {
    const { pathname } = new URL(route.request().url());
    return pathname === '/favicon.ico' ? route.abort() : route.fulfill(answer(pathname));
  });
  await page.goto(`${ORIGIN}/`);
  await page.evaluate(async () => {
    const path = '/src/image/source.js';
    const { pixelsFromSource } = (await import(path)) as Source;
    const read = async (source: unknown, options?: ReadOptions): Promise<string> => {
      try {
        const { data, width, height, channels } = await pixelsFromSource(source, options);
        const rgb = new Uint8Array(width * height * 3);
        for (let i = 0; i < rgb.length; i++) rgb[i] = data[Math.floor(i / 3) * channels + (i % 3)]!;
        const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', rgb)).subarray(0, 8);
        return `${width}x${height} ${Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
      } catch (error) {
        return `${(error as Error).name}: ${(error as Error).message}`;
      }
    };
    Object.assign(globalThis, { read });
  });
};

declare const read: (source: unknown, options?: ReadOptions) => Promise<string>;

const test = suite('pixelsFromSource in Chromium');
let browser: Browser;
let page: Page;

test.before(async () => {
  browser = await launchBrowser();
  page = await browser.newPage();
  await prepare(page);
});
test.after(() => browser?.close());

const expected = ({ size, hash }: { size: [number, number]; hash: string }): string => `${size.join('x')} ${hash}`;

// Chromium converts CMYK and the 5-bit values of 16-bit BMP in its own way; for 16-bit grey see decode.test.ts.
const OTHER = ['jpeg cmyk', 'bmp 16 bit', 'bmp 16 bit fields', 'png 16 bit grey'];

for (const [name, record] of hasBrowser ? Object.entries(encoded) : []) {
  if (OTHER.includes(name)) continue;
  test(`${name} has the bytes of Pillow, upright`, async () => {
    assert.is(await page.evaluate((url) => read(url), `/encoded/${encodeURIComponent(name)}`), expected(record));
  });
}

for (const [number, { kind, size, hash }] of hasBrowser ? madePictures.entries() : []) {
  if (!kind.startsWith('orientation') || !hash) continue;
  test(`${kind} has the bytes of Pillow`, async () => {
    assert.is(await page.evaluate((at) => read(`/made/${at}`), number), expected({ size: size!, hash }));
  });
}

if (hasBrowser) {
  test('16-bit grey PNG has the bytes of decodeImage', async () => {
    const pixels = await decodeImage(fileOf('png 16 bit grey'));
    assert.is(await page.evaluate(() => read('/encoded/png%2016%20bit%20grey')), `9x7 ${hashOf(pixels)}`);
  });
}

if (hasBrowser && hasData) {
  test('photos have the bytes of Pillow', async () => {
    const different: string[] = [];
    for (const [name, record] of Object.entries(recorded.photos)) {
      const url = `/photos/${name.split('/').map(encodeURIComponent).join('/')}`;
      if ((await page.evaluate((at) => read(at), url)) !== expected(record)) different.push(name);
    }
    assert.equal(different, []);
  });
}

const ENCODED = '/encoded/jpeg%20orientation%206';

const KINDS: Record<string, (url: string) => Promise<string>> = {
  URL: (url) => read(new URL(url, location.href)),
  Response: async (url) => read(await fetch(url)),
  Blob: async (url) => read(await (await fetch(url)).blob()),
  File: async (url) => read(new File([await (await fetch(url)).blob()], 'photo.jpg')),
  ArrayBuffer: async (url) => read(await (await fetch(url)).arrayBuffer()),
  Uint8Array: async (url) => read(new Uint8Array(await (await fetch(url)).arrayBuffer())),
  HTMLImageElement: async (url) => read(Object.assign(new Image(), { src: url })),
  ImageBitmap: async (url) => read(await createImageBitmap(await (await fetch(url)).blob())),
  VideoFrame: async (url) => {
    const frame = new VideoFrame(await createImageBitmap(await (await fetch(url)).blob()), { timestamp: 0 });
    const result = await read(frame);
    frame.close();
    return result;
  },
  HTMLCanvasElement: async (url) => {
    const bitmap = await createImageBitmap(await (await fetch(url)).blob());
    const canvas = Object.assign(document.createElement('canvas'), { width: bitmap.width, height: bitmap.height });
    canvas.getContext('2d')!.drawImage(bitmap, 0, 0);
    return read(canvas);
  },
  OffscreenCanvas: async (url) => {
    const bitmap = await createImageBitmap(await (await fetch(url)).blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    canvas.getContext('bitmaprenderer')!.transferFromImageBitmap(bitmap);
    return read(canvas);
  },
  ImageData: async (url) => {
    const bitmap = await createImageBitmap(await (await fetch(url)).blob());
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
    context.drawImage(bitmap, 0, 0);
    return read(context.getImageData(0, 0, bitmap.width, bitmap.height));
  },
};

for (const [kind, readKind] of hasBrowser ? Object.entries(KINDS) : []) {
  test(`takes a ${kind}`, async () => {
    assert.is(await page.evaluate(readKind, ENCODED), expected(encoded['jpeg orientation 6']!));
  });
}

const FAULTS: [what: string, call: () => Promise<string>, message: RegExp][] = [
  ['a missing file', () => read('/nothing'), /^ImageError: cannot fetch .*404/],
  ['an HTML page', () => read('/'), /^ImageError: the browser cannot decode the image; its file is an HTML file/],
  [
    'an unreachable server',
    () => read('http://nowhere.invalid:1/a.png'),
    /^ImageError: cannot fetch the photo from http:\/\/nowhere/,
  ],
  ['an empty file', () => read(new Blob([])), /^ImageError: .* empty/],
  ['an <img> without a picture', () => read(new Image()), /^ImageError: the <img> has no picture/],
  [
    'a <video> without a frame',
    () => read(document.createElement('video')),
    /^ImageError: the <video> has no frame yet/,
  ],
  ['an empty canvas', () => read(new OffscreenCanvas(0, 5)), /^ImageError: the OffscreenCanvas is 0x5 pixels/],
  ['another value', () => read(new Map()), /^ImageError: .* type Map/],
  ['null', () => read(null), /^ImageError: .* null/],
];

for (const [what, call, message] of hasBrowser ? FAULTS : []) {
  test(`refuses ${what}`, async () => {
    assert.match(await page.evaluate(call), message);
  });
}

if (hasBrowser) {
  test('names CORS and the cure for a picture of another origin', async () => {
    const message = await page.evaluate(async (url) => {
      const image = Object.assign(new Image(), { src: url });
      await image.decode();
      return read(image);
    }, `${OTHER_ORIGIN}${ENCODED}`);
    assert.match(message, /^ImageError: .*crossOrigin = 'anonymous'.*CORS/);
  });

  for (const [kind, file] of Object.entries(enormous)) {
    test(`refuses an enormous ${kind} before it is decoded`, async () => {
      const [message, decoded] = await page.evaluate(
        async (bytes) => {
          const original = createImageBitmap;
          let calls = 0;
          Object.assign(globalThis, { createImageBitmap: () => Promise.reject(new Error(`call ${++calls}`)) });
          const result = await read(Uint8Array.from(bytes));
          Object.assign(globalThis, { createImageBitmap: original });
          return [result, calls] as const;
        },
        [...file],
      );
      assert.match(message, /^ImageError: the image is \d+x\d+ pixels; at most/);
      assert.is(decoded, 0);
    });
  }

  test('bounds what is on the page, and takes maxPixels', async () => {
    const messages = await page.evaluate(async (url) => {
      const canvas = new OffscreenCanvas(8000, 7000);
      const image = Object.assign(new Image(), { src: url });
      return [await read(canvas), await read(image, { maxPixels: 100 }), await read(image, { maxPixels: 50_000 })];
    }, ENCODED);
    assert.match(messages[0]!, /^ImageError: the OffscreenCanvas is 8000x7000 pixels; at most 50 megapixels/);
    assert.match(messages[1]!, /^ImageError: the <img> is .*maxPixels/);
    assert.match(messages[2]!, /^\d+x\d+ /);
  });

  test('stops to wait for an <img> that never arrives when its signal is aborted', async () => {
    await page.route('**/never', () => {});
    const result = page.evaluate(() =>
      read(Object.assign(new Image(), { src: '/never' }), { signal: AbortSignal.timeout(50) }),
    );
    assert.match(await result, /^TimeoutError/);
  });

  test('an <img> is remote until it has arrived', async () => {
    const found = await page.evaluate(async (url) => {
      const path = '/src/image/source.js';
      const { pagePhotos } = (await import(path)) as Source;
      const image = Object.assign(new Image(), { src: url });
      const before = pagePhotos.isRemote(image);
      const bytes = await pagePhotos.download(image, {});
      return [before, bytes, pagePhotos.isRemote(image), pagePhotos.isRemote('/a')];
    }, `${ENCODED}?first`);
    assert.equal(found, [true, undefined, false, true]);
  });

  test('stops at an aborted signal', async () => {
    assert.match(await page.evaluate(() => read('/', { signal: AbortSignal.abort() })), /^AbortError/);
  });

  test('pixels of other values do not show through a used canvas', async () => {
    const results = await page.evaluate(async () => {
      const full = new OffscreenCanvas(3, 2);
      const context = full.getContext('2d')!;
      context.fillRect(0, 0, 3, 2);
      context.clearRect(0, 0, 3, 2);
      const before = await read(full);
      context.fillStyle = 'red';
      context.fillRect(0, 0, 3, 2);
      await read(full);
      context.clearRect(0, 0, 3, 2);
      return [before, await read(full)];
    });
    assert.is(results[0], results[1]);
  });
}

if (hasBrowser) test.run();
