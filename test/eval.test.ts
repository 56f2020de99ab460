// `groupwise eval` against a count of its own over the same pictures.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../src/convert.js';
import { parseClasses } from '../src/eval/class-file.js';
import { classifyAll } from '../src/eval/classify-all.js';
import { matchFolders, matchGiven, matchSorted } from '../src/eval/classes.js';
import { openFolder } from '../src/eval/folder.js';
import { thumbnail } from '../src/eval/picture.js';
import { findPictures } from '../src/eval/picture-set.js';
import { Pool } from '../src/eval/pool.js';
import { mergeShards, type Result, type ShardResult } from '../src/eval/shard.js';
import { checkShard } from '../src/eval/shard-file.js';
import type { Files } from '../src/eval/stored-file.js';
import { encodePng } from '../src/node/encode-png.js';
import { decodeImage, loadClassifier, type ImageClassifier, type Preprocess } from '../src/node.js';
import { writeTar, writeZip, type Packed } from './archives.js';
import { groupwise, temporaryFolder, tiny } from './command.js';
import { DATA, hasNetworks, noteSkipped, readJson } from './networks.js';
import { floats, writeOnnx } from './onnx/write.js';
import { mulberry32 } from './seeded.js';

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';
const SEED = 11;
console.log(`SEED=${SEED}`);

/** The model knows one class more than the set has. */
const LABELS = ['ant', 'bee', 'cat', 'dog', 'elk & <fox>', 'gnu', 'hen'];
const FOLDERS = LABELS.slice(0, -1);
const EACH = 7;
const SIDE = 9;

const preprocess: Preprocess = {
  width: SIDE, height: SIDE, resize: 'none', shortSide: 0, filter: 'bilinear', order: 'RGB', divisor: 255, mean: [0.5], std: [0.25], fill: 0,
};

const next = mulberry32(SEED);
const random = (count: number, size: number) => Array.from({ length: count }, () => (next() * 2 - 1) * size);

/** Mean colour to scores. */
const network = (classes: number, weights = random(classes * 3, 3)): Uint8Array =>
  writeOnnx({
    nodes: [
      { op: 'GlobalAveragePool', inputs: ['x'], outputs: ['a'] }, { op: 'Conv', inputs: ['a', 'w'], outputs: ['b'] }, { op: 'Flatten', inputs: ['b'], outputs: ['y'] },
    ],
    inputs: [{ name: 'x', dims: ['N', 3, SIDE, SIDE] }], outputs: ['y'], tensors: [floats('w', [classes, 3, 1, 1], weights)],
  });

const picture = (): Uint8Array => {
  const colour = [next(), next(), next()];
  const data = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => Math.max(0, Math.min(255, colour[i % 3]! * 255 + (next() - 0.5) * 60)));
  return encodePng({ data, width: SIDE, height: SIDE, channels: 3 });
};

const pictures: Packed[] = FOLDERS.flatMap((folder) => Array.from({ length: EACH }, (_, i) => ({ name: `test/${folder}/${i}.png`, bytes: picture() })));
const unused: Packed[] = [
  { name: 'train/ant/0.png', bytes: picture() }, { name: 'train/bee/0.png', bytes: picture() }, { name: 'test/ant/.hidden.png', bytes: new Uint8Array(3) },
];
const files = [...unused, ...pictures].sort(() => next() - 0.5);

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const save = (name: string, bytes: Uint8Array | string): string => {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), bytes);
  return at(name);
};
const model = at('model.gw');
const bare = at('bare.gw');
const set = at('set');

const test = suite('eval');
let classifier: ImageClassifier;
let whole: Result;

const withoutTimes = ({ seconds: _, imagesPerSecond: __, set: ___, ...result }: Result) => result;
const evaluated = (...words: string[]): Result => {
  const { code, out, err } = groupwise(['eval', ...words, '--json']);
  assert.is(code, 0, err);
  return JSON.parse(out) as Result;
};
const fails = (words: string[], message: RegExp, code = 1): void => {
  const { code: own, out, err } = groupwise(['eval', ...words]);
  assert.equal([own, out], [code, ''], err);
  assert.match(err, message);
  assert.not.match(err, /\n +at /);
};

test.before(async () => {
  const onnx = network(LABELS.length);
  writeFileSync(model, await convertOnnx(onnx, { labels: LABELS, preprocess }));
  writeFileSync(bare, await convertOnnx(onnx, { preprocess }));
  for (const { name, bytes } of files) save(`set/${name}`, bytes);
  save('set.zip', writeZip(files));
  save('set.tar.gz', gzipSync(await writeTar(files.map((file) => ({ ...file, name: `./${file.name}` })))));
  save('set.tar', await writeTar(files));
  classifier = await loadClassifier(model);
  whole = evaluated(model, set, '--workers', '1');
});

test('the numbers are those of a count of one picture after the other', async () => {
  const confusion = LABELS.map(() => LABELS.map(() => 0));
  const scores = LABELS.map((): number[] => []);
  let first = 0, five = 0;
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
  assert.equal([whole.model, whole.set, whole.split, whole.images, whole.failures], ['model.gw', 'set', 'test', pictures.length, []]);
  near(whole.top1, first / pictures.length);
  near(whole.top5, five / pictures.length);
  near(whole.confidence.all, mean(scores.flat()));
  const pairs = confusion.flatMap((row, truth) => row.flatMap((count, predicted) => (count ? [[truth, predicted, count]] : [])));
  assert.equal(whole.confusion, pairs);
  for (const { index, label, folder: own, images, top1, confidence } of whole.classes) {
    assert.equal([label, images], [LABELS[index], own === undefined ? 0 : EACH]);
    if (own === undefined) continue;
    near(top1, confusion[index]![index]! / EACH);
    near(confidence, mean(scores[index]!));
  }
  assert.equal(whole.classes.filter((one) => one.folder !== undefined).map((one) => one.folder), FOLDERS);
  assert.ok(whole.imagesPerSecond > 0);
});

test('the mistakes are the wrong answers with the highest scores', () => {
  const wrong = whole.confusion.reduce((sum, [truth, predicted, images]) => sum + (truth === predicted ? 0 : images), 0);
  assert.is(whole.mistakes.length, Math.min(24, wrong));
  const scores = whole.mistakes.map(({ score }) => score);
  assert.equal(scores, [...scores].sort((a, b) => b - a));
  for (const { image, truth, predicted, trueScore, score } of whole.mistakes) {
    assert.is(image.split('/')[1], LABELS[truth]);
    assert.ok(truth !== predicted && trueScore <= score);
  }
});

test('folder, zip, tar and tar.gz give the same, with one worker and with two', () => {
  for (const name of ['set', 'set.zip', 'set.tar', 'set.tar.gz']) {
    assert.equal(withoutTimes(evaluated(model, at(name), '--workers', '2')), withoutTimes(whole), name);
  }
});

test('shards joined in any order are the whole, but for the times', () => {
  const parts = ['set', 'set.tar.gz', 'set.zip'].map((name, i) => {
    const { code, out, err } = groupwise(['eval', model, at(name), '--shard', `${i}/3`, '--workers', '2']);
    assert.is(code, 0, err);
    return save(`part-${i}.json`, out);
  });
  const own = parts.map((path) => readJson<Result>(path).images);
  assert.equal(own, [pictures.length / 3, pictures.length / 3, pictures.length / 3]);
  assert.equal(withoutTimes(evaluated('--merge', parts[2]!, parts[0]!, parts[1]!)), withoutTimes(whole));
  assert.is(groupwise(['eval', '--merge', ...parts, '--html', at('merged.html')]).code, 0);
  assert.is(readFileSync(at('merged.html'), 'utf8').match(/<img /g)!.length, whole.mistakes.length);
  fails(['--merge', parts[0]!, parts[1]!], /parts are missing: 2\/3/);
  fails(['--merge', parts[0]!, parts[0]!, parts[1]!], /both part 0\/3/);
  fails(['--merge', model], /not a text file/);
  fails(['--merge', save('whole.json', JSON.stringify(whole))], /whole\.json is the result of a whole evaluation, not of a part: write parts with groupwise eval --shard i\/n/);
  const other = groupwise(['eval', bare, set, '--shard', '2/3', '--labels', save('labels.txt', LABELS.join('\n'))]);
  fails(['--merge', parts[0]!, parts[1]!, save('other.json', other.out)], /other\.json is the result of another model/);
  const exact = groupwise(['eval', model, set, '--shard', '2/3', '--numerics', 'exact']);
  fails(['--merge', parts[0]!, parts[1]!, save('exact.json', exact.out)], /exact\.json is the result of other options/);
});

test('parts that are damaged are refused, with the file and the place that is wrong', () => {
  const { out } = groupwise(['eval', model, set, '--shard', '0/2', '--workers', '1']);
  const good = JSON.parse(out) as ShardResult;
  assert.equal(checkShard(good, 'a.json'), good);
  const [row] = good.outcomes, [mistake] = good.mistakes;
  const changedRow = (place: number, value: unknown) => ({ outcomes: [row, row!.map((own, i) => (i === place ? value : own))] });
  const cases: [change: object, message: RegExp][] = [
    [{ classes: [null] }, /classes\[0\] is null, not an object/],
    [{ classes: [{ index: 0.5, label: 'a' }] }, /classes\[0\]\.index is 0\.5/],
    [{ classes: [{ index: 0, label: 'a', folder: 1 }] }, /classes\[0\]\.folder is 1, not a text/],
    [{ classes: [] }, /a picture has class \d, which is not among its classes/],
    [{ shard: null }, /shard is null/],
    [{ shard: { index: 0, count: 9e10 } }, /shard\.count is 90000000000, not a whole number from 1 to 1000000/],
    [{ shard: { index: 2, count: 2 } }, /shard\.index is 2 of 2 parts/],
    [{ sums: { ...good.sums, pictures: 7 } }, /sums\.pictures is 7, not a text/],
    [{ split: {} }, /split is an object, not a text/],
    [{ seconds: -1 }, /seconds is -1/],
    [{ outcomes: [null] }, /outcomes\[0\] is null, not a list of 6/],
    [changedRow(1, 0.5), /outcomes\[1\]\[1\] is 0\.5, not a whole number/],
    [changedRow(1, 99), /class 99/],
    [changedRow(2, 98), /class 98/],
    [changedRow(3, -1), /outcomes\[1\]\[3\] is -1/],
    [changedRow(4, 1.5), /outcomes\[1\]\[4\] is 1\.5, not a score from 0 to 1/],
    [changedRow(5, '0'), /outcomes\[1\]\[5\] is "0"/],
    [{ mistakes: [{ ...mistake, truth: 97 }] }, /class 97/],
    [{ mistakes: [{ ...mistake, predicted: 'x' }] }, /mistakes\[0\]\.predicted is "x"/],
    [{ mistakes: [{ ...mistake, picture: 'http://example.com' }] }, /mistakes\[0\]\.picture is "http/],
    [{ failures: [{ image: 'a' }] }, /failures\[0\]\.reason is missing/],
  ];
  for (const [change, message] of cases) {
    const bad = JSON.parse(JSON.stringify({ ...good, ...change })) as unknown;
    assert.throws(() => checkShard(bad, 'bad.json'), (error: Error) => {
      assert.is(error.name, 'SetError', error.stack);
      assert.match(error.message, /^bad\.json is not a part of an evaluation \(/);
      assert.match(error.message, message);
      return true;
    });
  }
  for (const value of [null, 7, [], 'text']) assert.throws(() => checkShard(value, 'bad.json'), /bad\.json .*it is .*, not an object/);
  const alone = { file: 'a.json', part: { ...good, shard: { index: 0, count: 1e6 } } };
  assert.throws(() => mergeShards([alone]), /parts are missing: 1\/1000000, .*12\/1000000, \.\.\. \(999999\)$/);
  fails(['--merge', save('null.json', JSON.stringify({ ...good, classes: [null] }))], /null\.json is not a part/);
});

/** Files that come one after the other, each after a while. */
const slowly = (bytes: Uint8Array, count: number, milliseconds: number): Files => {
  const paths = Array.from({ length: count }, (_, i) => `${i}.png`);
  const read = async function* () {
    for (const path of paths) {
      await new Promise((done) => setTimeout(done, milliseconds));
      yield { path, bytes: new Uint8Array(bytes) };
    }
  };
  return { paths, read };
};

const failureOf = async (work: Promise<unknown>): Promise<Error> => work.then(() => assert.unreachable(), (error: Error) => error) as Promise<Error>;

test('threads that cannot load the model, or have ended, end the evaluation', async () => {
  const late = slowly(pictures[0]!.bytes, 3, 500);
  const truths = new Map(late.paths.map((path) => [path, 0]));
  const broken = { model: new Uint8Array(100), options: {} };
  const error = await failureOf(classifyAll(late, truths, { workers: 2, setup: broken, onPicture: () => assert.unreachable() }));
  assert.equal([error.name, /a worker ended: not a groupwise model/.test(error.message)], ['EngineError', true], error.message);
  for (const setup of [broken, { model: readFileSync(model), options: {} }]) {
    const pool = new Pool(2, setup);
    await pool.ready().catch(() => {});
    await pool.close();
    assert.is((await failureOf(pool.classify(new Uint8Array(pictures[0]!.bytes), 0))).name, 'EngineError');
  }
});

test('the time is that of reading and classifying, without loading the model', async () => {
  const setup = { model: readFileSync(model), options: {} };
  const work = { workers: 1, setup, onPicture: () => {} };
  const begun = performance.now();
  const none = await classifyAll(slowly(pictures[0]!.bytes, 0, 0), new Map(), work);
  const all = (performance.now() - begun) / 1000;
  assert.ok(none.seconds < all / 4, `${none.seconds} of ${all} s`);
  const late = slowly(pictures[0]!.bytes, 2, 100);
  const { outcomes, seconds } = await classifyAll(late, new Map(late.paths.map((path) => [path, 0])), work);
  assert.ok(outcomes.length === 2 && seconds > 0.19, `${seconds} s`);
});

test('links are followed, and every folder is listed once', async () => {
  const count = 12;
  const names = Array.from({ length: count }, (_, i) => `links/${i}`);
  for (const name of names) save(`${name}/0.png`, pictures[0]!.bytes);
  for (const name of names) names.forEach((other, i) => symlinkSync(at(other), at(`${name}/to-${i}`)));
  save('outside/1.png', pictures[0]!.bytes);
  symlinkSync(at('outside'), at('links/a'));
  symlinkSync(at('links'), at('outside/back'));
  const { paths } = await openFolder(at('links'));
  assert.equal([...paths].sort(), ['a/1.png', ...names.map((_, i) => `${i}/0.png`)].sort());
});

test('the text names the shares, the classes and the mistakes', () => {
  const { code, out, err } = groupwise(['eval', model, at('set.zip')]);
  assert.is(code, 0, err);
  assert.match(err, /42\/42 pictures/);
  for (const pattern of [/42 pictures/, new RegExp(`top-1 +${(whole.top1 * 100).toFixed(2)} %`), /images\/s/, /elk & <fox>/, /surest mistakes/]) assert.match(out, pattern);
});

test('pictures that cannot be read are counted, named and left out; the exit code is 1', () => {
  save('broken/ant/0.png', pictures[0]!.bytes);
  save('broken/ant/1.png', pictures[0]!.bytes.subarray(0, 50));
  save('broken/bee/1.gif', 'GIF89a');
  save('broken/bee/notes.txt', 'not a picture');
  symlinkSync(at('nowhere'), at('broken/bee/2.png'));
  const { code, out, err } = groupwise(['eval', model, at('broken'), '--json']);
  assert.is(code, 1);
  const { images, failures } = JSON.parse(out) as Result;
  assert.is(images, 1);
  assert.equal(failures.map(({ image }) => image), ['ant/1.png', 'bee/1.gif', 'bee/2.png']);
  assert.match(err, /1 file is left out: no picture in/);
  assert.match(err, /bee\/1\.gif: the image is a GIF file[^]*3 pictures could not be classified/);
  save('none/ant/1.png', 'x');
  fails(['eval-is-no-model', at('none')], /no such file/);
  fails([model, at('none')], /none of 1 pictures can be classified; ant\/1\.png/);
});

test('sets that are none, broken archives and hostile paths are refused by name', async () => {
  mkdirSync(at('empty'));
  fails([model, at('empty')], /empty: no pictures among 0 files/);
  fails([model, at('nothing')], /nothing: there is no such file/);
  fails([model, save('flat/a.png', pictures[0]!.bytes).replace('/a.png', '')], /1 pictures, but none lies in the folder of a class/);
  fails([model, save('text.zip', 'hello')], /text\.zip: neither a folder nor a zip/);
  fails([model, set, '--split', 'val'], /no part 'val': its folders are/);
  const zip = readFileSync(at('set.zip')), tar = readFileSync(at('set.tar')), gz = readFileSync(at('set.tar.gz'));
  fails([model, save('cut.zip', zip.subarray(0, zip.length / 2))], /cut\.zip: the zip archive is cut off or damaged/);
  fails([model, save('cut.tar', tar.subarray(0, 10_000))], /cut\.tar: the tar archive is cut off or damaged/);
  fails([model, save('cut.tar.gz', gz.subarray(0, gz.length / 2))], /cut\.tar\.gz: the tar archive is cut off or damaged/);
  fails([model, save('text.gz', gzipSync('no tar'.repeat(300)))], /text\.gz: the tar archive is cut off or damaged/);
  const bytes = pictures[0]!.bytes;
  for (const name of ['../ant/0.png', 'ant/../../0.png', '/ant/0.png', 'C:/ant/0.png']) {
    fails([model, save('out.zip', writeZip([{ name, bytes }]))], /leads out of it/);
    fails([model, save('out.tar', await writeTar([{ name, bytes }]))], /leads out of it/);
  }
  const twice = [{ name: 'ant/0.png', bytes }, { name: 'ant/0.png', bytes }];
  fails([model, save('twice.zip', writeZip(twice))], /has 'ant\/0\.png' twice/);
  fails([model, save('twice.tar', await writeTar(twice))], /has 'ant\/0\.png' twice/);
});

test('entries that unpack to more than a picture has are not unpacked', async () => {
  const large = new Uint8Array(2 ** 26 + 1);
  const list = [{ name: 'ant/0.png', bytes: pictures[0]!.bytes }, { name: 'ant/1.png', bytes: large }];
  for (const path of [save('bomb.zip', writeZip(list)), save('bomb.tar.gz', gzipSync(await writeTar(list), { level: 1 }))]) {
    const { code, out } = groupwise(['eval', model, path, '--json']);
    assert.equal([code, (JSON.parse(out) as Result).failures], [1, [{ image: 'ant/1.png', reason: 'the file has 67108865 bytes; at most 67108864 are read' }]]);
  }
  const lying = writeZip([list[0]!, { name: 'ant/1.png', bytes: large, claim: 100 }]);
  assert.match((JSON.parse(groupwise(['eval', model, save('lie.zip', lying), '--json']).out) as Result).failures[0]!.reason, /damaged: too many bytes/);
});

test('models that are no classifiers, and sets of other classes, are refused', async () => {
  assert.is(groupwise(['convert', tiny('two-inputs'), '-o', at('two.gw')]).code, 0);
  fails([at('two.gw'), set], /two\.gw: a classifier has one image input/);
  writeFileSync(at('single.gw'), await convertOnnx(network(1), { preprocess }));
  fails([at('single.gw'), set], /one score, so there are no classes/);
  writeFileSync(at('plain.gw'), await convertOnnx(network(3)));
  fails([at('plain.gw'), set], /does not say how a photo becomes its input/);
  fails([bare, set], /set: 6 folders \(ant, bee, .*\), but the model has 7 classes \(one more: .*background.*\) without names/);
  fails([model, set, '--labels', save('other.txt', 'ant\nbee\nb\nc\nd\ne\nf')], /4 of 6 folders are no class.*called cat, dog, .*--classes FILE/);
  fails([model, set, '--classes', save('some.json', '{"ant": 0, "bee": 12}')], /'bee' is given 12, which is no class, 'cat' is not in the file/);
  save('one/ant/0.png', pictures[0]!.bytes);
  assert.is(evaluated(model, at('one')).images, 1);
});

test('classes are given by a file as well', () => {
  const turned = Object.fromEntries(FOLDERS.map((name, index) => [name, (index + 1) % FOLDERS.length]));
  const { confusion } = evaluated(bare, set, '--classes', save('turned.json', JSON.stringify(turned)));
  const expected = whole.confusion.map(([truth, predicted, images]) => [turned[LABELS[truth]!]!, predicted, images]).sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!);
  assert.equal(confusion, expected);
  const listed = save('listed.json', JSON.stringify(LABELS));
  assert.equal(evaluated(bare, set, '--classes', listed).confusion, whole.confusion);
  fails([bare, set, '--classes', save('six.txt', FOLDERS.join('\n'))], /--classes lists 6 classes, the model has 7 \(one more/);
});

test('command lines that cannot be meant are refused', () => {
  for (const words of [
    [], [model], ['--merge', 'a.json', '--shard', '0/2'], [model, set, '--shard', '2/2'], [model, set, '--shard', '1'], [model, set, '--workers', '0'],
    [model, set, '--html', model], [model, set, '--html', '-', '--json'], ['-', set, '--labels', '-'],
  ]) {
    const { code, out, err } = groupwise(['eval', ...words], new Uint8Array(0));
    assert.equal([code, out], [2, ''], `${words.join(' ')}: ${err}`);
  }
});

test('folders are matched by label, case, synonym, WordNet number and number', () => {
  const match = (folders: string[], labels: string[] | undefined, count = labels!.length) => [...matchFolders(folders, { count, labels }).classes.values()];
  assert.equal(match(['b', 'a'], ['a', 'b']), [1, 0]);
  assert.equal(match(['Sea_Lion', 'cat'], ['cat', 'sea lion']), [1, 0]);
  assert.equal(match(['Carassius auratus', 'tench'], ['tench, Tinca tinca', 'goldfish, Carassius auratus']), [1, 0]);
  assert.equal(match(['n01443537', 'tench'], ['n01440764 tench, Tinca tinca', 'n01443537 goldfish']), [1, 0]);
  assert.equal(match(['Cat', 'cat'], ['cat', 'Cat']), [1, 0]);
  assert.equal(match(['007', '2'], undefined, 8), [7, 2]);
  assert.equal(match(['10', '2'], ['2', '10']), [1, 0]);
  assert.equal(match(['b', 'c', 'a'].sort(), undefined, 3), [0, 1, 2]);
  assert.match(matchFolders(['a', 'b'], { count: 2, labels: undefined }).note!, /in their order/);
  assert.equal([...matchSorted(['a', 'b'], { count: 2, labels: ['x', 'y'] }).classes.values()], [0, 1]);
  assert.throws(() => match(['crane'], ['crane', 'crane']), /'crane' fits the classes 0, 1/);
  assert.throws(() => match(['Cat', 'CAT'], ['cat', 'dog']), /'Cat' and 'CAT' are both class 0/);
  assert.throws(() => match(['1', '2', '3'], undefined, 3), /numbers, but 3 is no class: the model's go from 0 to 2/);
  assert.throws(() => match(['a', 'b'], ['x', 'y']), /2 of 2 folders.*called a, b; its classes are called x \| y/);
});

test('a file of classes goes from folder to class or from class to folder', () => {
  const given = (text: string) => [...matchGiven(['a', 'b'], parseClasses(text, JSON.parse), { count: 3, labels: ['x', 'y', 'z'] }).classes.values()];
  assert.equal(given('{"a": 2, "b": 0}'), [2, 0]);
  assert.equal(given('{"a": "z", "b": "x"}'), [2, 0]);
  assert.equal(given('{"0": "b", "1": "c", "2": ["q", "a"]}'), [2, 0]);
  assert.equal(given('["b", "c", "a"]'), [2, 0]);
  assert.equal(given('b\nc\r\na\n'), [2, 0]);
  assert.throws(() => given('{"a": "z", "b": 1}'), /from folder to class/);
  assert.throws(() => given('[]'), /lists 0 classes, the model has 3/);
  const many = Array.from({ length: 300_000 }, (_, i) => `c${i}`);
  assert.is(parseClasses(many.join('\n'), JSON.parse).listed, many.length);
});

test('the classes of a set are found below its parts and below a folder around everything', () => {
  const found = (paths: string[], split?: string) => {
    const { folders, pictures: own, others, split: part } = findPictures(paths, split);
    return [part, folders, own.map(({ path }) => path), others];
  };
  const parts = ['s/train/a/1.jpg', 's/test/b/2.JPEG', 's/test/a/x/1.jpg', 's/README', '__MACOSX/s/test/b/._2.JPEG', 's/test/.DS_Store'];
  assert.equal(found(parts), ['test', ['a', 'b'], ['s/test/a/x/1.jpg', 's/test/b/2.JPEG'], 0]);
  assert.equal(found(parts, 'train'), ['train', ['a'], ['s/train/a/1.jpg'], 0]);
  assert.equal(found(['test/1.jpg', 'cat/1.jpg', 'x.txt', '1.jpg']), [undefined, ['cat', 'test'], ['cat/1.jpg', 'test/1.jpg'], 2]);
  assert.equal(found(['cat/1.jpg']), [undefined, ['cat'], ['cat/1.jpg'], 0]);
});

test('small pictures are those that were encoded, and large ones are made small', async () => {
  const pixels = await decodeImage(pictures[3]!.bytes);
  const again = await decodeImage(Buffer.from((await thumbnail(pictures[3]!.bytes)).split(',')[1]!, 'base64'));
  assert.equal([again.width, again.height], [SIDE, SIDE]);
  for (let i = 0; i < SIDE * SIDE; i++) for (let c = 0; c < 3; c++) assert.is(again.data[i * again.channels + c], pixels.data[i * pixels.channels + c]);
  const large = encodePng({ data: new Uint8Array(300 * 100 * 3).fill(77), width: 300, height: 100, channels: 3 });
  const small = await decodeImage(Buffer.from((await thumbnail(large)).split(',')[1]!, 'base64'));
  assert.equal([small.width, small.height, small.data[0]], [96, 32, 77]);
});

test('an interrupted evaluation leaves no report, and one that is being written is finished', async () => {
  const many = pictures.flatMap(({ bytes }, i) => Array.from({ length: 60 }, (_, k) => ({ name: `${FOLDERS[i % FOLDERS.length]!}/${i}-${k}.png`, bytes })));
  save('many.zip', writeZip(many));
  const child = spawn(process.execPath, ['dist/cli.js', 'eval', model, at('many.zip'), '--workers', '1', '--html', at('half.html')]);
  child.stderr.once('data', () => child.kill('SIGINT'));
  const signal = await new Promise((done) => child.on('close', (_, own) => done(own)));
  assert.equal([signal, existsSync(at('half.html'))], ['SIGINT', false]);
  const script = `import { writeOutput } from './build/src/cli/files.js'; const done = writeOutput(${JSON.stringify(at('long'))}, new Uint8Array(2 ** 26)); process.kill(process.pid, 'SIGINT'); await done; await new Promise(() => setInterval(() => {}, 1000));`;
  const written = spawnSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 60_000 });
  assert.equal([written.signal, statSync(at('long')).size], ['SIGINT', 2 ** 26]);
});

test('the page is one file that asks for nothing', () => {
  const { code, out, err } = groupwise(['eval', model, set, '--html', at('report.html')]);
  assert.is(code, 0, err);
  assert.match(out, /top-1/);
  const page = readFileSync(at('report.html'), 'utf8');
  const elements = page.replace(/<style>[^<]*<\/style>/, '').replace(/ src="data:image\/png;base64,[\w+/=]*"/g, '');
  assert.not.match(elements, /<(script|link|iframe|object)|@import|\bsrc=|:\/\/|href="[^#]|url\(/);
  assert.match(page, /elk &amp; &lt;fox&gt;/);
  assert.is(page.match(/<img /g)!.length, whole.mistakes.length);
  const cells = [...page.matchAll(/<td class="(right|wrong)"[^>]*>(\d+)</g)].map(([, kind, images]) => [kind, Number(images)]);
  assert.equal(cells, whole.confusion.map(([truth, predicted, images]) => [truth === predicted ? 'right' : 'wrong', images]));
  assert.match(groupwise(['eval', model, set, '--html', '-']).out, /^<!doctype html>[^]*<\/html>\n$/);
});

if (existsSync(EXECUTABLE)) {
  test('Chromium shows the page without complaint at the width of a phone and of a desk, light and dark', async () => {
    const browser = await chromium.launch({ executablePath: EXECUTABLE, args: ['--no-sandbox'] });
    try {
      for (const width of [390, 1280]) {
        for (const colorScheme of ['light', 'dark'] as const) {
          const tab = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
          const problems: string[] = [], asked: string[] = [];
          tab.on('pageerror', (error) => problems.push(error.message));
          tab.on('console', (message) => problems.push(message.text()));
          tab.on('request', (request) => asked.push(request.url().slice(0, 10)));
          await tab.goto(pathToFileURL(at('report.html')).href);
          assert.is(await tab.evaluate(() => document.documentElement.scrollWidth), width);
          const shown = await tab.evaluate(() => [...document.images].map(({ complete, naturalWidth }) => complete && naturalWidth));
          assert.equal(shown, whole.mistakes.map(() => SIDE));
          assert.equal([problems, asked.filter((url) => !url.startsWith('data:')).length], [[], 1]);
          await tab.close();
        }
      }
    } finally {
      await browser.close();
    }
  });
} else {
  console.log(`skipped, no ${EXECUTABLE}: the page of an evaluation in a browser (set CHROMIUM)`);
}

noteSkipped('an evaluation against ONNX Runtime');

if (hasNetworks) {
  test('pictures of CIFAR-10 get the classes that ONNX Runtime gives them', () => {
    const { shard, labels, preprocess: how, predicted } = readJson<{ shard: string; labels: string[]; preprocess: Preprocess; predicted: string }>('test/fixtures/cifar.json');
    const words = ['--labels', save('cifar.txt', labels.join('\n')), '--preprocess', save('cifar.json', JSON.stringify(how))];
    assert.is(groupwise(['convert', `${DATA}/models/cifar10-resnet20.onnx`, '-o', at('cifar.gw'), ...words]).code, 0);
    const { code, out, err } = groupwise(['eval', at('cifar.gw'), `${DATA}/cifar10-jpeg.tar.gz`, '--shard', shard]);
    assert.is(code, 0, err);
    const { outcomes, classes } = JSON.parse(out) as Result & { outcomes: [string, number, number][] };
    assert.is(outcomes.map(([, , own]) => own).join(''), predicted);
    for (const [path, truth] of outcomes) assert.is(path.split('/')[1], labels[truth]);
    assert.is(classes.length, 10);
  });
}

test.run();
