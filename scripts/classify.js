// Classifies photos in a checkout: `npm run classify -- photo.jpg [options]`, or the sample pictures where no photo is given.
// An ONNX model before them is converted first; everything that can be wrong with the command line is found before that.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const FOLDER = fileURLToPath(new URL('../build/models/', import.meta.url));

const PICTURES = relative('.', fileURLToPath(new URL('../examples/pictures/', import.meta.url)));

const USAGE = `usage: npm run classify -- [model.onnx|model.gw|name] photo...
  both:        --labels file
               --preprocess imagenet|inception|file.json (default for .onnx: imagenet; else: what the model says)
  .onnx only:  --weights f32|f16, --constant name=file.npy, --shape name=1,3,224,224, --external-data
  results:     --top 5, --threshold 0..1, --deterministic, --json`;

const PHOTOS = { labels: { type: 'string' }, preprocess: { type: 'string' } };
const CONVERT = {
  weights: { type: 'string' },
  constant: { type: 'string', multiple: true },
  shape: { type: 'string', multiple: true },
  'external-data': { type: 'boolean' },
};
const RESULTS = {
  top: { type: 'string' },
  threshold: { type: 'string' },
  deterministic: { type: 'boolean' },
  json: { type: 'boolean' },
};

const CHECKS = {
  weights: [(text) => ['f32', 'f16'].includes(text), 'f32 or f16'],
  top: [(text) => Number.isSafeInteger(Number(text)) && Number(text) >= 1, 'a whole number of at least 1'],
  threshold: [(text) => text.trim() && Number(text) >= 0 && Number(text) <= 1, 'a number from 0 to 1'],
};

const refuse = (message) => {
  console.error(message ? `classify: ${message}\n${USAGE}` : USAGE);
  process.exit(2);
};

const parse = () => {
  try {
    const help = { type: 'boolean', short: 'h' };
    return parseArgs({ options: { ...PHOTOS, ...CONVERT, ...RESULTS, help }, allowPositionals: true, strict: true });
  } catch (error) {
    return refuse(error.message);
  }
};

/** Those of `values` that `options` describes, as words of a command line. */
const wordsOf = (options, values) =>
  Object.keys(options).flatMap((name) =>
    [values[name] ?? []].flat().flatMap((value) => (value === true ? [`--${name}`] : [`--${name}=${value}`])),
  );

const groupwise = (...words) => {
  const { status } = spawnSync(process.execPath, [CLI, ...words], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};

const { values, positionals: files } = parse();
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
if (!files.length)
  files.push(
    ...readdirSync(PICTURES)
      .filter((name) => name.endsWith('.jpg'))
      .map((name) => join(PICTURES, name)),
  );
const [model, ...photos] = files;
const converts = /\.onnx$/i.test(model);
if (converts && !photos.length) refuse('no photo is given, only a model');
for (const [name, [holds, expected]] of Object.entries(CHECKS)) {
  if (values[name] !== undefined && !holds(values[name])) refuse(`--${name} is ${expected}, not '${values[name]}'`);
}

const results = wordsOf(RESULTS, values),
  own = wordsOf(CONVERT, values);
if (converts) {
  if (values.preprocess === undefined) {
    console.error(
      'classify: photos are prepared as for ImageNet networks of PyTorch; --preprocess inception or file.json is for others',
    );
  }
  mkdirSync(FOLDER, { recursive: true });
  const converted = join(FOLDER, `${basename(model).replace(/\.onnx$/i, '')}.gw`);
  groupwise('convert', ...wordsOf(PHOTOS, { preprocess: 'imagenet', ...values }), ...own, '-o', converted, '--', model);
  groupwise('classify', ...results, '--', converted, ...photos);
} else {
  if (own.length) refuse(`${own[0].replace(/=.*/s, '')} is for ONNX models; ${model} is none`);
  groupwise('classify', ...wordsOf(PHOTOS, values), ...results, '--', ...files);
}
