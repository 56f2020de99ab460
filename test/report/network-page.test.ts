// The report of `groupwise inspect --html`: what it says, and how it looks in a browser.

import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../src/convert.js';
import { loadModel, type Description } from '../../src/node.js';
import {
  groupOrder,
  idleChannels,
  memoryOrder,
  runsOf,
  type Channels,
  type Places,
} from '../../src/report/channel-order.js';
import { html } from '../../src/report/html.js';
import { hasBrowser, launchBrowser, noteSkippedWithoutBrowser } from '../support/browser.js';
import { groupwise, temporaryFolder } from '../support/command.js';
import { floats, writeOnnx } from '../support/onnx/write.js';
import { checkPage } from '../support/page.js';
import { mulberry32 } from '../support/seeded.js';

const EVIL = '"/><script>alert(1)</script>&amp;\u0001';

/** Scattered groups of uneven sizes, 0 for channels in none. */
const INPUTS = Array.from({ length: 64 }, (_, i) => (i % 11 === 5 ? 0 : 1 + (((i * 7) % 10) % 4)));
const OUTPUTS = Array.from({ length: 48 }, (_, i) => (i % 13 === 3 ? 0 : 1 + (((i * 5) % 9) % 4)));

const network = (): Uint8Array => {
  const next = mulberry32(3);
  const random = (count: number) => Array.from({ length: count }, () => next() * 2 - 1);
  const masked = OUTPUTS.flatMap((group) => INPUTS.map((own) => (group && group === own ? 0.5 + next() : 0)));
  const conv = (name: string, input: string, output: string, group = 1) => ({
    op: 'Conv',
    name,
    inputs: [input, `${output}.w`, `${output}.b`],
    outputs: [output],
    attributes: { group },
  });
  return writeOnnx({
    nodes: [
      conv('dense', 'x', 'a'),
      conv('grouped', 'a', 'b', 4),
      conv(`blocks ${EVIL}`, 'b', 'c'),
      { ...conv('depthwise', 'c', 'd'), attributes: { group: 48, pads: [1, 1, 1, 1] } },
      { op: 'Flatten', inputs: ['d'], outputs: ['y'] },
    ],
    inputs: [{ name: 'x', dims: ['N', 3, 6, 6] }],
    outputs: ['y', 'b'], // so that b keeps the channels that no group reads
    tensors: [
      floats('a.w', [32, 3, 1, 1], random(96)),
      floats('a.b', [32], random(32)),
      floats('b.w', [64, 8, 1, 1], random(512)),
      floats('b.b', [64], random(64)),
      floats('c.w', [48, 64, 1, 1], masked),
      floats('c.b', [48], random(48)),
      floats('d.w', [48, 1, 3, 3], random(432)),
      floats('d.b', [48], random(48)),
    ],
  });
};

const folder = temporaryFolder();
const path = (name: string): string => join(folder, name);
let page: string;
let description: Description;

const test = suite('report');

test.before(async () => {
  const bytes = await convertOnnx(network(), {
    license: 'CC0-1.0',
    labels: Array.from({ length: 1728 }, (_, i) => `<${i}>`),
  });
  writeFileSync(path('model.gw'), bytes);
  const { code, out, err } = groupwise(['inspect', path('model.gw'), '--html', path('report.html'), '--runs', '2']);
  assert.equal([code, out], [0, ''], err);
  page = readFileSync(path('report.html'), 'utf8');
  using model = await loadModel(bytes);
  description = model.describe();
});

test('describe tells the groups and what they save', () => {
  const [dense, grouped, blocks, depthwise] = description.layers.filter(({ op }) => op === 'conv');
  assert.equal(
    [dense, grouped, blocks, depthwise].map((layer) => layer!.kind),
    ['dense', 'grouped', 'blocks', 'depthwise'],
  );
  assert.equal([dense!.groups, depthwise!.groups], [undefined, undefined]);
  assert.equal(
    grouped!.groups!.map(({ inputs, outputs }) => [inputs.length, outputs.length]),
    new Array(4).fill([8, 16]),
  );
  assert.equal(grouped!.dense, { macs: grouped!.macs * 4, weights: 32 * 64 + 64 });
  const sizes = [1, 2, 3, 4].map((group) =>
    [INPUTS, OUTPUTS].map((list) => list.filter((own) => own === group).length),
  );
  const sorted = (list: number[][]) => list.map(String).sort();
  assert.equal(sorted(blocks!.groups!.map(({ inputs, outputs }) => [inputs.length, outputs.length])), sorted(sizes));
  assert.is(blocks!.macs, sizes.reduce((sum, [inputs, outputs]) => sum + inputs! * outputs!, 0) * 36);
  assert.equal(blocks!.dense, { macs: 64 * 48 * 36, weights: 64 * 48 + 48 });
  const total = (key: 'macs' | 'weights') => description.layers.reduce((sum, layer) => sum + layer.dense[key], 0);
  assert.equal(description.dense, { macs: total('macs'), weights: total('weights') });
});

test('the table of inspect shows groups and their share of the dense costs', () => {
  const { out } = groupwise(['inspect', path('model.gw')]);
  assert.match(out, / 4 +\[1,6,6,48\].* \d\d %/);
  assert.match(out, /MACs, .* weights; without groups .* MACs/);
});

test('inspect shows how many channels were pruned', async () => {
  const bytes = await convertOnnx(readFileSync('test/fixtures/groups/condense-few-converted-dynamo.onnx'));
  writeFileSync(path('pruned.gw'), bytes);
  using model = await loadModel(bytes);
  const { layers, metadata } = model.describe();
  const made = layers.filter(({ op }) => op === 'conv').map(({ output }) => output.at(-1)!);
  assert.equal(made, [13, 8, 11, 32]);
  assert.is(metadata.pruned, 16 + 16 + 24 + 32 - 13 - 8 - 11 - 32); // of the layers of the network as it was trained
  assert.match(groupwise(['inspect', path('pruned.gw')]).out, /^pruned +24 unused channels were removed$/m);
  const { out } = groupwise(['inspect', path('pruned.gw'), '--json', '--html', path('pruned.html'), '--runs', '1']);
  assert.is((JSON.parse(out) as { metadata: { pruned: number } }).metadata.pruned, 24);
  assert.match(readFileSync(path('pruned.html'), 'utf8'), /24 unused channels/);
});

test('gated layers are shown with their heads', async () => {
  writeFileSync(path('gated.gw'), await convertOnnx(readFileSync('test/fixtures/groups/msgc-mobilenet-dynamo.onnx')));
  const { layers } = JSON.parse(
    groupwise(['inspect', path('gated.gw'), '--json', '--html', path('gated.html'), '--runs', '2']).out,
  ) as Description;
  const gated = layers.filter(({ op }) => op === 'gatedConv');
  assert.ok(gated.length > 0);
  const text = groupwise(['inspect', path('gated.gw')]).out;
  assert.match(text, /gatedConv +\d+ chosen/);
  assert.match(text, /MACs at most: gated layers choose channels per sample/);
  const drawn = readFileSync(path('gated.html'), 'utf8');
  for (const { kind, heads, inputs, output } of gated) {
    assert.is(kind, 'gated');
    assert.equal([heads!.inputs, heads!.count * heads!.outputs], [inputs[0]!.at(-1), output.at(-1)]);
    assert.is(inputs[1]![1], heads!.count, 'the gates have a row for each head');
  }
  const sections = drawn
    .split('<section class="layer"')
    .slice(1)
    .filter((section) => section.includes('convolution, gated: '));
  assert.equal(
    sections.map((section) => section.match(/<title>Head /g)!.length),
    gated.map(({ heads }) => heads!.count),
  );
  assert.not.match(drawn, /<td>[a-zA-Z, 0-9]*conv[a-z0-9, ]*<\/td><td>free/i, 'every convolution has a time');
  for (const section of sections)
    assert.match(section, /<strong><data value="\d+">[^<]*<\/data><\/strong> for the measured input/);
});

test('the page is well-formed and loads nothing', () => {
  checkPage(page);
});

test('its numbers are those of describe', () => {
  const values = (text: string) => [...text.matchAll(/<data value="([^"]*)"/g)].map(([, value]) => Number(value));
  const costs = values(page.slice(page.indexOf('id="costs"'), page.indexOf('id="reading"')));
  const { macs, weights, dense, layers } = description;
  assert.equal([...costs.slice(0, 4)], [macs, dense.macs, weights, dense.weights]);
  layers.forEach((layer, i) => {
    if (!layer.kind) return;
    const section = page.split(`id="layer-${i + 1}"`)[1]!.split('</section>')[0]!;
    const [macsShown, weightsShown] = section.split('<dt>Weights').map(values);
    assert.is(macsShown![0], layer.macs);
    assert.is(weightsShown![0], layer.weights);
    if (layer.groups) assert.equal([macsShown![1], weightsShown![1]], [layer.dense.macs, layer.dense.weights]);
    if (layer.groups) assert.is(section.match(/<tr>/g)!.length, layer.groups.length + 1);
  });
  assert.is(page.match(/<tr id="row-/g)!.length, layers.length);
  assert.match(page, /CC0-1\.0/);
  assert.match(page, /for 1728 classes/);
});

test('runs of channels instead of channels keep it small', () => {
  assert.ok(statSync(path('report.html')).size < 40_000, `${statSync(path('report.html')).size} bytes`);
});

const overlapping: Channels = {
  inputs: 7,
  outputs: 5,
  groups: [
    { inputs: [6, 0, 2], outputs: [4] },
    { inputs: [2, 1], outputs: [0, 2] },
    { inputs: [3], outputs: [] },
    { inputs: [], outputs: [1] },
  ],
};

test('channels are sorted by their groups, idle ones are found, runs are joined', () => {
  const { inputs, outputs } = groupOrder(overlapping);
  assert.equal(inputs, [0, 3, 2, 4, 5, 6, 1]);
  assert.equal(outputs, [1, 3, 2, 4, 0]);
  assert.equal(idleChannels(overlapping), { inputs: [3, 4, 5], outputs: [1, 3] });
  assert.equal(runsOf([4, 0, 1, 0, 6], memoryOrder(overlapping).inputs), [
    [0, 2],
    [4, 1],
    [6, 1],
  ]);
});

test('text is escaped, markup is not', () => {
  assert.is(
    html`<p title="${'"&\u0000'}">${html`<b>${'<'}</b>`}${[1, undefined, false, 'x']}</p>`.markup,
    '<p title="&quot;&amp;\ufffd"><b>&lt;</b>1x</p>',
  );
});

test('contradictory command lines are refused', () => {
  const before = readFileSync(path('model.gw'));
  for (const words of [
    ['--html', path('model.gw')],
    ['--html', '-', '--json'],
    ['--html', path('x.html'), '--runs', '0'],
  ]) {
    assert.is(groupwise(['inspect', path('model.gw'), ...words]).code, 2);
  }
  assert.equal(readFileSync(path('model.gw')), before);
  assert.match(
    groupwise(['inspect', '-', '--html', '-', '--runs', '1'], before).out,
    /^<!doctype html>[^]*<h1>Model<[^]*<\/html>\n$/,
  );
});

/** What the pixels of a picture must be: the group of each output and input, -1 for none, -2 for idle channels. */
const expectedCells = (channels: Channels, places: Places): number[][] => {
  const cells = Array.from({ length: channels.outputs }, () => new Array<number>(channels.inputs).fill(-1));
  const idle = idleChannels(channels);
  for (const input of idle.inputs) for (const row of cells) row[places.inputs[input]!] = -2;
  for (const output of idle.outputs) cells[places.outputs[output]!]!.fill(-2);
  channels.groups.forEach(({ inputs, outputs }, group) => {
    for (const output of outputs)
      for (const input of inputs) cells[places.outputs[output]!]![places.inputs[input]!] = group;
  });
  return cells;
};

noteSkippedWithoutBrowser('the report');
if (hasBrowser) {
  test('Chromium shows it without complaint, and the pictures show the groups', async () => {
    const browser = await launchBrowser();
    try {
      const tab = await browser.newPage({ viewport: { width: 390, height: 800 } });
      const problems: string[] = [],
        asked: string[] = [];
      tab.on('pageerror', (error) => problems.push(error.message));
      tab.on('console', (message) => problems.push(message.text()));
      tab.on('request', (request) => asked.push(request.url()));
      await tab.goto(pathToFileURL(path('report.html')).href);
      assert.is(await tab.evaluate(() => document.documentElement.scrollWidth), 390);
      const layer = description.layers.find(({ kind }) => kind === 'blocks')!;
      const channels: Channels = { inputs: 64, outputs: 48, groups: layer.groups! };
      const found = await tab.evaluate(picturesIn, `#layer-${description.layers.indexOf(layer) + 1} svg`);
      assert.equal(
        found,
        [groupOrder(channels), memoryOrder(channels)].map((places) => expectedCells(channels, places)),
      );
      const shown = async (): Promise<number[]> => {
        const tops = await tab.evaluate(() =>
          [...document.querySelectorAll('.layers tbody tr')].map((row) => row.getBoundingClientRect().top),
        );
        return tops.map((_, index) => index).sort((a, b) => tops[a]! - tops[b]!);
      };
      const byMacs = description.layers.map((_, index) => index);
      assert.equal(await shown(), byMacs);
      byMacs.sort((a, b) => description.layers[b]!.macs - description.layers[a]!.macs || a - b);
      await tab.click('.layers th:nth-child(6) label');
      assert.equal(await shown(), byMacs);
      await tab.click('.layers .sorting label');
      assert.equal(await shown(), byMacs.reverse());
      assert.equal([problems, asked.length], [[], 1]);
    } finally {
      await browser.close();
    }
  });
}

/**
 * Runs in the page: draws each picture with four pixels per channel and returns which group each channel's pixel
 * belongs to.
 */
const picturesIn = (selector: string): Promise<number[][][]> =>
  Promise.all(
    [...document.querySelectorAll<SVGSVGElement>(selector)].map(async (svg) => {
      const { width, height } = svg.viewBox.baseVal;
      const copy = svg.cloneNode(true) as SVGSVGElement;
      copy.removeAttribute('style');
      copy.setAttribute('width', String(width * 4));
      copy.setAttribute('height', String(height * 4));
      const groups = Array.from({ length: 10 }, (_, i) => {
        const colour = `rgb(${i * 20 + 20},0,0)`;
        return `.g${i}{fill:${colour};stroke:${colour}}`;
      });
      const style = `.idle{fill:#010101}.s{fill:none}${groups.join('')}`;
      copy.insertAdjacentHTML('afterbegin', `<style>${style}.s{stroke-opacity:1}path:not(.s){stroke:none}</style>`);
      const image = new Image();
      image.src = `data:image/svg+xml;utf8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
      await image.decode();
      const canvas = Object.assign(document.createElement('canvas'), { width: width * 4, height: height * 4 });
      const context = canvas.getContext('2d')!;
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      return Array.from({ length: height }, (_, y) =>
        Array.from({ length: width }, (_, x) => {
          const at = ((y * 4 + 2) * canvas.width + x * 4 + 2) * 4;
          if (!data[at + 3]) return -1;
          return data[at]! < 10 ? -2 : Math.round(data[at]! / 20) - 1;
        }),
      );
    }),
  );

test.run();
