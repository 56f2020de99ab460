// A small model for the tests of commands, converted once from a network of the fixtures: 16x16 RGB, ten classes.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { convertOnnx, type ConvertOptions } from '../../src/convert.js';
import { groupwise, temporaryFolder, tiny, writePhoto } from './command.js';

export const LABELS = ['ant', 'bee', 'cat', 'dog', 'elk', 'fox', 'gnu', 'hen', 'ibis', 'jay'];

const PREPROCESS = {
  width: 16,
  height: 16,
  resize: 'squash',
  shortSide: 0,
  filter: 'bilinear',
  order: 'RGB',
  divisor: 255,
  mean: [0.5],
  std: [0.5],
  fill: 0,
} as const;

const folder = temporaryFolder();

/** A path in a folder that is removed when the process ends. */
export const at = (name: string): string => join(folder, name);

/** Writes the model with these options, and returns its path. */
const writeModel = async (name: string, options: ConvertOptions): Promise<string> => {
  writeFileSync(at(name), await convertOnnx(new Uint8Array(readFileSync(tiny('separable'))), options));
  return at(name);
};

const preprocess = { ...PREPROCESS, mean: [...PREPROCESS.mean], std: [...PREPROCESS.std] };

/** The path of the model with labels, preprocessing, license and test vector. */
export const model = await writeModel('separable.gw', {
  labels: LABELS,
  preprocess,
  license: 'MIT',
  testVector: { inputs: { image: Float32Array.from({ length: 3 * 16 * 16 }, (_, i) => Math.sin(i)) } },
});

/** The path of the same model without any of these. */
export const bareModel = await writeModel('bare.gw', {});

writeFileSync(at('labels.txt'), `${LABELS.join('\n')}\n`);
writeFileSync(at('preprocess.json'), JSON.stringify(preprocess));

/** Command-line options that supply what the bare model lacks. */
export const BARE_OPTIONS = ['--preprocess', at('preprocess.json'), '--labels', at('labels.txt')];

/** The path of a small photo. */
export const photo = writePhoto(folder, 'jpeg 4:2:0', 'photo.jpg');

/** The command fails with exit code 1, one message that matches, and nothing on the standard output. */
export const fails = (words: readonly string[], message: RegExp, input?: Uint8Array): void => {
  const { code, out, err } = groupwise(words, input);
  assert.is(code, 1, err);
  assert.is(out, '');
  assert.match(err, message);
  assert.not.match(err, /\n +at /);
};
