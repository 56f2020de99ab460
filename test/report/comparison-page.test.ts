// The page about a network before and after: what it says, and how it looks in a browser, on phones as well.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Comparison } from '../../src/calibration/comparison.js';
import { renderComparison } from '../../src/report/comparison-page.js';
import { int8Layers } from '../../src/report/int8-page.js';
import { prunedLayers } from '../../src/report/prune-page.js';
import { hasBrowser, launchBrowser, noteSkippedWithoutBrowser } from '../support/browser.js';
import { temporaryFolder } from '../support/command.js';
import { checkPage } from '../support/page.js';

const test = suite('comparison page');

const EVIL = '"/><script>alert(1)</script>&amp;\u0001';

const comparison: Comparison = {
  model: 'net.gw',
  folder: EVIL,
  photos: { calibration: 100, heldOut: 200, unreadable: 25 },
  unreadable: Array.from({ length: 25 }, (_, i) => ({ path: `${EVIL}/${i}.jpg`, reason: 'it is cut off' })),
  warnings: [`the model is slower: ${EVIL}`],
  bytes: { before: 1.25 * 2 ** 20, after: 0.5 * 2 ** 20 },
  speed: { measured: 0.9, times: { before: 0.95, after: 1.05 } },
  likeness: { photos: 200, agreement: 0.875, scoreDifference: 0.0123 },
  worst: [],
  seconds: 12,
};

const deep = (place: number): string => `network/block_${place}/expanded_conv/project_batch_norm/FusedBatchNorm`;

const INT8 = [
  { name: deep(1), op: 'transpose', isInt8: false, floatReason: 'transpose has no int8 form' },
  { name: deep(2), op: 'convInt8', isInt8: true, decibels: 40.5 },
  { name: deep(3), op: 'conv', isInt8: false, floatReason: 'kept in float by --keep-agreement' },
  { name: deep(4), op: 'convInt8', isInt8: true, decibels: 9.5 },
  { name: deep(5), op: 'maxInt8', isInt8: true, decibels: Infinity },
  { name: deep(6), op: 'transpose', isInt8: false, floatReason: 'transpose has no int8 form' },
];

const PRUNED = [0.1, 0.85, 0.4].map((zeros, i) => ({
  name: deep(i + 1),
  inputs: 1280,
  outputs: 1280,
  kernel: [3, 3],
  zeros,
}));

const pageOf = (layers: ReturnType<typeof int8Layers>): string =>
  renderComparison(
    comparison,
    { title: 'int8', purpose: 'calibrate', cards: [], layers, labels: undefined },
    { machine: 'a machine', date: new Date(0) },
  );

const pages = { int8: pageOf(int8Layers(INT8)), pruned: pageOf(prunedLayers(PRUNED)) };

/** The layers in the order of the rows. */
const rowsOf = (page: string): number[] =>
  [...page.matchAll(/<td class="number">(\d+)<\/td><th scope="row">/g)].map(([, place]) => Number(place));

test('is valid HTML and XML that loads nothing', () => {
  for (const page of Object.values(pages)) checkPage(page);
});

test('has the warnings, and the photos that could not be read with the reasons', () => {
  for (const page of Object.values(pages)) {
    assert.match(page, /<li><strong>Warning:<\/strong> the model is slower: &quot;/);
    assert.match(page, /<summary>25 photos could not be read<\/summary>/);
    assert.is(page.match(/: it is cut off<\/li>/g)!.length, 20);
    assert.match(page, /<li>and 5 more<\/li>/);
  }
});

test('says which layers stay in float, and why', () => {
  assert.match(
    pages.int8,
    new RegExp(`<li>2 layers: transpose has no int8 form <span class="quiet">${deep(1)}, ${deep(6)}</span></li>`),
  );
  assert.match(
    pages.int8,
    new RegExp(`<li>1 layer: kept in float by --keep-agreement <span class="quiet">${deep(3)}</span></li>`),
  );
  assert.match(pageOf(int8Layers(INT8.slice(1, 2))), /None: all layers compute in int8\./);
});

test('the worst layers come first', () => {
  assert.equal(rowsOf(pages.int8), [4, 2, 5, 1, 3, 6]);
  assert.equal(rowsOf(pages.pruned), [2, 3, 1]);
});

test('a figure before and after has one unit, and scores are in percent', () => {
  assert.match(pages.int8, /<dd>0\.50 MiB <span class="quiet">1\.25 MiB before: 2\.50 times smaller</);
  assert.match(pages.int8, /<dd>1\.050 ms <span class="quiet">0\.950 ms before: 0\.90 times as fast, one thread</);
  assert.match(pages.int8, /<dd>1\.23 points </);
});

noteSkippedWithoutBrowser('the page in a browser');
if (hasBrowser) {
  const folder = temporaryFolder();
  test('shows all columns on phones and wide screens, light and dark, sorted as the rows are', async () => {
    const browser = await launchBrowser();
    try {
      for (const [name, page] of Object.entries(pages)) {
        const file = join(folder, `${name}.html`);
        writeFileSync(file, page);
        for (const [width, colorScheme] of [
          [360, 'light'],
          [360, 'dark'],
          [800, 'dark'],
          [1280, 'light'],
        ] as const) {
          const tab = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
          await tab.goto(pathToFileURL(file).href);
          const found = await tab.evaluate(() => ({
            page: document.documentElement.scrollWidth,
            right: Math.max(
              ...[...document.querySelectorAll('.sortable :is(th, td)')].map(
                (cell) => cell.getBoundingClientRect().right,
              ),
            ),
            tops: [...document.querySelectorAll('.sortable tbody tr')].map((row) => row.getBoundingClientRect().top),
            paper: getComputedStyle(document.body).backgroundColor,
          }));
          assert.is(found.page, width);
          assert.ok(found.right <= width, `${name} at ${width}: ${found.right}`);
          assert.equal(
            found.tops,
            [...found.tops].sort((a, b) => a - b),
          );
          assert.is(found.paper === 'rgb(255, 255, 255)', colorScheme === 'light');
          await tab.click('.sortable th:first-child label');
          const places = await tab.evaluate(() =>
            [...document.querySelectorAll('.sortable tbody tr')]
              .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
              .map((row) => Number(row.querySelector('td')!.textContent)),
          );
          assert.equal(
            places,
            places.map((_, i) => i + 1),
            'in the order of computation',
          );
          await tab.close();
        }
      }
    } finally {
      await browser.close();
    }
  });
}

test.run();
