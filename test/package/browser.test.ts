// The pages of examples/ and the built entries in a browser, compared with what Node computes.

import { readdirSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../src/convert.js';
import { loadClassifier, type ImageClassifier, type Classification } from '../../src/node.js';
import { DATA, hasData, noteSkippedWithoutData } from '../support/data.js';
import { hasBrowser, launchBrowser, noteSkippedWithoutBrowser } from '../support/browser.js';
import { serve, type Server } from '../support/server.js';

const NETWORK = `${DATA}/models/imagenet-mobilenet-v2.onnx`;
const PHOTOS = `${DATA}/images/imagenet`;

noteSkippedWithoutBrowser('the pages of examples');
if (hasBrowser) noteSkippedWithoutData('photos in the pages of examples');

const TOLERANCE = 1e-4;
const PAGE = '/examples/classify-photo/index.html';

const test = suite('examples in Chromium');
let browser: Browser;
let server: Server;
let page: Page;
let problems: string[];
let classifier: ImageClassifier;

const smallPhoto = (): Buffer => {
  const encoded = JSON.parse(readFileSync('test/fixtures/encoded.json', 'utf8')) as Record<string, { file: string }>;
  return Buffer.from(encoded['jpeg orientation 6']!.file, 'base64');
};

const convertSmall = (): Promise<Uint8Array> =>
  convertOnnx(new Uint8Array(readFileSync('test/fixtures/tiny/separable.onnx')), {
    labels: ['ant', 'bee', 'cat', 'dog', 'elk', 'fox', 'gnu', 'hen', 'ibis', 'jay'],
    preprocess: {
      width: 16,
      height: 16,
      resize: 'squash',
      shortSide: 0,
      filter: 'bilinear',
      order: 'RGB',
      divisor: 255,
      mean: [0.5],
      std: [0.5],
      fill: 0,
    },
  });

const convertLarge = (): Promise<Uint8Array> =>
  convertOnnx(new Uint8Array(readFileSync(NETWORK)), {
    labels: readFileSync(`${DATA}/labels/coral_imagenet_labels_1001.txt`, 'utf8').trim().split('\n'),
    preprocess: 'inception',
  });

test.before(async () => {
  const [small, large] = [await convertSmall(), hasData ? await convertLarge() : undefined];
  server = await serve({ '/small.gw': small, ...(large && { '/large.gw': large }) });
  classifier = await loadClassifier(large ?? small);
  browser = await launchBrowser();
});
test.after(async () => {
  await browser?.close();
  server?.close();
});
test.before.each(async () => {
  page = await browser.newPage();
  problems = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
});
test.after.each(() => page.close());

const open = (path: string, model: string) => page.goto(`${server.origin}${path}?model=${model}`);

test('a page that is opened as a file says that it must be served', async () => {
  await page.goto(pathToFileURL(`.${PAGE}`).href);
  assert.match(await page.locator('#status').innerText(), /opened as a file cannot load models: serve/);
});
const waitForStatus = (pattern: RegExp) =>
  page.waitForFunction(
    (source) => new RegExp(source).test(document.getElementById('status')!.textContent),
    pattern.source,
  );
const status = async () => ({
  text: await page.textContent('#status'),
  wrong: await page.evaluate(() => document.getElementById('status')!.classList.contains('wrong')),
});

const shown = async (): Promise<{ label: string; score: number }[]> => {
  await page.waitForSelector('#results li');
  return page.$$eval('#results li', (items) =>
    items.map((item) => ({ label: item.querySelector('.label')!.textContent, score: Number(item.dataset.score) })),
  );
};

const drop = (name: string, bytes: Uint8Array): Promise<void> =>
  page.evaluate(
    ({ name, text }) => {
      const transfer = new DataTransfer();
      transfer.items.add(
        new File([Uint8Array.from(atob(text), (char) => char.charCodeAt(0))], name, { type: 'image/jpeg' }),
      );
      document
        .getElementById('drop')!
        .dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
    },
    { name, text: Buffer.from(bytes).toString('base64') },
  );

const agrees = (found: { label: string; score: number }[], expected: Classification[]): void => {
  assert.equal(
    found.map(({ label }) => label),
    expected.map(({ label }) => label),
  );
  found.forEach(({ score }, index) =>
    assert.ok(Math.abs(score - expected[index]!.score) <= TOLERANCE, `${score} ${expected[index]!.score}`),
  );
};

if (hasBrowser) {
  const photos = hasData
    ? ['001', '281', '473', '954'].map((start) => readdirSync(PHOTOS).find((name) => name.startsWith(start))!)
    : ['small.jpg'];
  const read = (name: string): Buffer => (hasData ? readFileSync(`${PHOTOS}/${name}`) : smallPhoto());

  test('a dropped photo gets the labels and scores of Node', async () => {
    await open(PAGE, hasData ? '/large.gw' : '/small.gw');
    for (const name of photos) {
      const bytes = read(name);
      await drop(name, bytes);
      await waitForStatus(new RegExp(`^${name}: \\d+ ms$`));
      agrees(await shown(), await classifier.classify(bytes));
      assert.ok(await page.isVisible('#preview'));
    }
    assert.equal(problems, []);
  });

  test('a chosen photo is classified, by keyboard alone', async () => {
    const chosen = page.waitForEvent('filechooser'); // before the page opens: it takes a while
    await open(PAGE, '/small.gw');
    await waitForStatus(/ready/);
    await page.keyboard.press('Tab');
    await page.waitForFunction(() => document.activeElement?.id === 'file');
    await page.keyboard.press('Enter');
    const chooser = await chosen;
    await chooser.setFiles({ name: 'small.jpg', mimeType: 'image/jpeg', buffer: smallPhoto() });
    const small = await loadClassifier(await convertSmall());
    agrees(await shown(), await small.classify(smallPhoto()));
    assert.equal(problems, []);
  });

  test('says what is wrong with a photo, and goes on with the next', async () => {
    await open(PAGE, '/small.gw');
    await drop('text.jpg', new TextEncoder().encode('<html>no photo</html>'));
    await waitForStatus(/cannot decode/);
    assert.equal([(await status()).wrong, await page.isVisible('#preview')], [true, false]);
    await drop('small.jpg', smallPhoto());
    assert.is((await shown()).length, 5);
    assert.is((await status()).wrong, false);
  });

  test('says what is wrong with a model', async () => {
    await open(PAGE, '/none.gw');
    await waitForStatus(/404/);
    await open(PAGE, '/application/model.gw');
    await waitForStatus(/HTML file/);
    assert.is((await status()).wrong, true);
  });

  test('the page of the script tag gives the same labels', async () => {
    await open('/examples/script-tag/index.html', '/small.gw');
    await page.setInputFiles('#file', { name: 'small.jpg', mimeType: 'image/jpeg', buffer: smallPhoto() });
    await page.waitForFunction(() => document.getElementById('output')!.textContent.includes('%'));
    const small = await loadClassifier(await convertSmall());
    const labels = (await small.classify(smallPhoto())).map(({ label }) => label);
    const lines = (await page.textContent('#output'))!.split('\n').map((line) => line.split('%')[1]!.trim());
    assert.equal(lines, labels);
    assert.equal(problems, []);
  });

  const dog = `${DATA}/images/misc/pytorch_hub_dog.jpg`;
  if (hasData)
    test('both pages know the classes of ImageNet if no model is named', async () => {
      await page.goto(`${server.origin}${PAGE}`);
      await page.setInputFiles('#file', dog);
      assert.is((await shown())[0]!.label, 'Samoyed');
      await page.goto(`${server.origin}/examples/script-tag/index.html`);
      await page.setInputFiles('#file', dog);
      await page.waitForFunction(() => document.getElementById('output')!.textContent.includes('Samoyed'));
      assert.equal(problems, []);
    });

  for (const entry of ['index', 'external', 'umd/groupwise.min']) {
    test(`dist/${entry}.js computes what Node does`, async () => {
      await open('/examples/script-tag/index.html', '/small.gw');
      const found = await page.evaluate(async (path) => {
        type Library = typeof import('../../src/index.js');
        const library = path.includes('umd')
          ? (globalThis as unknown as { groupwise: Library }).groupwise
          : ((await import(path)) as Library);
        const model = await library.loadModel('/small.gw', { deterministic: true });
        const { scores } = model.run(new Float32Array(3 * 16 * 16).map((_, i) => ((i * 37) % 101) / 50 - 1));
        return [...(scores!.data as Float32Array)];
      }, `/dist/${entry}.js`);
      const small = await loadClassifier(await convertSmall(), { deterministic: true });
      const { scores } = small.model.run(new Float32Array(3 * 16 * 16).map((_, i) => ((i * 37) % 101) / 50 - 1));
      assert.equal(found, [...(scores!.data as Float32Array)]);
    });
  }

  test('converts in the page', async () => {
    await open('/examples/script-tag/index.html', '/small.gw');
    const found = await page.evaluate(async () => {
      const path = '/dist/convert.js';
      const { convertOnnx } = (await import(path)) as typeof import('../../src/convert.js');
      const onnx = await (await fetch('/test/fixtures/tiny/separable.onnx')).arrayBuffer();
      return [...(await convertOnnx(new Uint8Array(onnx)))];
    });
    assert.equal(
      Uint8Array.from(found),
      new Uint8Array(await convertOnnx(new Uint8Array(readFileSync('test/fixtures/tiny/separable.onnx')))),
    );
  });

  test.run();
}
