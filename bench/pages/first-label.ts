// From a page's own start to its first label, with the bundled model: `node build/bench/pages/first-label.js [ROUNDS] [FOLDER]`
// writes first-label.json into FOLDER, bench/results/ by default. Every round is a new browser context, without anything in
// its cache. Times are those of the fastest round and the median.

import { gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../../test/support/browser.js';
import { serve } from '../../test/support/server.js';
import { conditionsOf, rounded, writeResults } from '../results.js';

const [ROUNDS, FOLDER] = [Number(process.argv[2] ?? 20), process.argv[3]];
const MODEL = 'models/cifar10-fast-flgc4/model.gw';
const PHOTO = 'examples/pictures/cat.jpg';

/** Marks are milliseconds from the navigation. */
const WORK = (load: string) => `
const marks = {};
const mark = (name) => (marks[name] = performance.now());
mark('own script');
${load}
mark('library');
const classifier = await loadClassifier('/${MODEL}');
mark('loaded');
const photo = document.querySelector('img');
const [{ label }] = await classifier.classify(photo);
mark('label');
for (let i = 0; i < 5; i++) await classifier.classify(photo);
mark('five more');
window.result = { label, marks };`;

/** The model starts to load with the page, as docs/loading.md advises. */
const HEAD = `<!doctype html><link rel="preload" as="fetch" crossorigin href="/${MODEL}"><img src="/${PHOTO}">`;

const page = (load: string, before = '') => `${HEAD}${before}<script type="module">${WORK(load)}</script>`;

const PAGES = {
  'script tag': page('const { loadClassifier } = groupwise;', '<script src="/dist/umd/groupwise.min.js"></script>'),
  module: page("const { loadClassifier } = await import('/dist/index.js');"),
  external: page("const { loadClassifier } = await import('/dist/external.js');"),
};

type Result = { label: string; marks: Record<string, number> };

const measure = async (browser: Browser, address: string): Promise<{ result: Result; files: string[] }> => {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const files: string[] = [];
    page.on('request', (request) => void files.push(new URL(request.url()).pathname));
    await page.goto(address);
    await page.waitForFunction('window.result');
    return { result: await page.evaluate<Result>('window.result'), files: [...new Set(files)] };
  } finally {
    await context.close();
  }
};

const sizeOf = (path: string): number => gzipSync(readFileSync(`.${path}`), { level: 9 }).length;

const names = Object.keys(PAGES) as (keyof typeof PAGES)[];
const pages = Object.fromEntries(names.map((name, i) => [`/${i}.html`, new TextEncoder().encode(PAGES[name])]));
const server = await serve(pages, "script-src 'self' 'unsafe-inline' 'unsafe-eval'");
const browser = await launchBrowser();
const results = names.map((): Awaited<ReturnType<typeof measure>>[] => []);
for (let round = 0; round < ROUNDS; round++) {
  for (const [i, list] of results.entries()) list.push(await measure(browser, `${server.origin}/${i}.html`));
}
const figures = results.map((list, i) => {
  const sorted = list.sort((a, b) => a.result.marks.label! - b.result.marks.label!);
  const [{ result, files }] = sorted as [(typeof sorted)[0]];
  const median = sorted[sorted.length >> 1]!.result.marks.label!;
  const loaded = files.filter((path) => !path.endsWith('.html') && !path.includes('favicon'));
  const bytesOf = (wanted: (path: string) => boolean): number =>
    loaded.filter(wanted).reduce((sum, path) => sum + sizeOf(path), 0);
  console.log(`${names[i]}: ${result.marks.label!.toFixed(0)} ms to "${result.label}" (median ${median.toFixed(0)})`);
  console.log(
    `  ${loaded.map((path) => `${path.slice(path.lastIndexOf('/') + 1)} ${sizeOf(path)}`).join(', ')} bytes, gzipped`,
  );
  return {
    name: names[i],
    bytes: bytesOf((path) => path.startsWith('/dist/')),
    modelBytes: bytesOf((path) => path.endsWith('.gw')),
    marks: Object.fromEntries(Object.entries(result.marks).map(([name, time]) => [name, rounded(time)])),
    medianLabelMs: rounded(median),
  };
});
console.table(Object.fromEntries(figures.map(({ name, marks }) => [name, marks])));
const conditions = conditionsOf(`node build/bench/pages/first-label.js ${ROUNDS}`);
const engine = `Chromium ${browser.version()}`;
console.log(writeResults('first-label', { ...conditions, browser: engine, rounds: ROUNDS, pages: figures }, FOLDER));
await browser.close();
server.close();
