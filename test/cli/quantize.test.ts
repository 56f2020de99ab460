// `groupwise convert --quantize int8`.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { QuantizeResult } from '../../src/cli/quantize-text.js';
import { convertOnnx } from '../../src/convert.js';
import { loadModel } from '../../src/node.js';
import { groupwise, temporaryFolder } from '../support/command.js';
import { floats, writeOnnx } from '../support/onnx/write.js';
import { writePhotos } from '../support/photo-folder.js';
import { LABELS, modelBytes, onnx, onnxFor, photosFor, preprocess, SIDE } from '../support/prunable.js';

const test = suite('groupwise convert --quantize');
const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);

const model = at('small.gw');
writeFileSync(model, await modelBytes());
writeFileSync(at('bare.gw'), await modelBytes({}));
writeFileSync(at('small.onnx'), onnx);
writeFileSync(at('labels.txt'), LABELS.join('\n'));
writeFileSync(at('preprocess.json'), JSON.stringify(preprocess));
const photos = writePhotos(at('photos'), LABELS, 60);

const quantize = (input: string, words: readonly string[], place = photos) =>
  groupwise(['convert', input, '--quantize', 'int8', '--calibrate', place, ...words]);

const resultOf = (input: string, words: readonly string[]): QuantizeResult => {
  const { code, out, err } = quantize(input, [...words, '--json']);
  assert.is(code, 0, err);
  return JSON.parse(out) as QuantizeResult;
};

const fails = (input: string, words: readonly string[], message: RegExp, place = photos): void => {
  const { code, out, err } = quantize(input, ['-o', at('failed.gw'), ...words], place);
  assert.equal([code, out], [1, ''], err);
  assert.match(err, message);
  assert.not.match(err, /\n +at /);
  assert.not.ok(existsSync(at('failed.gw')));
};

test('prints what int8 costs, and writes a model that classifies', () => {
  const { code, out, err } = quantize(model, []);
  assert.is(code, 0, err);
  assert.match(out, /^small\.gw on photos: 48 photos to calibrate, 12 others to judge\n/);
  assert.match(
    out,
    /\nint8 {7}\d+ layers in int8, 1 in float; 2 conversions between them\nfloat {6}1 layer: transpose has no int8 form\n/,
  );
  assert.match(out, /\nspeed {6}(\d+\.\d\d times as fast|as fast as before): .* ms -> .* ms\n/);
  assert.match(out, /\naccuracy {3}[\d.]+ % -> [\d.]+ % \([+-][\d.]+ points, 12 photos\)\n/);
  assert.match(out, /\nnoise {6}signal-to-noise of int8 layers \d\d\.\d dB on average, at worst \d+\.\d dB \(.+\)\n/);
  assert.match(out, /\nmost changed photos +a score by +before +after\n\w+\/\d+\.png +0\.\d\d/);
  const int8 = at('small-int8.gw');
  assert.match(err, /written .*small-int8\.gw/);
  for (const stage of ['photos read', '% calibrated', '% of the noise measured', '% of the speed measured'])
    assert.ok(err.includes(stage), stage);
  assert.ok(statSync(int8).size < statSync(model).size / 2.5);
  assert.is(groupwise(['classify', int8, join(photos, 'ant', '0.png')]).code, 0);
  assert.match(groupwise(['inspect', int8]).out, /convInt8/);
});

test('a network gives the bytes that its model file gives, in every run, and JSON has the numbers', () => {
  const words = ['--labels', at('labels.txt'), '--preprocess', at('preprocess.json'), '--photos', '30'];
  const result = resultOf(at('small.onnx'), [...words, '-o', at('first.gw')]);
  assert.equal(result.photos, { calibration: 30, heldOut: 30, unreadable: 0 });
  assert.ok(result.likeness.agreement > 0.8);
  assert.is(result.likeness.accuracy!.photos, 30);
  assert.is(result.bytes.after, statSync(at('first.gw')).size);
  assert.ok(result.bytes.before > 2.5 * result.bytes.after);
  assert.is(result.worst.length, 12);
  assert.ok(result.worst[0]!.difference >= result.worst[11]!.difference);
  const { int8, float } = result.counts;
  assert.equal([result.layers.length, result.layers.filter(({ isInt8 }) => isInt8).length], [int8 + float, int8]);
  const second = quantize(at('bare.gw'), [...words, '-o', at('second.gw')]);
  assert.is(second.code, 0, second.err);
  assert.equal(readFileSync(at('second.gw')), readFileSync(at('first.gw')));
});

test('layers stay in float until the agreement is as asked', () => {
  const result = resultOf(model, ['--keep-agreement', '0.98', '-o', at('kept.gw')]);
  assert.equal(result.photos, { calibration: 36, choosing: 12, heldOut: 12, unreadable: 0 });
  const { wanted, expected, layers } = result.kept!;
  assert.is(wanted, 0.98);
  assert.ok(expected.share - expected.error >= wanted && layers.length > 0, `${expected.share} ${layers.length}`);
  const all = resultOf(model, ['-o', at('all.gw')]);
  assert.ok(!('kept' in all));
  assert.ok(result.counts.int8 < all.counts.int8);
  const { code, out, err } = quantize(model, ['--keep-agreement', '1', '-o', at('kept.gw')]);
  assert.is(code, 0, err);
  assert.match(out, /^small\.gw on photos: 36 photos to calibrate, 12 to choose layers, 12 others to judge\n/);
  assert.match(out, /\nkept {7}\d+ layers in float, for an expected agreement of \d\d\.\d\d ± \d\.\d\d %: /);
  assert.match(
    err,
    /^warning: no choice of layers that was tried has an expected agreement of at least 100\.00 %: the model is the one with/m,
  );
  assert.match(err, /note: the agreement is estimated from 48 photos: give a folder with 200 more than --photos/);
});

test('the page is one file that loads nothing, with the noise of layers and photos before and after', () => {
  const { code, err } = quantize(model, ['--keep-agreement', '0.9', '--html', at('int8.html'), '-o', at('paged.gw')]);
  assert.is(code, 0, err);
  const page = readFileSync(at('int8.html'), 'utf8');
  const elements = page.replace(/<style>[^<]*<\/style>/, '').replace(/ src="data:image\/png;base64,[\w+/=]*"/g, '');
  assert.not.match(elements, /<(script|link|iframe|object)|@import|\bsrc=|:\/\/|href="[^#]|url\(/);
  assert.is(page.match(/<img /g)!.length, 12);
  assert.match(page, /<th scope="row">.*<td>convInt8<\/td><td>int8<\/td><td class="track"><span>\d+\.\d dB<\/span>/);
  assert.match(page, /Kept in float/);
  assert.match(page, /<li>1 layer: transpose has no int8 form <span class="quiet">[^<]+<\/span><\/li>/);
  const noise = [...page.matchAll(/<td class="track"><span>(\d+\.\d) dB<\/span>/g)].map(([, decibels]) =>
    Number(decibels),
  );
  assert.equal(
    noise,
    [...noise].sort((a, b) => a - b),
    'the most noise comes first',
  );
  assert.match(page, /<td>(ant|bee|cat|dog|elk) \d+\.\d\d %<\/td>/);
});

test('any number of samples stays any, and sizes of photos that are open stay open', async () => {
  using own = await loadModel(readFileSync(at('small-int8.gw')));
  const [first, second] = photosFor(2, 9) as [Float32Array, Float32Array];
  const shape = [1, 3, SIDE, SIDE];
  const alone = [first, second].flatMap((data) => [...own.run({ data, shape })['y']!.data]);
  const data = Float32Array.from([...first, ...second]);
  assert.equal([...own.run({ data, shape: [2, 3, SIDE, SIDE] })['y']!.data], alone);

  const nodes = [
    { op: 'Conv', inputs: ['x', 'w'], outputs: ['c'], attributes: { pads: [1, 1, 1, 1] } },
    { op: 'Relu', inputs: ['c'], outputs: ['r'] },
    { op: 'GlobalAveragePool', inputs: ['r'], outputs: ['p'] },
    { op: 'Flatten', inputs: ['p'], outputs: ['y'] },
  ];
  const weights = Array.from({ length: 8 * 27 }, (_, i) => Math.sin(i * i));
  const open = writeOnnx({
    nodes,
    inputs: [{ name: 'x', dims: ['N', 3, 'h', 'w'] }],
    outputs: ['y'],
    tensors: [floats('w', [8, 3, 3, 3], weights)],
  });
  writeFileSync(at('open.gw'), await convertOnnx(open, { preprocess }));
  const { code, err } = quantize(at('open.gw'), []);
  assert.is(code, 0, err);
  using sizes = await loadModel(readFileSync(at('open-int8.gw')));
  using exact = await loadModel(readFileSync(at('open.gw')));
  const larger = { data: Float32Array.from({ length: 3 * 14 * 11 }, (_, i) => Math.sin(i / 3)), shape: [1, 3, 14, 11] };
  const expected = exact.run(larger)['y']!.data as Float32Array;
  (sizes.run(larger)['y']!.data as Float32Array).forEach((value, i) =>
    assert.ok(Math.abs(value - expected[i]!) < 0.05, `${value} ${expected[i]}`),
  );
});

test('the test vector is that of the int8 network, and the license is stored', () => {
  const words = ['--test-vector', 'random', '--license', 'CC0-1.0', '-o', at('vector.gw')];
  const { code, err } = quantize(model, words);
  assert.is(code, 0, err);
  assert.is(groupwise(['verify', at('vector.gw')]).code, 0);
  assert.match(groupwise(['inspect', at('vector.gw')]).out, /CC0-1\.0/);
});

test('words that do not fit are refused with the cure', () => {
  const refuses = (words: readonly string[], message: RegExp): void => {
    const { code, err } = groupwise(['convert', ...words]);
    assert.is(code, 2, err);
    assert.match(err, message);
  };
  refuses([model, '--calibrate', photos], /^groupwise: --calibrate needs --quantize int8, too\n/);
  refuses([model, '--json'], /^groupwise: --json needs --quantize int8 and --calibrate with a folder of photos\n/);
  refuses([model, '--quantize', 'int8'], /--quantize needs --calibrate with a folder of photos .* 100 to 1,000/);
  refuses([model, '--quantize', 'int4', '--calibrate', photos], /Allowed choices are int8/);
  const int8 = ['--quantize', 'int8', '--calibrate', photos];
  refuses(
    [model, ...int8, '--keep-agreement', '0.5'],
    /--keep-agreement must be from 0\.9 to 1, such as 0\.99, not '0\.5'/,
  );
  refuses([model, ...int8, '--photos', '0'], /--photos must be a whole number of at least 1/);
  refuses([model, ...int8, '--shape', 'x=1,3,9,9'], /--shape is for \.onnx and \.tflite networks/);
  refuses([model, ...int8, '--external-data'], /--external-data is for \.onnx and \.tflite networks/);
  refuses([model, ...int8, '--no-external-data'], /--no-external-data is for \.onnx and \.tflite networks/);
  refuses([model, ...int8, '--html', '-', '--json'], /--html - and --json cannot both go to standard output/);
  refuses([model, ...int8, '-o', model], /would be overwritten/);
});

test('networks and photos that cannot be used are refused with what was found and what to do', async () => {
  mkdirSync(at('empty'));
  fails(
    model,
    [],
    /empty: 0 photos among 0 files; at least 20 are needed: give a folder with 100 to 1,000 photos/,
    at('empty'),
  );
  fails(model, [], /ant: 12 photos among 12 files; at least 20 are needed/, join(photos, 'ant'));
  fails(model, [], /none/, at('none'));
  mkdirSync(at('broken'));
  for (let i = 0; i < 20; i++) writeFileSync(join(at('broken'), `${i}.png`), 'no photo');
  fails(model, [], /broken: no photo of 16 could be read; \d+\.png: /, at('broken'));
  fails(
    at('bare.gw'),
    [],
    /bare\.gw: the model does not say how a photo becomes its input: give --preprocess imagenet, inception or a JSON file\n/,
  );
  const again = /small-int8\.gw: it is quantised already: quantise the network of floats/;
  fails(at('small-int8.gw'), [], again);
  const inputs = ['a', 'b'].map((name) => ({ name, dims: ['N', 3, SIDE, SIDE] }));
  const two = writeOnnx({ nodes: [{ op: 'Add', inputs: ['a', 'b'], outputs: ['y'] }], inputs, outputs: ['y'] });
  writeFileSync(at('two.onnx'), two);
  fails(
    at('two.onnx'),
    [],
    /two\.onnx: a classifier has one image input and one vector of scores.*: only networks of this kind are quantised\n/,
  );
  const vectors = writeOnnx({
    nodes: ['y', 'z'].map((name) => ({ op: 'Flatten', inputs: ['x'], outputs: [name] })),
    inputs: [{ name: 'x', dims: ['N', 3, 1, 1] }],
    outputs: ['y', 'z'],
  });
  writeFileSync(at('vectors.onnx'), vectors);
  fails(at('vectors.onnx'), [], /vectors\.onnx: .*: only networks of this kind are quantised\n/);
  writeFileSync(at('one.gw'), await convertOnnx(onnxFor(1), { preprocess }));
  fails(
    at('one.gw'),
    [],
    /one\.gw: output "y" has one score, so all photos have the same best class.*: give the network/,
  );
  const flat = writeOnnx({
    nodes: [{ op: 'Flatten', inputs: ['x'], outputs: ['y'] }],
    inputs: [{ name: 'x', dims: ['N', 3, 1, 1] }],
    outputs: ['y'],
  });
  writeFileSync(
    at('flat.gw'),
    await convertOnnx(flat, { preprocess: { ...preprocess, width: 1, height: 1, resize: 'squash' } }),
  );
  fails(at('flat.gw'), [], /flat\.gw: none of its layers can compute in int8/);
});

test('photos that cannot be read are named with the reason, the first three in the text and all in JSON', () => {
  const place = writePhotos(at('partly'), LABELS, 30);
  for (let i = 0; i < 5; i++) writeFileSync(join(place, 'ant', `wrong${i}.png`), 'no photo');
  const words = ['--photos', '28', '-o', at('partly.gw')];
  const { code, out, err } = quantize(model, words, place);
  assert.is(code, 0, err);
  const [first = '', ...lines] = out.split('\n');
  assert.match(first, /, 5 could not be read$/);
  assert.match(lines[0]!, /^unread {5}ant\/wrong\d\.png: the image is of an unknown kind/);
  assert.match(lines[2]!, /^ {11}ant\/wrong\d\.png: the image is of an unknown kind/);
  assert.is(lines[3], '           and 2 more');
  const { photos: counts, unreadable } = JSON.parse(quantize(model, [...words, '--json'], place).out) as QuantizeResult;
  assert.is(counts.unreadable, 5);
  assert.equal(
    unreadable.map(({ path }) => path).sort(),
    [0, 1, 2, 3, 4].map((i) => `ant/wrong${i}.png`),
  );
  assert.match(unreadable[4]!.reason, /^the image is of an unknown kind/);
});

test('--classes that do not fit are refused before a photo is read', () => {
  writeFileSync(at('few.txt'), 'ant\nbee');
  writeFileSync(at('other.json'), JSON.stringify({ ant: 0, bee: 9 }));
  for (const [file, message] of [
    ['few.txt', /photos: --classes lists 2 classes, but the model has 5/],
    [
      'other.json',
      /photos: --classes does not match the set: 'bee' has the value 9, which is not a class, 'cat' is not/,
    ],
    ['none.json', /cannot read .*none\.json: there is no such file; --classes takes sorted or a file/],
  ] as const) {
    const { code, err } = quantize(model, ['--classes', at(file), '-o', at('failed.gw')]);
    assert.is(code, 1, err);
    assert.match(err, message);
    assert.not.match(err, /photos read/);
  }
});

test('without --classes, folders that are not the classes leave the accuracy unknown, and a note says why', () => {
  const place = writePhotos(at('misnamed'), ['ant', 'bee', 'cow'], 30);
  const { code, out, err } = quantize(model, ['-o', at('misnamed.gw')], place);
  assert.is(code, 0, err);
  assert.match(out, /\naccuracy {3}unknown: /);
  assert.match(
    err,
    /^note: the accuracy will be unknown: 1 of 3 folders match no class of the model: no class is called cow/m,
  );
});

test('Ctrl-C ends the command, and no file is written', async () => {
  const words = ['convert', model, '--quantize', 'int8', '--calibrate', photos, '-o', at('interrupted.gw')];
  const child = spawn(process.execPath, ['dist/cli.js', ...words]);
  child.stderr.once('data', () => child.kill('SIGINT'));
  const signal = await new Promise((done) => child.on('close', (_, name) => done(name)));
  assert.is(signal, 'SIGINT');
  assert.not.ok(existsSync(at('interrupted.gw')));
});

test.run();
