// The comparison with other runtimes: figures, tables, command line.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

/** What the harness, which is JavaScript, exports to this test. */
type Harness = Record<'least' | 'median', (times: number[]) => number> & {
  relativeDifference: (output: number[], reference: number[]) => number;
  markdownOf: (results: object) => string;
  fastestPeerRows: (results: object) => string[][];
  parseOptions: (words: string[]) => { core: number; simds: string[]; peers: string[] };
  packed: (value: object) => Uint8Array<ArrayBuffer>;
  unpacked: (buffer: ArrayBuffer) => object;
};

const FOLDER = pathToFileURL(join(process.cwd(), 'bench/compare/'));
const load = async (file: string): Promise<Harness> => (await import(new URL(file, FOLDER).href)) as Harness;
const { least, median, relativeDifference } = await load('measure/statistics.js');
const { markdownOf } = await load('report/markdown.js');
const { fastestPeerRows } = await load('report/fastest-peers.js');
const { parseOptions } = await load('options.js');
const { packed, unpacked } = await load('measure/packed.js');

const test = suite('comparison with other runtimes');

test('the minimum and the median', () => {
  assert.is(least([3, 1, 2]), 1);
  assert.is(median([9, 1, 2]), 2);
  assert.is(median([9, 1, 2, 4]), 3);
});

test('outputs differ relative to the largest value, and wrong ones without bound', () => {
  assert.is(relativeDifference([1, -4.5, 2], [1, -4, 2]), 0.125);
  assert.is(relativeDifference([1], [1, 2]), Infinity);
  assert.is(relativeDifference([1, NaN], [1, 2]), Infinity);
});

test('published tables match their figures', () => {
  const folder = new URL('results/', FOLDER);
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  assert.ok(files.length);
  for (const file of files) {
    const results = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as object;
    assert.is(readFileSync(new URL(file.replace('.json', '.md'), folder), 'utf8'), markdownOf(results));
  }
});

test('ratios refer to groupwise with the same SIMD, and to the fastest form', () => {
  const figure = (runtime: string, simd: string, form: string, cpuMs: number) => ({
    runtime,
    simd,
    threads: 1,
    architecture: form === 'dense' ? 'plain' : 'grouped',
    form,
    cpuMs,
    fastestMs: cpuMs + 1,
    medianMs: cpuMs + 2,
    loadMs: 0,
    firstMs: 0,
    difference: 0,
  });
  const runtime = (name: string) => ({ name, title: name, packageName: null, version: '1', downloadBytes: 5000 });
  const results = {
    title: 'T',
    kind: 'forms',
    command: 'c',
    date: 'd',
    machine: { pinnedToCore: 0 },
    rounds: 1,
    runs: 1,
    networks: [
      { architecture: 'plain', form: 'dense', macs: 4e6, size: 9 },
      { architecture: 'grouped', form: 'masked', macs: 1e6, size: 9 },
    ],
    runtimes: [runtime('groupwise'), runtime('other')],
    figures: [
      figure('groupwise', 'plain', 'dense', 4),
      figure('groupwise', 'plain', 'masked', 2),
      figure('other', 'plain', 'dense', 6),
      figure('other', 'plain', 'masked', 5),
      figure('groupwise', 'relaxed', 'dense', 3),
      figure('groupwise', 'relaxed', 'masked', 1),
      figure('other', 'relaxed', 'dense', 6),
      figure('other', 'relaxed', 'masked', 3),
    ],
    failures: [],
  };
  const rows = markdownOf(results)
    .split('\n')
    .filter((line) => line.startsWith('| other'));
  assert.equal(rows, [
    '| other 1 | plain | 6.00 | **5.00** | 1.20 | 2.50 |',
    '| other 1 | relaxed | 6.00 | **3.00** | 2.00 | 3.00 |',
  ]);
  const dense = {
    ...results,
    kind: 'dense',
    networks: results.networks.slice(0, 1),
    figures: results.figures.filter(({ form }) => form === 'dense'),
  };
  assert.ok(markdownOf(dense).includes('| other 1 | relaxed | 6.00 | 7.00 | 8.00 | 2.00 | 0.0e+0 | 5 |'));
});

test('the summary has the fastest other runtime of pages, which may be a build without relaxed SIMD', () => {
  const figure = (runtime: string, simd: string, cpuMs: number, form = 'masked') => {
    return { runtime, simd, threads: 1, architecture: 'grouped', form, cpuMs };
  };
  const runtime = (name: string, downloadBytes: number | null = 1) => {
    return { name, title: name, packageName: name === 'groupwise' ? null : name, version: '1', downloadBytes };
  };
  const results = {
    title: 'T',
    kind: 'forms',
    networks: ['masked', 'padded'].map((form) => ({ architecture: 'grouped', form })),
    runtimes: [runtime('groupwise'), runtime('a'), runtime('b'), runtime('native', null)],
    figures: [
      figure('groupwise', 'plain', 4),
      figure('groupwise', 'relaxed', 2),
      figure('a', 'plain', 12),
      figure('a', 'plain', 10, 'padded'),
      figure('a', 'relaxed', 9),
      figure('b', 'plain', 8),
      figure('native', 'plain', 1),
    ],
  };
  assert.equal(fastestPeerRows(results), [
    ['T', 'plain', '4.00', 'b, masked', '8.00', '2.00', '1.00'],
    ['T', 'relaxed', '2.00', 'b, masked', '8.00', '4.00', '1.00'],
  ]);
});

test('tables of int8 compare with floats, and with groupwise in int8', () => {
  const figure = (runtime: string, form: string, cpuMs: number, fileBytes: number) => ({
    ...{ runtime, simd: 'plain', threads: 1, architecture: 'x', form, cpuMs, fileBytes },
    ...{ fastestMs: cpuMs, medianMs: cpuMs, loadMs: 0, firstMs: 0, difference: form === 'int8' ? 0.01 : 0 },
  });
  const runtime = (name: string) => ({ name, title: name, packageName: name, version: '1', downloadBytes: 5000 });
  const results = {
    ...{ title: 'T', kind: 'int8', command: 'c', date: 'd', machine: { pinnedToCore: 0 }, rounds: 1, runs: 1 },
    networks: ['dense', 'int8'].map((form) => ({ architecture: 'x', form, macs: 4e6, size: 9 })),
    runtimes: [runtime('groupwise'), runtime('b'), runtime('c')],
    figures: [
      figure('groupwise', 'dense', 8, 4e6),
      figure('groupwise', 'int8', 5, 1e6),
      figure('b', 'dense', 9, 4e6),
      figure('b', 'int8', 7, 1.1e6),
      figure('c', 'dense', 20, 4e6),
    ],
    failures: [{ runtime: 'c', simd: 'plain', threads: 1, architecture: 'x', form: 'int8', reason: 'no integers' }],
  };
  const markdown = markdownOf(results);
  assert.match(markdown, 'Multiply-adds: 4.0 M.');
  assert.match(
    markdown,
    '| runtime | SIMD | floats, CPU ms | int8, CPU ms | times as fast as floats | times groupwise |',
  );
  assert.match(markdown, '| **groupwise 1** | plain | 8.00 | 5.00 | 1.60 | 1.00 | 4.00 | 1.00 | 1.0e-2 |');
  assert.match(markdown, '| b 1 | plain | 9.00 | 7.00 | 1.29 | 1.40 | 4.00 | 1.10 | 1.0e-2 |');
  assert.match(markdown, '| c 1 | plain | 20.00 | cannot run |  |  | 4.00 |  |  |');
  assert.equal(
    fastestPeerRows({ ...results, runtimes: [{ ...runtime('groupwise'), packageName: null }, runtime('b')] }),
    [['T', 'plain', '5.00', 'b, int8', '7.00', '1.40', '']],
  );
});

test('a runtime that cannot run a network says so in the table', () => {
  const key = { simd: 'plain', threads: 1, architecture: 'x', form: 'dense' };
  const times = { cpuMs: 1, fastestMs: 1, medianMs: 1, loadMs: 1, firstMs: 1, difference: 0 };
  const results = {
    title: 'T',
    kind: 'dense',
    command: 'c',
    date: 'd',
    machine: { pinnedToCore: null },
    networks: [{ architecture: 'x', form: 'dense', macs: 1, size: 9 }],
    runtimes: ['groupwise', 'b'].map((name) => ({ name, title: name, version: '1', downloadBytes: 1000 })),
    figures: [{ ...key, ...times, runtime: 'groupwise' }],
    failures: [{ ...key, runtime: 'b', reason: 'no such op' }],
  };
  const markdown = markdownOf(results);
  assert.match(markdown, '| b 1 | plain | cannot run |  |  |  |  | 1 |');
  assert.match(markdown, '- b cannot run x, dense, with plain SIMD: no such op');
});

test('tables of Chromium have times on the clock, and the build that runs in an engine with relaxed SIMD', () => {
  const key = { simd: 'relaxed', threads: 1, architecture: 'x' };
  const times = { medianMs: 9, loadMs: 1, firstMs: 1, difference: 0 };
  const figure = (runtime: string, form: string, fastestMs: number) => ({ ...key, ...times, runtime, form, fastestMs });
  const runtime = (name: string, relaxed: boolean) => ({
    ...{ name, title: name, relaxed, version: '1', downloadBytes: 1000 },
    packageName: name === 'groupwise' ? null : name,
  });
  const results = {
    title: 'T in Chromium',
    kind: 'forms',
    command: 'c',
    date: 'd',
    machine: { processor: 'p', node: '20', browser: 'Chromium 1', pinnedToCore: null },
    networks: ['dense', 'masked'].map((form) => ({ architecture: 'x', form, macs: 1, size: 9 })),
    runtimes: [runtime('groupwise', true), runtime('b', false)],
    figures: [
      figure('groupwise', 'dense', 4),
      figure('groupwise', 'masked', 2),
      figure('b', 'dense', 6),
      figure('b', 'masked', 5),
    ],
    failures: [],
  };
  const forms = markdownOf(results);
  assert.match(forms, '| runtime | SIMD | dense, fastest ms | masked, fastest ms | times as fast as dense |');
  assert.match(forms, '| b 1 | plain | 6.00 | **5.00** | 1.20 | 2.50 |');
  assert.match(forms, ', Chromium 1. One thread');
  const dense = { ...results, kind: 'dense', networks: results.networks.slice(0, 1) };
  assert.match(markdownOf(dense), '| runtime | SIMD | fastest ms | median ms | times groupwise |');
  assert.match(markdownOf(dense), '| b 1 | plain | 6.00 | 9.00 | 1.50 | 0.0e+0 | 1 |');
  for (const markdown of [forms, markdownOf(dense)]) {
    assert.match(markdown, '- Times are on the clock');
    assert.not.match(markdown, 'CPU ms');
  }
  assert.equal(fastestPeerRows(results), [['T in Chromium', 'relaxed', '2.00', 'b, masked', '5.00', '2.50', '']]);
});

test('networks with typed arrays of any type arrive in a page as they were', () => {
  const inMiddle = Float32Array.of(0, 1.5, -2, 3).subarray(1, 3);
  const value = {
    nodes: [{ op: 'conv', weights: inMiddle, shape: [1, 2] }, { bias: null }],
    bytes: Uint8Array.of(1, 2, 3),
    empty: new Int32Array(),
    name: 'grün',
  };
  assert.equal(unpacked(packed(value).buffer), value);
  assert.throws(() => packed({ a: Float64Array.of(1) }), /cannot pack Float64Array; expected Uint8Array, /);
});

test('wrong command lines are refused with the correct form', () => {
  const wrong: [string, RegExp][] = [
    ['', /expected the name of one table: mobilenetv2, /],
    ['mobilenetv2 resnet50', /expected the name of one table/],
    ['mobilenet', /there is no table "mobilenet"; choose from mobilenetv2, /],
    ['resnet50 --peers tflite', /there is no runtime "tflite"; choose from litert, /],
    ['resnet50 --rounds 1.5', /--rounds is "1\.5"; expected an integer of at least 1/],
    ['resnet50 --threads 2', /--threads/],
    ['resnet50 --chromium --relaxed', /Chromium always has relaxed SIMD/],
    ['threads --chromium', /the table of threads is measured in Node/],
    [
      'resnet50 --chromium --peers ort-node',
      /there is no runtime for pages "ort-node"; choose from litert, tfjs, ort-web/,
    ],
  ];
  for (const [words, message] of wrong) assert.throws(() => parseOptions(words.split(' ').filter(Boolean)), message);
  assert.is(parseOptions(['resnet50', '--core', '0']).core, 0);
  assert.equal(parseOptions(['resnet50', '--chromium']).simds, ['relaxed']);
  assert.not(parseOptions(['resnet50', '--chromium']).peers.includes('ort-node'));
  const { status, stderr } = spawnSync(process.execPath, ['bench/compare/compare.js', 'mobilenet'], {
    encoding: 'utf8',
  });
  assert.is(status, 2);
  assert.match(stderr, 'there is no table "mobilenet"');
});

test.run();
