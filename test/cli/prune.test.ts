// `groupwise prune`.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { PruneResult } from '../../src/cli/prune-text.js';
import { convertOnnx } from '../../src/convert.js';
import { WEIGHT_TYPES } from '../../src/format/storage.js';
import { writeModel } from '../../src/format/write.js';
import { groupwise, temporaryFolder } from '../support/command.js';
import { writePhotos } from '../support/photo-folder.js';
import { readModel } from '../support/read-model.js';
import { LABELS, modelBytes, onnxFor, preprocess } from '../support/prunable.js';

const test = suite('groupwise prune');
const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);

const model = at('small.gw');
writeFileSync(model, await modelBytes());
writeFileSync(at('bare.gw'), await modelBytes({}));
writeFileSync(at('one.gw'), await convertOnnx(onnxFor(1), { preprocess }));
writeFileSync(at('preprocess.json'), JSON.stringify(preprocess));
const photos = writePhotos(at('photos'), LABELS);
const unlabelled = writePhotos(at('unlabelled'), ['']);

const fails = (words: readonly string[], message: RegExp, exit = 1): void => {
  const { code, out, err } = groupwise(['prune', ...words]);
  assert.equal([code, out], [exit, ''], err);
  assert.match(err, message);
  assert.not.match(err, /\n +at /);
};

test('prints what pruning costs, and writes a model that classifies', () => {
  const { code, out, err } = groupwise(['prune', model, '--calibrate', photos, '--zeros', '0.4']);
  assert.is(code, 0, err);
  assert.match(
    out,
    /^small\.gw on photos: 32 photos to prune, 8 others to judge\nzeros {6}4\d\.\d+ % of the weights of 3 layers\n/,
  );
  assert.match(
    out,
    /\nspeed {6}(\d+\.\d\d times as fast|as fast as before): .* ms -> .* ms \(predicted: \d\.\d\d times\)\n/,
  );
  assert.match(out, /\nagreement {2}\d+(\.\d+)? % of the photos/);
  assert.match(out, /\naccuracy {3}[\d.]+ % -> [\d.]+ % \([+-][\d.]+ points, 8 photos\)\n/);
  assert.match(err, /written .*small-pruned\.gw/);
  assert.is(groupwise(['classify', at('small-pruned.gw'), join(photos, 'ant', '0.png')]).code, 0);
});

test('the same photos give the same model, and JSON has the numbers', () => {
  const words = ['prune', model, '--calibrate', photos, '--speed', '1.2', '--photos', '25', '--json'];
  const first = groupwise([...words, '-o', at('first.gw')]);
  assert.is(first.code, 0, first.err);
  const result = JSON.parse(first.out) as PruneResult;
  assert.equal(result.photos, { calibration: 25, heldOut: 15, unreadable: 0 });
  assert.equal(result.target, { speed: 1.2 });
  assert.ok(result.speed.predicted >= 1.2);
  assert.is(result.layers.length, 3);
  assert.ok(result.likeness.agreement > 0.5);
  assert.is(groupwise([...words, '-o', at('second.gw')]).code, 0);
  assert.equal(readFileSync(at('second.gw')), readFileSync(at('first.gw')));
});

test('weights are stored as in the model, unless an option says how', () => {
  const stored = (words: readonly string[]) => {
    const { code, err } = groupwise([
      'prune',
      ...words,
      '--calibrate',
      photos,
      '--zeros',
      '0.3',
      '-o',
      at('stored.gw'),
    ]);
    assert.is(code, 0, err);
    return readModel(new Uint8Array(readFileSync(at('stored.gw')))).weights;
  };
  for (const weights of WEIGHT_TYPES) {
    const { graph, metadata } = readModel(new Uint8Array(readFileSync(model)));
    writeFileSync(at(`${weights}.gw`), writeModel({ graph, metadata }, weights));
    assert.is(stored([at(`${weights}.gw`)]), weights);
  }
  assert.is(stored([at('int8.gw'), '--weights', 'f16']), 'f16');
});

test('photos need no labels, and a model without preprocessing takes it from an option', () => {
  const words = [
    'prune',
    at('bare.gw'),
    '--calibrate',
    unlabelled,
    '--zeros',
    '0.3',
    '--preprocess',
    at('preprocess.json'),
  ];
  const { code, out, err } = groupwise([...words, '-o', at('bare-pruned.gw')]);
  assert.is(code, 0, err);
  assert.match(out, /\naccuracy {3}unknown: the folders of the photos are not the classes of the model\n/);
  assert.is(
    groupwise(['classify', at('bare-pruned.gw'), join(unlabelled, '0.png')]).code,
    0,
    'the file has the preprocessing',
  );
});

test('the page is one file that loads nothing, with all layers and photos before and after', () => {
  const words = ['prune', model, '--calibrate', photos, '--zeros', '0.4', '-o', at('paged.gw')];
  const { code, out, err } = groupwise([...words, '--html', at('pruned.html')]);
  assert.is(code, 0, err);
  assert.match(out, /\nmost changed photos +a score by/);
  const page = readFileSync(at('pruned.html'), 'utf8');
  const elements = page.replace(/<style>[^<]*<\/style>/, '').replace(/ src="data:image\/png;base64,[\w+/=]*"/g, '');
  assert.not.match(elements, /<(script|link|iframe|object)|@import|\bsrc=|:\/\/|href="[^#]|url\(/);
  assert.is(page.match(/<td class="track">/g)!.length, 3);
  assert.is(page.match(/<img /g)!.length, 8);
  fails(
    [model, '--calibrate', photos, '--zeros', '0.4', '--html', '-', '--json'],
    /--html - and --json cannot both go to/,
    2,
  );
});

test('a result that few would want has warnings with the cure, in the text, in JSON and on the page', () => {
  const words = ['prune', model, '--calibrate', photos, '--zeros', '0.85', '--photos', '20', '-o', at('poor.gw')];
  const { code, out, err } = groupwise([...words, '--json', '--html', at('poor.html')]);
  assert.is(code, 0, err);
  const { warnings, likeness } = JSON.parse(out) as PruneResult;
  assert.ok(likeness.agreement < 0.9, `${likeness.agreement}`);
  const own = /only [\d.]+ % of the photos keep their best class.*: ask for less with --speed or --zeros/;
  assert.is(warnings.filter((warning) => own.test(warning)).length, 1);
  for (const warning of warnings) assert.ok(err.includes(`warning: ${warning}\n`), warning);
  assert.match(readFileSync(at('poor.html'), 'utf8'), own);
});

test('wrong words and inputs are refused with what was found and what to do', () => {
  fails([model, '--calibrate', photos], /give either --speed, such as 1\.5, or --zeros/, 2);
  fails([model, '--calibrate', photos, '--speed', '1'], /--speed must be more than 1/, 2);
  fails([model, '--zeros', '0.5'], /--calibrate/, 2);
  fails(
    [at('one.gw'), '--calibrate', photos, '--zeros', '0.3'],
    /one\.gw: output "y" has one score, so all photos have the same best class/,
  );
  fails([model, '--calibrate', photos, '--speed', '50'], /small\.gw: 50 times the speed is out of reach/);
  fails(
    [at('bare.gw'), '--calibrate', photos, '--zeros', '0.3'],
    /bare\.gw: the model does not say how a photo becomes its input: give --preprocess imagenet, inception or a JSON file\n/,
  );
  writeFileSync(at('few.txt'), 'ant\nbee');
  fails(
    [model, '--calibrate', photos, '--zeros', '0.3', '--classes', at('few.txt')],
    /^groupwise: .*photos: --classes lists 2 classes, but the model has 5/,
  );
  fails(
    [model, '--calibrate', join(photos, 'ant'), '--zeros', '0.3'],
    /ant: 8 photos among 8 files; at least 20 are needed/,
  );
  fails([model, '--calibrate', at('nothing'), '--zeros', '0.3'], /nothing/);
});

test('photos that cannot be read are counted, and it is an error if none can', () => {
  const broken = at('broken');
  mkdirSync(broken);
  for (let i = 0; i < 20; i++) writeFileSync(join(broken, `${i}.png`), 'no photo');
  fails([model, '--calibrate', broken, '--zeros', '0.3'], /broken: no photo of 16 could be read; \d+\.png: /);
});

test.run();
