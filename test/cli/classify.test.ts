// `groupwise classify`: models, ONNX networks, photos, results.

import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { classifyPhotos } from '../../src/cli/classify-photos.js';
import { Interruption } from '../../src/cli/interruption.js';
import { loadClassifier } from '../../src/node.js';
import { at, BARE_OPTIONS, bareModel, fails, LABELS, model, photo } from '../support/command-model.js';
import { groupwise, tiny, writePhoto } from '../support/command.js';

type Classified = { image: string; milliseconds: number; results: { label: string; index: number; score: number }[] };

const test = suite('groupwise classify');

/** The results of the only photo that is classified. */
const resultsOf = (words: readonly string[], input?: Uint8Array): Classified['results'] => {
  const { code, out, err } = groupwise(['classify', '--json', ...words], input);
  assert.is(code, 0, err);
  const [first, ...others] = JSON.parse(out) as Classified[];
  assert.is(others.length, 0);
  return first!.results;
};

test('classify prints labels as JSON and as a table', () => {
  const { code, out, err } = groupwise(['classify', model, photo, '--top', '3', '--json']);
  assert.equal([code, err], [0, '']);
  const [first, ...others] = JSON.parse(out) as Classified[];
  assert.is(others.length, 0);
  assert.equal(Object.keys(first!), ['image', 'milliseconds', 'results']);
  assert.is(first!.image, photo);
  assert.is(first!.results.length, 3);
  for (const { label, index } of first!.results) assert.is(label, LABELS[index]);
  const best = first!.results[0]!;
  assert.ok(best.score >= first!.results[1]!.score && best.score <= 1);
  assert.match(
    groupwise(['classify', model, photo]).out,
    new RegExp(`${(best.score * 100).toFixed(2)} %.*${best.label}`),
  );
  const streamed = JSON.parse(
    groupwise(['classify', model, '-', '--json', '--top', '3'], readFileSync(photo)).out,
  ) as Classified[];
  assert.equal([streamed[0]!.image, streamed[0]!.results], ['-', first!.results]);
});

test('other photos are classified when one cannot be read', () => {
  writeFileSync(at('text.jpg'), 'no photo');
  const { code, out, err } = groupwise(['classify', model, at('none.jpg'), photo, at('text.jpg'), '--json']);
  assert.is(code, 1);
  const [none, known, text] = JSON.parse(out) as (Classified & { reason: string })[];
  assert.equal([none!.image, known!.image, text!.image], [at('none.jpg'), photo, at('text.jpg')]);
  assert.match(none!.reason, /there is no such file/);
  assert.equal([known!.results.length, known!.reason, text!.results], [5, undefined, undefined]);
  assert.match(err, /none\.jpg: there is no such file/);
  assert.match(err, /text\.jpg/);
});

test('an index of parts that cannot be loaded is the fault of the model, whatever its name', () => {
  writeFileSync(at('flowers.json'), '{}');
  fails(['classify', at('flowers.json'), photo], /flowers\.json: not the index of a model in parts/);
  fails(['classify', at('none.json'), photo], /none\.json: there is no such file/);
});

test('options supply what a model lacks', () => {
  fails(['classify', bareModel, photo], /bare\.gw: the model does not say.*--preprocess imagenet, inception/);
  const prepared = groupwise(['classify', bareModel, photo, ...BARE_OPTIONS.slice(0, 2)]);
  assert.is(prepared.code, 0);
  assert.match(prepared.err, /^groupwise: .*bare\.gw names no classes.*--labels.*\n$/);
  assert.equal(resultsOf([bareModel, photo, ...BARE_OPTIONS]), resultsOf([model, photo]));
});

test('what is wrong with labels and preprocessing names their option and file', () => {
  writeFileSync(at('few.txt'), 'ant\nbee\n');
  fails(['classify', model, photo, '--labels', at('few.txt')], /^groupwise: --labels .*few\.txt: 2 labels, but/);
  writeFileSync(at('page.html'), '<!doctype html><title>labels</title>');
  fails(['classify', model, photo, '--labels', at('page.html')], /page\.html is an HTML page, not a list of labels/);
  writeFileSync(at('wide.json'), '{ "width": "wide" }');
  fails(
    ['classify', model, photo, '--preprocess', at('wide.json')],
    /--preprocess .*wide\.json: preprocess\.width is "wide"/,
  );
});

test('models come before the photos, and other files are neither', () => {
  const usage = (words: readonly string[], message: RegExp) => {
    const { code, out, err } = groupwise(['classify', ...words]);
    assert.equal([code, out], [2, '']);
    assert.match(err, message);
  };
  usage([photo, model], /separable\.gw is a model: name it before the photos/);
  usage(
    [bareModel, model, photo],
    /separable\.gw is a model: only one model can be given, and .*bare\.gw is the first/,
  );
  usage([photo, 'cifar10-fast-flgc4'], /cifar10-fast-flgc4 is a model: name it before the photos/);
  assert.match(
    groupwise(['classify', photo, 'modle']).err,
    /cannot read modle: there is no such file; if it is a model, name it before the photos/,
  );
  writeFileSync(at('model.jpg'), readFileSync(model));
  const { code, err } = groupwise(['classify', model, at('model.jpg')]);
  assert.is(code, 1);
  assert.match(err, /model\.jpg is a model: name it before the photos/);
  writeFileSync(at('other.xml'), '<?xml version="1.0"?><other/>');
  fails(
    ['classify', at('other.xml')],
    /other\.xml is neither a model \(\.gw, \.onnx, \.tflite\) nor a picture: it is an XML file/,
  );
});

test('a detector is run with another command', () => {
  assert.is(groupwise(['convert', tiny('two-inputs'), '-o', at('two.gw')]).code, 0);
  fails(['classify', at('two.gw'), photo], /two\.gw: .*: use `groupwise run`/);
});

test('--debug prints the stack for a photo as well', () => {
  assert.match(groupwise(['classify', model, at('none.jpg'), '--debug']).err, /LoadError: cannot read[^]*\n +at /);
});

test('a score below the threshold is not shown', () => {
  assert.match(groupwise(['classify', model, photo, '--threshold', '1']).out, /\(no score reaches 1\)/);
  for (const { score } of resultsOf([model, photo, '--threshold', '0.1'])) assert.ok(score >= 0.1);
});

test('an ONNX network is converted first', () => {
  assert.equal(resultsOf([tiny('separable'), photo, ...BARE_OPTIONS]), resultsOf([model, photo]));
  const { code, err } = groupwise(['classify', tiny('separable'), photo]);
  assert.is(code, 0, err);
  assert.match(err, /prepared as for ImageNet/);
  fails(
    ['classify', tiny('two-inputs'), photo, '--preprocess', 'imagenet'],
    /two-inputs\.onnx: preprocessing needs one input/,
  );
  const external = groupwise(['classify', 'test/fixtures/tiny/external/tiny.onnx', photo]);
  assert.is(external.code, 0, external.err);
  writeFileSync(at('text.onnx'), 'no network');
  fails(['classify', at('text.onnx'), photo], /text\.onnx: not an ONNX model/);
});

/** A result without its time. */
const timeless = ({ milliseconds: _, ...rest }: Classified): object => rest;

test('threads and lines of JSON give the same results in the order of the photos', () => {
  writeFileSync(at('text.jpg'), 'no photo');
  const photos = [photo, at('text.jpg'), at('none.jpg'), ...Array.from({ length: 9 }, () => photo)];
  const outputs = [
    ['--json'],
    ['--json', '--workers', '3'],
    ['--ndjson', '--workers', '1'],
    ['--ndjson', '--workers', '50'],
  ].map((options) => {
    const { code, out, err } = groupwise(['classify', model, ...photos, ...options]);
    assert.is(code, 1);
    assert.match(err, /text\.jpg[^]*none\.jpg[^]*groupwise: 2 of 12 photos could not be classified/);
    const lines = options[0] === '--ndjson' ? out.trim().split('\n') : [out];
    return lines.flatMap((line) => JSON.parse(line) as Classified | Classified[]).map(timeless);
  });
  assert.equal(
    outputs[0]!.map((one) => (one as Classified).image),
    photos,
  );
  for (const output of outputs) assert.equal(output, outputs[0]);
});

test('JSON is that of an array, also of photos that all fail', () => {
  const { out } = groupwise(['classify', model, at('none.jpg'), photo, '--json']);
  assert.is(out, `${JSON.stringify(JSON.parse(out), undefined, 2)}\n`);
  const { code } = groupwise(['classify', model, photo, '--json', '--ndjson']);
  assert.is(code, 2);
});

test('a first file that is neither a model nor a picture does not stop the photos after it', () => {
  writeFileSync(at('notes.txt'), 'notes');
  for (const first of [at('notes.txt'), at('.'), at('none.txt')]) {
    const { code, out, err } = groupwise(['classify', first, photo, photo, '--ndjson']);
    assert.is(code, 1);
    assert.equal(
      out
        .trim()
        .split('\n')
        .map((line) => Object.keys(JSON.parse(line) as object).at(-1)),
      ['reason', 'results', 'results'],
    );
    assert.match(err, /1 of 3 photos could not be classified/);
  }
  fails(['classify', at('none.gw'), photo], /none\.gw: there is no such file/);
});

test('a picture with too many pixels is refused in words of the command line', () => {
  const wide = writePhoto(at('.'), 'png rgb', 'wide.png');
  const bytes = readFileSync(wide);
  bytes.set([0, 1, 0, 0, 0, 1, 0, 0], 16); // 65,536 x 65,536
  writeFileSync(wide, bytes);
  const { code, err } = groupwise(['classify', model, wide]);
  assert.is(code, 1);
  assert.match(err, /pixels; at most 50 megapixels are read: make it smaller first$/m);
});

test('photos that are too large or endless are refused', () => {
  writeFileSync(at('large.jpg'), readFileSync(photo));
  truncateSync(at('large.jpg'), 3e9);
  const { code, err } = groupwise(['classify', model, at('large.jpg'), photo, '--workers', '2']);
  assert.is(code, 1);
  assert.match(err, /large\.jpg has 3000000000 bytes; at most 100000000 are read/);
  assert.match(err, /1 of 2 photos could not be classified/);
  if (process.platform !== 'linux') return console.log('skipped: there is no /dev/zero');
  fails(['classify', model, '/dev/zero'], /\/dev\/zero has more than 100000000 bytes/);
});

test('of a first file of another kind only the beginning is read', () => {
  writeFileSync(at('large'), '');
  truncateSync(at('large'), 2 ** 33);
  fails(['classify', at('large')], /large is neither a model .* nor a picture: it is of an unknown kind/);
  for (const command of ['inspect', 'verify', 'bench'])
    fails([command, at('large')], /large: not a groupwise model but/);
  fails(['convert', at('large'), '-o', at('x.gw')], /large: not an ONNX model, or cut off/);
  writeFileSync(at('large'), readFileSync(photo));
  truncateSync(at('large'), 3e9);
  fails(['classify', at('large')], /large has 3000000000 bytes; at most 100000000 are read/);
  assert.match(groupwise(['classify', '-', photo], new Uint8Array(1e6)).err, /standard input is neither/);
  for (const name of ['large.gw', 'large.onnx']) {
    writeFileSync(at(name), 'GGUF\x03\0\0\0');
    truncateSync(at(name), 3e9);
    for (const words of [
      ['inspect', at(name)],
      ['convert', at(name), '-o', at('x.gw')],
      ['classify', at(name), photo],
    ])
      fails(words, /large\.\w+: not an? .* a GGUF file/);
  }
});

test('a pipe that nobody writes to is named, and an interruption ends the wait', async () => {
  if (process.platform === 'win32') return console.log('skipped: there are no named pipes');
  spawnSync('mkfifo', [at('pipe')]);
  const child = spawn(process.execPath, ['dist/cli.js', 'classify', '--json', model, photo, at('pipe')]);
  let out = '';
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => {
    if (/waiting for .*pipe$/m.test(data.toString())) child.kill('SIGTERM');
  });
  const signal = await new Promise((done) => child.on('close', (_, name) => done(name)));
  assert.is(signal, 'SIGTERM');
  assert.is((JSON.parse(out) as Classified[]).length, 1);
});

test('the first result comes before the last photo, and an interruption keeps what is done', async () => {
  const photos = Array.from({ length: 4000 }, () => photo);
  for (const [options, signal, exit] of [
    [['--json'], 'SIGINT', 130],
    [['--json', '--workers', '2'], 'SIGTERM', 143],
  ] as const) {
    const child = spawn(process.execPath, ['dist/cli.js', 'classify', model, ...photos, ...options]);
    let [out, err] = ['', ''];
    child.stdout.on('data', (data: Buffer) => (out += data.toString()));
    child.stderr.on('data', (data: Buffer) => (err += data.toString()));
    child.stdout.once('data', () => child.kill(signal));
    const code = await new Promise((done) => child.on('close', done));
    assert.is(code, exit, err);
    const done = (JSON.parse(out) as Classified[]).length;
    assert.ok(done > 0 && done < photos.length, String(done));
    assert.match(err, new RegExp(`groupwise: interrupted after ${done} of 4000 photos\n$`));
  }
});

test('many photos wait for an interruption once', async () => {
  const interruption = new Interruption();
  const { caught } = interruption;
  let waits = 0;
  caught.then = (...reactions) => {
    waits++;
    return Promise.prototype.then.apply(caught, reactions) as never;
  };
  using classifier = await loadClassifier(readFileSync(model));
  const done: string[] = [];
  const setup = { model: readFileSync(model), options: {} };
  const onResult = ({ image }: { image: string }) => void done.push(image);
  const photos = Array.from({ length: 9 }, () => ({ path: photo }));
  await classifyPhotos(photos, { classifier, setup, rank: { topK: 1 }, workers: 1, interruption, onResult });
  interruption.release();
  assert.equal([done.length, waits], [9, 1]);
});

test('--quiet leaves results and errors', () => {
  const { err } = groupwise(['classify', bareModel, photo, '--preprocess', 'imagenet', '--quiet']);
  assert.is(err, '');
  const many = Array.from({ length: 24 }, () => photo);
  assert.match(
    groupwise(['classify', '-q', model, at('none.jpg'), ...many]).err,
    /^groupwise: .*none\.jpg.*\n.*1 of 25.*\n$/,
  );
});

test('progress over many photos does not mix with the results', () => {
  const { code, out, err } = groupwise(['classify', model, ...Array.from({ length: 24 }, () => photo), '--json']);
  assert.is(code, 0);
  assert.is((JSON.parse(out) as Classified[]).length, 24);
  assert.match(err, /24\/24 photos/);
});

test.run();
