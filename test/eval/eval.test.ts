// `groupwise eval`, compared with a count of the same pictures by this test.

import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../src/convert.js';
import type { EvaluationResult } from '../../src/eval/metrics.js';
import { loadClassifier, type ImageClassifier, type Preprocess } from '../../src/node.js';
import { DATA, hasData, noteSkippedWithoutData } from '../support/data.js';
import { writeTar, writeZip } from '../support/archives.js';
import { groupwise, tiny } from '../support/command.js';
import { readJson } from '../support/networks.js';
import {
  at,
  bare,
  EACH,
  evaluated,
  fails,
  FOLDERS,
  LABELS,
  model,
  network,
  pictures,
  prepareSet,
  preprocess,
  save,
  set,
  withoutTimes,
} from '../support/eval-set.js';

const test = suite('eval');
let classifier: ImageClassifier;
let whole: EvaluationResult;

test.before(async () => {
  whole = await prepareSet();
  classifier = await loadClassifier(model);
});

test('the metrics equal a count of pictures one by one', async () => {
  const confusion = LABELS.map(() => LABELS.map(() => 0));
  const scores = LABELS.map((): number[] => []);
  let first = 0,
    five = 0;
  for (const { name, bytes } of pictures) {
    const truth = LABELS.indexOf(name.split('/')[1]!);
    const ranked = await classifier.classify(bytes, { topK: 5 });
    confusion[truth]![ranked[0]!.index]!++;
    scores[truth]!.push(ranked[0]!.score);
    first += Number(ranked[0]!.index === truth);
    five += Number(ranked.some(({ index }) => index === truth));
  }
  const near = (a: number | null, b: number) => assert.ok(Math.abs(a! - b) < 1e-12, `${a} is not ${b}`);
  const mean = (list: number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
  assert.ok(first > 0 && first < pictures.length && five < pictures.length && five > first, `${first} ${five}`);
  assert.equal(
    [whole.model, whole.set, whole.split, whole.images, whole.failures],
    ['model.gw', 'set', 'test', pictures.length, []],
  );
  near(whole.top1, first / pictures.length);
  near(whole.top5, five / pictures.length);
  near(whole.confidence.all, mean(scores.flat()));
  const pairs = confusion.flatMap((row, truth) =>
    row.flatMap((count, predicted) => (count ? [[truth, predicted, count]] : [])),
  );
  assert.equal(whole.confusion, pairs);
  for (const { index, label, folder: own, images, top1, confidence } of whole.classes) {
    assert.equal([label, images], [LABELS[index], own === undefined ? 0 : EACH]);
    if (own === undefined) continue;
    near(top1, confusion[index]![index]! / EACH);
    near(confidence, mean(scores[index]!));
  }
  assert.equal(
    whole.classes.filter((one) => one.folder !== undefined).map((one) => one.folder),
    FOLDERS,
  );
  assert.ok(whole.imagesPerSecond > 0);
});

test('the mistakes are the wrong answers with the highest scores', () => {
  const wrong = whole.confusion.reduce(
    (sum, [truth, predicted, images]) => sum + (truth === predicted ? 0 : images),
    0,
  );
  assert.is(whole.mistakes.length, Math.min(24, wrong));
  const scores = whole.mistakes.map(({ score }) => score);
  assert.equal(
    scores,
    [...scores].sort((a, b) => b - a),
  );
  for (const { image, truth, predicted, trueScore, score } of whole.mistakes) {
    assert.is(image.split('/')[1], LABELS[truth]);
    assert.ok(truth !== predicted && trueScore <= score);
  }
});

test('folder, zip, tar and tar.gz have the same result, with one worker and with two', () => {
  for (const name of ['set', 'set.zip', 'set.tar', 'set.tar.gz']) {
    assert.equal(withoutTimes(evaluated(model, at(name), '--workers', '2')), withoutTimes(whole), name);
  }
});

test('the text names the shares, the classes and the mistakes', () => {
  const { code, out, err } = groupwise(['eval', model, at('set.zip')]);
  assert.is(code, 0, err);
  assert.match(err, /42\/42 pictures/);
  for (const pattern of [
    /42 pictures/,
    new RegExp(`top-1 +${(whole.top1 * 100).toFixed(2)} %`),
    /images\/s/,
    /elk & <fox>/,
    /most confident mistakes/,
  ])
    assert.match(out, pattern);
});

test('pictures that cannot be read are counted, named and left out; the exit code is 1', () => {
  save('broken/ant/0.png', pictures[0]!.bytes);
  save('broken/ant/1.png', pictures[0]!.bytes.subarray(0, 50));
  save('broken/bee/1.gif', 'GIF89a');
  save('broken/bee/notes.txt', 'not a picture');
  symlinkSync(at('nowhere'), at('broken/bee/2.png'));
  const { code, out, err } = groupwise(['eval', model, at('broken'), '--json']);
  assert.is(code, 1);
  const { images, failures } = JSON.parse(out) as EvaluationResult;
  assert.is(images, 1);
  assert.equal(
    failures.map(({ image }) => image),
    ['ant/1.png', 'bee/1.gif', 'bee/2.png'],
  );
  assert.match(err, /ignores 1 file that is not a picture in a class folder/);
  assert.match(err, /bee\/1\.gif: the GIF file is cut off[^]*3 pictures could not be classified/);
  save('none/ant/1.png', 'x');
  fails(['no-model', at('none')], /no-model is neither a file nor a bundled model \(cifar10/);
  fails([model, at('none')], /no picture of 1 could be classified; ant\/1\.png/);
});

test('files that are not sets, damaged archives and hostile paths are refused by name', async () => {
  mkdirSync(at('empty'));
  fails([model, at('empty')], /empty: no pictures among 0 files/);
  fails([model, at('nothing')], /nothing: there is no such file/);
  fails([model, save('flat/a.png', pictures[0]!.bytes).replace('/a.png', '')], /no picture of 1 is in a class folder/);
  fails([model, save('text.zip', 'hello')], /text\.zip: neither a folder nor a zip/);
  fails([model, set, '--classes', 'sortd'], /cannot read sortd: .*; --classes takes sorted or a file/);
  fails([model, set, '--html', at('missing/x.html')], /cannot write .*x\.html: its folder does not exist/);
  fails([model, set, '--split', 'val'], /no part 'val': its parts are (test, train|train, test)/);
  const zip = readFileSync(at('set.zip')),
    tar = readFileSync(at('set.tar')),
    gz = readFileSync(at('set.tar.gz'));
  fails([model, save('cut.zip', zip.subarray(0, zip.length / 2))], /cut\.zip: the zip archive is truncated or damaged/);
  fails([model, save('cut.tar', tar.subarray(0, 10_000))], /cut\.tar: the tar archive is truncated or damaged/);
  fails(
    [model, save('cut.tar.gz', gz.subarray(0, gz.length / 2))],
    /cut\.tar\.gz: the tar archive is truncated or damaged/,
  );
  fails([model, save('text.gz', gzipSync('no tar'.repeat(300)))], /text\.gz: the tar archive is truncated or damaged/);
  const bytes = pictures[0]!.bytes;
  for (const name of ['../ant/0.png', 'ant/../../0.png', '/ant/0.png', 'C:/ant/0.png']) {
    fails([model, save('out.zip', writeZip([{ name, bytes }]))], /leads outside it/);
    fails([model, save('out.tar', await writeTar([{ name, bytes }]))], /leads outside it/);
  }
  const twice = [
    { name: 'ant/0.png', bytes },
    { name: 'ant/0.png', bytes },
  ];
  fails([model, save('twice.zip', writeZip(twice))], /contains 'ant\/0\.png' twice/);
  fails([model, save('twice.tar', await writeTar(twice))], /contains 'ant\/0\.png' twice/);
});

test('entries that unpack to more than a picture has are not unpacked', async () => {
  const large = new Uint8Array(2 ** 26 + 1);
  const list = [
    { name: 'ant/0.png', bytes: pictures[0]!.bytes },
    { name: 'ant/1.png', bytes: large },
  ];
  fails(
    [model, save('bomb.tar.gz', gzipSync(await writeTar(list)))],
    /bomb\.tar\.gz: the archive unpacks to more than \d+ bytes, the limit for its \d+ bytes, in its gzip stream/,
  );
  for (const path of [save('large.zip', writeZip(list)), save('large.tar', await writeTar(list))]) {
    const { code, out } = groupwise(['eval', model, path, '--json']);
    assert.equal(
      [code, (JSON.parse(out) as EvaluationResult).failures],
      [1, [{ image: 'ant/1.png', reason: 'the file has 67108865 bytes; the limit is 67108864' }]],
    );
  }
  const flipped = writeZip([list[0]!, { ...list[0]!, name: 'ant/2.png' }]);
  flipped[30 + 'ant/0.png'.length + 40]! ^= 1;
  assert.match(
    (JSON.parse(groupwise(['eval', model, save('flipped.zip', flipped), '--json']).out) as EvaluationResult)
      .failures[0]!.reason,
    /damaged: its checksum is wrong/,
  );
  const lying = writeZip([list[0]!, { name: 'ant/1.png', bytes: large, claim: 100 }]);
  assert.match(
    (JSON.parse(groupwise(['eval', model, save('lie.zip', lying), '--json']).out) as EvaluationResult).failures[0]!
      .reason,
    /damaged: it has more than the 100 bytes that it states/,
  );
});

test('models that are no classifiers, and sets of other classes, are refused', async () => {
  assert.is(groupwise(['convert', tiny('two-inputs'), '-o', at('two.gw')]).code, 0);
  fails([at('two.gw'), set], /two\.gw: a classifier has one image input/);
  writeFileSync(at('single.gw'), await convertOnnx(network(1), { preprocess }));
  fails([at('single.gw'), set], /one score, so there are no classes/);
  writeFileSync(at('plain.gw'), await convertOnnx(network(3)));
  fails([at('plain.gw'), set], /does not say how a photo becomes its input/);
  fails(
    [bare, set],
    /set: 6 folders \(ant, bee, .*\), but the model has 7 classes \(one more: .*background.*\) without names/,
  );
  fails(
    [model, set, '--labels', save('other.txt', 'ant\nbee\nb\nc\nd\ne\nf')],
    /4 of 6 folders match no class.*called cat, dog, .*--classes FILE/,
  );
  fails(
    [model, set, '--classes', save('some.json', '{"ant": 0, "bee": 12}')],
    /'bee' has the value 12, which is not a class, 'cat' is not in the file/,
  );
  save('one/ant/0.png', pictures[0]!.bytes);
  assert.is(evaluated(model, at('one')).images, 1);
});

test('a page overwrites nothing that is read', () => {
  for (const [input, html, message] of [
    [at('set.zip'), at('set.zip'), /set\.zip would be overwritten/],
    [set, at('set.html'), /would be overwritten/],
    [set, join(set, 'ant/report.html'), /report\.html is among the files that are read: choose a file elsewhere/],
  ] as const) {
    if (html === at('set.html')) linkSync(model, html);
    const before = readdirSync(set);
    const { code, out, err } = groupwise(['eval', model, input, '--html', html]);
    assert.equal([code, out], [2, '']);
    assert.match(err, message);
    assert.equal(readdirSync(set), before);
  }
  assert.is(evaluated(model, at('set.zip')).images, whole.images);
  for (const free of [at('beside.html'), join(set, 'report.html')])
    assert.is(groupwise(['eval', model, set, '--html', free]).code, 0);
  rmSync(join(set, 'report.html'));
});

test('contradictory command lines are refused', () => {
  for (const words of [
    [],
    [model],
    ['--merge', 'a.json', '--shard', '0/2'],
    [model, set, '--shard', '2/2'],
    [model, set, '--shard', '1'],
    [model, set, '--workers', '0'],
    [model, set, '--html', model],
    [model, set, '--html', '-', '--json'],
    ['-', set, '--labels', '-'],
  ]) {
    const { code, out, err } = groupwise(['eval', ...words], new Uint8Array(0));
    assert.equal([code, out], [2, ''], `${words.join(' ')}: ${err}`);
  }
});

noteSkippedWithoutData('an evaluation against ONNX Runtime');

if (hasData) {
  test('pictures of CIFAR-10 get the classes that ONNX Runtime gives them', () => {
    const {
      shard,
      labels,
      preprocess: how,
      predicted,
    } = readJson<{ shard: string; labels: string[]; preprocess: Preprocess; predicted: string }>(
      'test/fixtures/cifar.json',
    );
    const words = [
      '--labels',
      save('cifar.txt', labels.join('\n')),
      '--preprocess',
      save('cifar.json', JSON.stringify(how)),
    ];
    assert.is(groupwise(['convert', `${DATA}/models/cifar10-resnet20.onnx`, '-o', at('cifar.gw'), ...words]).code, 0);
    const { code, out, err } = groupwise(['eval', at('cifar.gw'), `${DATA}/cifar10-jpeg.tar.gz`, '--shard', shard]);
    assert.is(code, 0, err);
    const { outcomes, classes } = JSON.parse(out) as EvaluationResult & { outcomes: [string, number, number][] };
    assert.is(outcomes.map(([, , own]) => own).join(''), predicted);
    for (const [path, truth] of outcomes) assert.is(path.split('/')[1], labels[truth]);
    assert.is(classes.length, 10);
  });
}

test.run();
