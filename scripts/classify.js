// Converts an ONNX model and classifies photos with it: `npm run classify -- model.onnx photo.jpg [options of convert]`.
// A .gw model is used as it is.

import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const FOLDER = fileURLToPath(new URL('../build/models/', import.meta.url));
const CONVERT_OPTIONS = ['--labels', '--preprocess', '--weights', '--constant', '--shape'];

const files = [], options = [], rest = [];
const given = process.argv.slice(2);
while (given.length) {
  const argument = given.shift();
  if (CONVERT_OPTIONS.includes(argument)) options.push(argument, given.shift() ?? '');
  else if (argument === '--top') rest.push(argument, given.shift() ?? '');
  else if (argument.startsWith('--')) rest.push(argument);
  else files.push(argument);
}

const [model, ...photos] = files;
if (!model || !photos.length) {
  console.error('usage: npm run classify -- model.onnx photo... [--labels file] [--preprocess imagenet|tf|file.json] [--top 5]');
  process.exit(2);
}

const groupwise = (...parameters) => {
  const { status } = spawnSync(process.execPath, [CLI, ...parameters], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};

let converted = model;
if (!model.endsWith('.gw')) {
  mkdirSync(FOLDER, { recursive: true });
  converted = join(FOLDER, `${basename(model).replace(/\.onnx$/, '')}.gw`);
  const path = isAbsolute(model) || model.startsWith('.') ? model : `./${model}`;
  groupwise('convert', path, '-o', converted, ...(options.includes('--preprocess') ? options : ['--preprocess', 'imagenet', ...options]));
}
groupwise('classify', converted, ...photos, ...rest);
