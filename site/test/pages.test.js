// Every page: accessible, no wider than the screen, and its links lead somewhere.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { canVisit, PAGES, SCREENS, visiting } from './visit.js';

const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
const FOLDER = 'build/site';

const test = suite('pages of the site');

/** Violations on a page as text. */
const violationsOn = async (page) => {
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .slice(0, 3)
        .map(({ html }) => html)
        .join(' ')}`,
  );
};

/** Pages with everything that pages of the guide consist of. */
const FEW = ['index.html', 'guide/index.html', 'guide/classify.html', 'guide/api-node.html'];
const tested = process.env.SITE_PAGES === 'few' ? FEW : PAGES;

/** Each screen and each colour scheme once: pages of the guide have the same style. */
const LOOKS = [
  { screen: SCREENS.phone, colorScheme: 'dark' },
  { screen: SCREENS.desktop, colorScheme: 'light' },
];

if (canVisit) {
  test('axe finds nothing, and nothing is wider than the screen', () =>
    visiting(SCREENS.desktop, async (page, open) => {
      const faults = [];
      for (const path of tested) {
        await open(path);
        await page.evaluate(AXE);
        for (const { screen, colorScheme } of LOOKS) {
          const { width } = screen.viewport;
          await page.setViewportSize(screen.viewport);
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          for (const fault of await violationsOn(page))
            faults.push(`${path}, ${width} pixels, ${colorScheme}: ${fault}`);
          const actual = await page.evaluate(() => document.documentElement.scrollWidth);
          if (actual > width) faults.push(`${path} is ${actual} pixels wide, the screen has ${width}`);
        }
      }
      assert.equal(faults, []);
    }));
}

test('links lead to pages, files and anchors of the site', () => {
  const pages = new Map(PAGES.map((path) => [path, readFileSync(join(FOLDER, path), 'utf8')]));
  const faults = [];
  let links = 0;
  for (const [path, text] of pages) {
    for (const [, link] of text.matchAll(/\b(?:href|src)="([^"]+)"/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      links++;
      const [file, anchor] = link.split('#');
      const target = file ? normalize(join(dirname(path), file)) : path;
      const named = target.endsWith('/') || target === '.' ? join(target, 'index.html') : target;
      if (!existsSync(join(FOLDER, named))) faults.push(`${path} links to ${link}`);
      else if (anchor && !pages.get(named)?.includes(`id="${anchor}"`)) faults.push(`${path} links to ${link}`);
    }
  }
  assert.equal(faults, []);
  assert.ok(links > 1000, `${links} links`);
});

test('the guide has a page for each document, with its code', () => {
  const text = readFileSync(join(FOLDER, 'guide/classify.html'), 'utf8');
  assert.match(text, /<title>Classify pictures - groupwise<\/title>/);
  assert.match(text, /class="shiki/);
  for (const name of ['index', 'start', 'convert', 'errors', 'cli', 'training', 'models', 'api-index', 'api-node'])
    assert.ok(PAGES.includes(`guide/${name}.html`), name);
});

test.run();
