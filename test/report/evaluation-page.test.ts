// The page of an evaluation.

import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { thumbnail } from '../../src/eval/thumbnail.js';
import type { EvaluationResult } from '../../src/eval/metrics.js';
import { encodePng } from '../../src/node/encode-png.js';
import { decodeImage } from '../../src/node.js';
import { hasBrowser, launchBrowser, noteSkippedWithoutBrowser } from '../support/browser.js';
import { groupwise } from '../support/command.js';
import { at, model, pictures, prepareSet, set, SIDE } from '../support/eval-set.js';

const test = suite('eval page');
let whole: EvaluationResult;

test.before(async () => {
  whole = await prepareSet();
});

test('small pictures are those that were encoded, and large ones are made small', async () => {
  const pixels = await decodeImage(pictures[3]!.bytes);
  const again = await decodeImage(Buffer.from((await thumbnail(pictures[3]!.bytes)).split(',')[1]!, 'base64'));
  assert.equal([again.width, again.height], [SIDE, SIDE]);
  for (let i = 0; i < SIDE * SIDE; i++)
    for (let c = 0; c < 3; c++) assert.is(again.data[i * again.channels + c], pixels.data[i * pixels.channels + c]);
  const large = encodePng({ data: new Uint8Array(300 * 100 * 3).fill(77), width: 300, height: 100, channels: 3 });
  const small = await decodeImage(Buffer.from((await thumbnail(large)).split(',')[1]!, 'base64'));
  assert.equal([small.width, small.height, small.data[0]], [96, 32, 77]);
});

test('the page is one file that loads nothing', () => {
  const { code, out, err } = groupwise(['eval', model, set, '--html', at('report.html')]);
  assert.is(code, 0, err);
  assert.match(out, /top-1/);
  const page = readFileSync(at('report.html'), 'utf8');
  const elements = page.replace(/<style>[^<]*<\/style>/, '').replace(/ src="data:image\/png;base64,[\w+/=]*"/g, '');
  assert.not.match(elements, /<(script|link|iframe|object)|@import|\bsrc=|:\/\/|href="[^#]|url\(/);
  assert.match(page, /elk &amp; &lt;fox&gt;/);
  assert.is(page.match(/<img /g)!.length, whole.mistakes.length);
  const cells = [...page.matchAll(/<td class="(right|wrong)"[^>]*>(\d+)</g)].map(([, kind, images]) => [
    kind,
    Number(images),
  ]);
  assert.equal(
    cells,
    whole.confusion.map(([truth, predicted, images]) => [truth === predicted ? 'right' : 'wrong', images]),
  );
  assert.match(groupwise(['eval', model, set, '--html', '-']).out, /^<!doctype html>[^]*<\/html>\n$/);
});

noteSkippedWithoutBrowser('the page of an evaluation');
if (hasBrowser) {
  test('Chromium shows the page without complaint at the width of a phone and of a desk, light and dark', async () => {
    const browser = await launchBrowser();
    try {
      for (const width of [390, 1280]) {
        for (const colorScheme of ['light', 'dark'] as const) {
          const tab = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
          const problems: string[] = [],
            asked: string[] = [];
          tab.on('pageerror', (error) => problems.push(error.message));
          tab.on('console', (message) => problems.push(message.text()));
          tab.on('request', (request) => asked.push(request.url().slice(0, 10)));
          await tab.goto(pathToFileURL(at('report.html')).href);
          assert.is(await tab.evaluate(() => document.documentElement.scrollWidth), width);
          const shown = await tab.evaluate(() =>
            [...document.images].map(({ complete, naturalWidth }) => complete && naturalWidth),
          );
          assert.equal(
            shown,
            whole.mistakes.map(() => SIDE),
          );
          assert.equal([problems, asked.filter((url) => !url.startsWith('data:')).length], [[], 1]);
          await tab.close();
        }
      }
    } finally {
      await browser.close();
    }
  });
}

test.run();
