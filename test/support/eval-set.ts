// A small labelled set as a folder and as archives, and a model with one class more than the set.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../src/convert.js';
import type { EvaluationResult } from '../../src/eval/metrics.js';
import { encodePng } from '../../src/node/encode-png.js';
import type { Preprocess } from '../../src/node.js';
import { writeTar, writeZip, type Packed } from './archives.js';
import { groupwise, temporaryFolder } from './command.js';
import { floats, writeOnnx } from './onnx/write.js';
import { mulberry32 } from './seeded.js';

const SEED = 11;
console.log(`SEED=${SEED}`);

/** Classes of the model: one more than the set has. */
export const LABELS = ['ant', 'bee', 'cat', 'dog', 'elk & <fox>', 'gnu', 'hen'];
/** Classes of the set. */
export const FOLDERS = LABELS.slice(0, -1);
/** Number of pictures of each class. */
export const EACH = 7;
/** Width and height of the pictures. */
export const SIDE = 9;

/** Pixels without resizing, scaled to -2..2. */
export const preprocess: Preprocess = {
  width: SIDE,
  height: SIDE,
  resize: 'none',
  shortSide: 0,
  filter: 'bilinear',
  order: 'RGB',
  divisor: 255,
  mean: [0.5],
  std: [0.25],
  fill: 0,
};

const next = mulberry32(SEED);
const random = (count: number, size: number) => Array.from({ length: count }, () => (next() * 2 - 1) * size);

/** A network from the mean colour of a picture to scores. */
export const network = (classes: number, weights = random(classes * 3, 3)): Uint8Array =>
  writeOnnx({
    nodes: [
      { op: 'GlobalAveragePool', inputs: ['x'], outputs: ['a'] },
      { op: 'Conv', inputs: ['a', 'w'], outputs: ['b'] },
      { op: 'Flatten', inputs: ['b'], outputs: ['y'] },
    ],
    inputs: [{ name: 'x', dims: ['N', 3, SIDE, SIDE] }],
    outputs: ['y'],
    tensors: [floats('w', [classes, 3, 1, 1], weights)],
  });

const picture = (): Uint8Array => {
  const colour = [next(), next(), next()];
  const data = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) =>
    Math.max(0, Math.min(255, colour[i % 3]! * 255 + (next() - 0.5) * 60)),
  );
  return encodePng({ data, width: SIDE, height: SIDE, channels: 3 });
};

/** The pictures of the part `test`. */
export const pictures: Packed[] = FOLDERS.flatMap((folder) =>
  Array.from({ length: EACH }, (_, i) => ({ name: `test/${folder}/${i}.png`, bytes: picture() })),
);
const unused: Packed[] = [
  { name: 'train/ant/0.png', bytes: picture() },
  { name: 'train/bee/0.png', bytes: picture() },
  { name: 'test/ant/.hidden.png', bytes: new Uint8Array(3) },
];
const files = [...unused, ...pictures].sort(() => next() - 0.5);

const folder = temporaryFolder();
/** The path of a file of this test. */
export const at = (name: string): string => join(folder, name);
/** Writes a file of this test and returns its path. */
export const save = (name: string, bytes: Uint8Array | string): string => {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), bytes);
  return at(name);
};
/** The model with labels. */
export const model = at('model.gw');
/** The model without labels. */
export const bare = at('bare.gw');
/** The set as a folder. */
export const set = at('set');

/** A result without what depends on the machine and the kind of set. */
export const withoutTimes = (
  result: EvaluationResult,
): Omit<EvaluationResult, 'seconds' | 'imagesPerSecond' | 'set'> => {
  const { seconds: _, imagesPerSecond: __, set: ___, ...rest } = result;
  return rest;
};

/** The result that `groupwise eval --json` prints. */
export const evaluated = (...words: string[]): EvaluationResult => {
  const { code, out, err } = groupwise(['eval', ...words, '--json']);
  assert.is(code, 0, err);
  return JSON.parse(out) as EvaluationResult;
};
/** Expects the command to fail with one line on standard error and nothing on standard output. */
export const fails = (words: string[], message: RegExp, code = 1): void => {
  const { code: own, out, err } = groupwise(['eval', ...words]);
  assert.equal([own, out], [code, ''], err);
  assert.match(err, message);
  assert.not.match(err, /\n +at /);
};

/** Writes the model with and without labels, and the set in all forms. @returns the result of one worker */
export const prepareSet = async (): Promise<EvaluationResult> => {
  const onnx = network(LABELS.length);
  writeFileSync(model, await convertOnnx(onnx, { labels: LABELS, preprocess }));
  writeFileSync(bare, await convertOnnx(onnx, { preprocess }));
  for (const { name, bytes } of files) save(`set/${name}`, bytes);
  save('set.zip', writeZip(files));
  save('set.tar.gz', gzipSync(await writeTar(files.map((file) => ({ ...file, name: `./${file.name}` })))));
  save('set.tar', await writeTar(files));
  return evaluated(model, set, '--workers', '1');
};
