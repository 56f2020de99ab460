// Which pictures a set has, and which classes they belong to.

import { symlinkSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseClasses } from '../../src/eval/class-file.js';
import { matchFolders, matchGiven, matchSorted } from '../../src/eval/classes.js';
import { openFolder } from '../../src/eval/folder.js';
import { findPictures } from '../../src/eval/picture-set.js';
import type { EvaluationResult } from '../../src/eval/metrics.js';
import { at, bare, evaluated, fails, FOLDERS, LABELS, pictures, prepareSet, save, set } from '../support/eval-set.js';

const test = suite('eval classes');
let whole: EvaluationResult;

test.before(async () => {
  whole = await prepareSet();
});

test('folders are matched by label, case, synonym, WordNet number and number', () => {
  const match = (folders: string[], labels: string[] | undefined, count = labels!.length) => [
    ...matchFolders(folders, { count, labels }).classes.values(),
  ];
  assert.equal(match(['b', 'a'], ['a', 'b']), [1, 0]);
  assert.equal(match(['Sea_Lion', 'cat'], ['cat', 'sea lion']), [1, 0]);
  assert.equal(match(['Carassius auratus', 'tench'], ['tench, Tinca tinca', 'goldfish, Carassius auratus']), [1, 0]);
  assert.equal(match(['n01443537', 'tench'], ['n01440764 tench, Tinca tinca', 'n01443537 goldfish']), [1, 0]);
  assert.equal(match(['Cat', 'cat'], ['cat', 'Cat']), [1, 0]);
  assert.equal(match(['007', '2'], undefined, 8), [7, 2]);
  assert.equal(match(['10', '2'], ['2', '10']), [1, 0]);
  assert.equal(match(['b', 'c', 'a'].sort(), undefined, 3), [0, 1, 2]);
  assert.match(matchFolders(['a', 'b'], { count: 2, labels: undefined }).note!, /in ascending order/);
  assert.equal([...matchSorted(['a', 'b'], { count: 2, labels: ['x', 'y'] }).classes.values()], [0, 1]);
  assert.throws(() => match(['crane'], ['crane', 'crane']), /'crane' matches the classes 0, 1/);
  assert.throws(() => match(['Cat', 'CAT'], ['cat', 'dog']), /'Cat' and 'CAT' are both class 0/);
  assert.throws(
    () => match(['1', '2', '3'], undefined, 3),
    /numbers, but the classes of the model are 0 to 2, which excludes 3/,
  );
  assert.throws(() => match(['a', 'b'], ['x', 'y']), /2 of 2 folders.*called a, b; the classes are called x \| y/);
});

test('a file of classes maps folders to classes or classes to folders', () => {
  const given = (text: string) => [
    ...matchGiven(['a', 'b'], parseClasses(text, JSON.parse), { count: 3, labels: ['x', 'y', 'z'] }).classes.values(),
  ];
  assert.equal(given('{"a": 2, "b": 0}'), [2, 0]);
  assert.equal(given('{"a": "z", "b": "x"}'), [2, 0]);
  assert.equal(given('{"0": "b", "1": "c", "2": ["q", "a"]}'), [2, 0]);
  assert.equal(given('["b", "c", "a"]'), [2, 0]);
  assert.equal(given('b\nc\r\na\n'), [2, 0]);
  assert.throws(() => given('{"a": "z", "b": 1}'), /map folders to classes/);
  assert.throws(() => given('[]'), /lists 0 classes, but the model has 3/);
  const many = Array.from({ length: 300_000 }, (_, i) => `c${i}`);
  assert.is(parseClasses(many.join('\n'), JSON.parse).listed, many.length);
});

test('classes are given by a file as well', () => {
  const turned = Object.fromEntries(FOLDERS.map((name, index) => [name, (index + 1) % FOLDERS.length]));
  const { confusion } = evaluated(bare, set, '--classes', save('turned.json', JSON.stringify(turned)));
  const expected = whole.confusion
    .map(([truth, predicted, images]) => [turned[LABELS[truth]!]!, predicted, images])
    .sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!);
  assert.equal(confusion, expected);
  const listed = save('listed.json', JSON.stringify(LABELS));
  assert.equal(evaluated(bare, set, '--classes', listed).confusion, whole.confusion);
  fails(
    [bare, set, '--classes', save('six.txt', FOLDERS.join('\n'))],
    /--classes lists 6 classes, but the model has 7 \(one more/,
  );
});

test('the classes of a set are found below its parts and below a folder around everything', () => {
  const found = (paths: string[], split?: string) => {
    const { folders, pictures: own, others, split: part } = findPictures(paths, split);
    return [part, folders, own.map(({ path }) => path), others];
  };
  const parts = [
    's/train/a/1.jpg',
    's/test/b/2.JPEG',
    's/test/a/x/1.jpg',
    's/README',
    '__MACOSX/s/test/b/._2.JPEG',
    's/test/.DS_Store',
  ];
  assert.equal(found(parts), ['test', ['a', 'b'], ['s/test/a/x/1.jpg', 's/test/b/2.JPEG'], 0]);
  assert.equal(found(parts, 'train'), ['train', ['a'], ['s/train/a/1.jpg'], 0]);
  assert.equal(found(['test/1.jpg', 'cat/1.jpg', 'x.txt', '1.jpg']), [
    undefined,
    ['cat', 'test'],
    ['cat/1.jpg', 'test/1.jpg'],
    2,
  ]);
  assert.equal(found(['cat/1.jpg']), [undefined, ['cat'], ['cat/1.jpg'], 0]);
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

test.run();
