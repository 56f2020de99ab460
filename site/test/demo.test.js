// The demo in Chromium, as visitors use it: with the mouse, by keyboard, with the camera, and without a network.

import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { canVisit, SCREENS, seeLabel, visiting } from './visit.js';

const MAX_START_MILLISECONDS = 1000;
const MAX_STARTS = 5;
const CAMERA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
const NETWORKS = ['Photos, 1,000 classes', 'Ten classes, dense', 'Ten classes, learned groups'];
const CATS = ['tiger cat', 'Egyptian cat', 'tabby'];

const test = suite('the demo');
const desktop = (name, visit, args) => canVisit && test(name, () => visiting(SCREENS.desktop, visit, args));

const startOf = async (page, open) => {
  await page.addInitScript(() => {
    const observer = new MutationObserver(() => {
      if (!document.querySelector('#samples button')) return;
      globalThis.usableAt = performance.now();
      observer.disconnect();
    });
    observer.observe(document, { childList: true, subtree: true });
  });
  await open('index.html');
  await page.waitForFunction(() => globalThis.usableAt);
  return page.evaluate(() => globalThis.usableAt);
};

canVisit &&
  test('the page can be used within a second', async () => {
    const times = [];
    // the fastest of several starts, because other programs use the machine too
    for (let start = 0; start < MAX_STARTS && !times.some((time) => time < MAX_START_MILLISECONDS); start++)
      await visiting(SCREENS.desktop, async (page, open) => times.push(await startOf(page, open)));
    assert.ok(Math.min(...times) < MAX_START_MILLISECONDS, `${times} ms`);
  });

desktop('pictures that are shown, chosen and dropped get the right label, and a heat map', async (page, open) => {
  await open('index.html');
  await seeLabel(page, CATS);
  assert.ok(await page.isVisible('#heat'));
  await page.uncheck('#heat-on');
  assert.not.ok(await page.isVisible('#heat'));
  await page.click('button:has(img[alt="Coffee"])');
  await seeLabel(page, ['espresso']);
  await page.waitForFunction(() => /espresso, \d+ percent/.test(document.querySelector('#spoken').textContent));
  await page.setInputFiles('#file', 'examples/pictures/airplane.jpg');
  await seeLabel(page, ['airliner']);
  const dropped = await page.evaluateHandle(
    (bytes) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], 'ship.jpg', { type: 'image/jpeg' }));
      return transfer;
    },
    [...readFileSync('examples/pictures/ship.jpg')],
  );
  await page.dispatchEvent('main', 'drop', { dataTransfer: dropped });
  await seeLabel(page, ['liner', 'container ship']);
});

desktop('files that are no pictures are refused with the reason', async (page, open) => {
  await open('index.html');
  await seeLabel(page, CATS);
  await page.setInputFiles('#file', { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('notes') });
  await page.waitForSelector('.wrong');
  assert.match(await page.textContent('#state'), /^The browser cannot show notes\.txt as a picture\. Choose a JPEG/);
  assert.ok(await page.isVisible('#picture[alt="Cat"]'));
  await seeLabel(page, CATS);
  await page.click('button:has(img[alt="Coffee"])');
  await seeLabel(page, ['espresso']);
});

desktop('another network, without a worker and with the same bits everywhere, answers too', async (page, open) => {
  await open('index.html');
  await seeLabel(page, CATS);
  await page.uncheck('#worker');
  await page.check('#deterministic');
  await page.selectOption('#model', { index: 2 });
  await seeLabel(page, ['cat']);
});

desktop('a model file of the visitor answers, and a damaged one is refused with the reason', async (page, open) => {
  await open('index.html');
  await seeLabel(page, CATS);
  const model = readFileSync('models/cifar10-fast-flgc4/model.gw');
  await page.setInputFiles('#network-file', { name: 'own.gw', mimeType: '', buffer: model });
  await page.click('button:has(img[alt="Airplane"])');
  await seeLabel(page, ['airplane']);
  assert.is(await page.evaluate(() => document.querySelector('#model').selectedOptions[0].textContent), 'own.gw');
  assert.match(await page.textContent('#about'), /Your file, 0\.3 MB/);
  await page.setInputFiles('#network-file', { name: 'half.gw', mimeType: '', buffer: model.subarray(0, 100_000) });
  await page.waitForSelector('.wrong');
  assert.match(await page.textContent('#state'), /^half\.gw cannot be opened: .*bytes/);
  await page.setInputFiles('#network-file', { name: 'text.onnx', mimeType: '', buffer: Buffer.from('no network') });
  await page.waitForFunction(() => /not an ONNX model/.test(document.querySelector('#state').textContent));
  assert.equal(await page.locator('#model option').allTextContents(), [...NETWORKS, 'own.gw']);
  await page.click('button:has(img[alt="Horse"])');
  await seeLabel(page, ['horse']);
  await page.selectOption('#model', { index: 0 });
  await page.click('button:has(img[alt="Airplane"])');
  await seeLabel(page, ['airliner']);
});

desktop('a file that is still being opened does not replace a network chosen later', async (page, open) => {
  await open('index.html');
  await seeLabel(page, CATS);
  await page.evaluate(
    (bytes) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([new Uint8Array(bytes)], 'own.gw'));
      document.querySelector('main').dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true }));
      const model = document.querySelector('#model');
      model.selectedIndex = 1;
      model.dispatchEvent(new Event('change'));
    },
    [...readFileSync('models/cifar10-fast-flgc4/model.gw')],
  );
  await seeLabel(page, ['cat']);
  assert.equal(await page.locator('#model option').allTextContents(), NETWORKS);
  assert.is(await page.evaluate(() => document.querySelector('#model').selectedIndex), 1);
});

canVisit &&
  test('on a phone, labels are in sight without scrolling', () =>
    visiting(SCREENS.phone, async (page, open) => {
      await open('index.html');
      await page.tap('button:has(img[alt="Coffee"])');
      await seeLabel(page, ['espresso']);
      const last = await page.locator('#results li').nth(4).boundingBox();
      assert.ok(last.y + last.height <= 844, `the last label ends at ${last.y + last.height}`);
    }));

/** What has the focus, and whether that can be seen. */
const focused = (page) =>
  page.evaluate(() => {
    const active = document.activeElement;
    const name = active.id || active.querySelector('img')?.alt || active.textContent.trim();
    const shown = active.id === 'file' ? document.querySelector('label[for=file]') : active;
    const { outlineStyle, outlineWidth } = getComputedStyle(shown);
    return { name, isVisible: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 };
  });

desktop('the keyboard reaches everything, and the focus can be seen', async (page, open) => {
  await open('index.html');
  await seeLabel(page, CATS);
  const names = [];
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press('Tab');
    const { name, isVisible } = await focused(page);
    assert.ok(isVisible, `the focus on ${name} cannot be seen`);
    names.push(name);
    if (name === 'Coffee') await page.keyboard.press('Enter');
    if (name === 'profile') break;
  }
  await seeLabel(page, ['espresso']);
  const wanted = [
    'Skip to the demo',
    'file',
    'camera',
    'Cat',
    'Coffee',
    'heat-on',
    'model',
    'network-file',
    'worker',
    'measure',
    'sort',
  ];
  for (const name of [...wanted, 'layer', 'profile']) assert.ok(names.includes(name), `${name} is not in ${names}`);
});

desktop(
  'the camera is classified frame after frame, and switched off',
  async (page, open) => {
    await open('index.html');
    await seeLabel(page, CATS);
    await page.click('#camera');
    await page.waitForFunction(() => document.querySelector('#state').textContent === 'Camera');
    await page.waitForFunction(() => document.querySelectorAll('#results li').length === 5);
    await page.selectOption('#model', { index: 2 });
    await page.waitForFunction(() => document.querySelector('#results .label').textContent.length > 0);
    assert.is(await page.getAttribute('#camera', 'aria-pressed'), 'true');
    await page.evaluate(() => (globalThis.track = document.querySelector('#video').srcObject.getTracks()[0]));
    await page.click('#camera');
    assert.is(await page.evaluate(() => globalThis.track.readyState), 'ended');
    assert.is(await page.getAttribute('#camera', 'aria-pressed'), 'false');
  },
  CAMERA,
);

desktop('both networks and the layers are timed, and groups are drawn', async (page, open) => {
  await open('index.html');
  await seeLabel(page, CATS);
  await page.click('#profile');
  await page.waitForSelector('#slowest tbody tr');
  assert.ok((await page.locator('#bars i').count()) > 50);
  await page.click('#measure');
  await page.waitForFunction(() => /times as fast/.test(document.querySelector('#race-state').textContent));
  const times = await page.locator('#race strong').allTextContents();
  assert.is(times.length, 2);
  for (const time of times) assert.match(time, /^\d+(\.\d+)? ms$/);
  const before = await page.innerHTML('#matrix');
  await page.click('#sort');
  assert.is.not(await page.innerHTML('#matrix'), before);
  assert.match(await page.textContent('#matrix-about'), /of 9,216 pairs are left/);
});

desktop('after the first visit the site works without a network', async (page, open, stopServer) => {
  await open('index.html');
  await seeLabel(page, CATS);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  stopServer();
  await page.reload();
  await seeLabel(page, CATS);
  await page.click('button:has(img[alt="Coffee"])');
  await seeLabel(page, ['espresso']);
  await page.click('nav a:has-text("Guide")');
  assert.is(await page.textContent('h1'), 'Documentation #');
});

test.run();
