// The page of `groupwise bench --profile --html`: what it says, and how it looks in a browser.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../src/convert.js';
import type { NetworkProfile } from '../../src/report/profile.js';
import { hasBrowser, launchBrowser, noteSkippedWithoutBrowser } from '../support/browser.js';
import { groupwise, temporaryFolder } from '../support/command.js';
import { floats, writeOnnx } from '../support/onnx/write.js';
import { checkPage } from '../support/page.js';
import { seededFloats } from '../support/seeded.js';

const EVIL = '"/><script>alert(1)</script>&amp;\u0001';

const conv = (input: string, output: string, attributes: Record<string, number | number[]> = {}) => ({
  ...{ op: 'Conv', attributes },
  ...{ inputs: [input, `${output}.w`], outputs: [output] },
});

const weights = (output: string, dims: number[]) =>
  floats(`${output}.w`, dims, [
    ...seededFloats(
      dims.reduce((product, size) => product * size, 1),
      1,
      -1,
      1,
    ),
  ]);

const network = writeOnnx({
  nodes: [
    conv('x', EVIL),
    conv(EVIL, 'b', { group: 32, pads: [1, 1, 1, 1] }),
    conv('b', 'c', { group: 4 }),
    { op: 'Softmax', inputs: ['c'], outputs: ['d'], attributes: { axis: 1 } },
    { op: 'Flatten', inputs: ['d'], outputs: ['y'] },
  ],
  inputs: [{ name: 'x', dims: [1, 3, 24, 24] }],
  outputs: ['y'],
  tensors: [weights(EVIL, [32, 3, 1, 1]), weights('b', [32, 1, 3, 3]), weights('c', [16, 8, 1, 1])],
});

const folder = temporaryFolder();
const path = (name: string): string => join(folder, name);
let page: string;
let profile: NetworkProfile;

const test = suite('profile page');

test.before(async () => {
  writeFileSync(path('model.gw'), await convertOnnx(network));
  const words = ['bench', path('model.gw'), '--runs', '3', '--profile', '--json', '--html', path('profile.html')];
  const { code, out, err } = groupwise(words);
  assert.is(code, 0, err);
  assert.match(err, /^written .*profile\.html, [\d.]+ KiB\n$/);
  page = readFileSync(path('profile.html'), 'utf8');
  profile = (JSON.parse(out) as { profile: NetworkProfile }).profile;
});

test('the page is well-formed and loads nothing', () => {
  checkPage(page);
});

/** The part of the page with this id. */
const sectionOf = (id: string): string => page.split(`<section id="${id}">`)[1]!.split('</section>')[0]!;

/** The texts of the cells of each row in the body of a table. */
const rowsOf = (markup: string): string[][] =>
  [...markup.split('<tbody>')[1]!.matchAll(/<tr[^]*?<\/tr>/g)].map(([row]) =>
    [...row.matchAll(/<t[hd][^>]*>([^]*?)<\/t[hd]>/g)].map(([, cell]) => cell!.replace(/<[^>]*>/g, '')),
  );

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

test('each layer has a row with its shapes, time and share', () => {
  const rows = rowsOf(sectionOf('all'));
  assert.is(rows.length, profile.layers.length);
  assert.ok(profile.layers.length > 5);
  profile.layers.forEach(({ name, kind, inputs, output, share, bytes, macs }, i) => {
    const [place, shownName, shownKind, from, to, work, time, shownShare] = rows[i]!;
    assert.equal([place, shownKind], [String(i + 1), kind]);
    if (!name.includes('script')) assert.is(shownName, name);
    assert.equal([from, to], [inputs.map((shape) => shape.join('×')).join(', '), output.join('×')]);
    assert.equal([time === 'free', shownShare], [!bytes, bytes ? percent(share) : '']);
    assert.is(work!.endsWith('MACs'), macs > 0);
  });
});

test('each kind has a row, and each layer a bar in its colour in both charts', () => {
  const rows = rowsOf(sectionOf('kinds'));
  assert.equal(
    rows.map(([kind, layers]) => [kind, layers]),
    profile.kinds.map(({ kind, layers }) => [kind, String(layers)]),
  );
  const colours = [...sectionOf('kinds').matchAll(/class="swatch (g\d)"/g)].map(([, colour]) => colour);
  assert.is(new Set(colours).size, profile.kinds.length);
  const charts = sectionOf('bars').split('<figure').slice(1);
  assert.is(charts.length, 2);
  for (const chart of charts) {
    const bars = [...chart.matchAll(/<a href="#row-(\d+)".*?<\/a>/g)];
    assert.equal(
      bars.map(([, place]) => Number(place)),
      profile.layers.map(({ place }) => place),
    );
    bars.forEach(([bar], i) => {
      const { kind } = profile.layers[i]!;
      const colour = / class="(g\d)"/.exec(bar)?.[1];
      assert.ok(colour === undefined || colour === colours[profile.kinds.findIndex((own) => own.kind === kind)]);
    });
  }
  assert.match(sectionOf('bars'), /b\/conv \(conv, depthwise 3x3\): [\d.]+ ms</);
});

test('the page says where, how and with which peak it was measured', () => {
  assert.match(page, `${process.platform} ${process.arch}`);
  assert.match(page, process.versions.v8);
  assert.match(page, /<code>groupwise bench \S+model\.gw --runs 3 --profile --json --html \S+<\/code>/);
  assert.match(sectionOf('costs'), /Peak<\/dt><dd>[\d.]+ GMAC\/s/);
});

test('a page needs a profile, a place of its own, and a folder that exists', () => {
  const before = readFileSync(path('model.gw'));
  for (const [words, code, message] of [
    [['--html', path('x.html')], 2, /--html is the page of a profile: give --profile as well/],
    [['--profile', '--html', '-', '--json'], 2, /--html and --json cannot both go to standard output/],
    [['--profile', '--html', path('model.gw')], 2, /model\.gw/],
    [['--profile', '--html', path('none/x.html')], 1, /cannot write .*x\.html: its folder does not exist/],
  ] as const) {
    const outcome = groupwise(['bench', path('model.gw'), '--runs', '1', ...words]);
    assert.equal([outcome.code, outcome.out], [code, '']);
    assert.match(outcome.err, message);
  }
  assert.equal(readFileSync(path('model.gw')), before);
  const { out } = groupwise(['bench', '-', '--runs', '1', '--profile', '--html', '-'], before);
  assert.match(out, /^<!doctype html>[^]*<h1>Model<[^]*<\/html>\n$/);
});

noteSkippedWithoutBrowser('the page of a profile');
if (hasBrowser) {
  test('Chromium shows it at the width of a phone and of a desk, light and dark, and sorts its table', async () => {
    const browser = await launchBrowser();
    try {
      for (const [width, colorScheme] of [
        [390, 'light'],
        [1280, 'dark'],
      ] as const) {
        const tab = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
        const problems: string[] = [],
          asked: string[] = [];
        tab.on('pageerror', (error) => problems.push(error.message));
        tab.on('console', (message) => problems.push(message.text()));
        tab.on('request', (request) => asked.push(request.url()));
        await tab.goto(pathToFileURL(path('profile.html')).href);
        const [wide, paper] = await tab.evaluate(() => [
          document.documentElement.scrollWidth,
          getComputedStyle(document.body).backgroundColor,
        ]);
        assert.equal([wide, paper === 'rgb(255, 255, 255)'], [width, colorScheme === 'light']);
        const byTime = profile.layers.map((_, index) => index);
        const key = (index: number): number => {
          const { bytes, milliseconds } = profile.layers[index]!;
          return bytes ? milliseconds : -1;
        };
        byTime.sort((a, b) => key(b) - key(a) || a - b);
        await tab.click('#all th:nth-child(7) label');
        const tops = await tab.evaluate(() =>
          [...document.querySelectorAll('#all tbody tr')].map((row) => row.getBoundingClientRect().top),
        );
        assert.equal(
          tops.map((_, index) => index).sort((a, b) => tops[a]! - tops[b]!),
          byTime,
        );
        const lengths = await tab.evaluate(() =>
          [...document.querySelectorAll('#all tbody .bar')].map((bar) => bar.getBoundingClientRect().width),
        );
        const shares = profile.layers.filter(({ bytes }) => bytes).map(({ share }) => share);
        const most = Math.max(...shares);
        lengths.forEach((length, i) =>
          assert.ok(Math.abs(length / Math.max(...lengths) - shares[i]! / most) < 0.02, 'a bar has its length'),
        );
        assert.equal([problems, asked.length], [[], 1]);
        await tab.close();
      }
    } finally {
      await browser.close();
    }
  });
}

test.run();
