// Times models side by side: node build/bench/models.js [--deterministic] model.onnx|model.gw ...

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { convertOnnx } from '../src/convert.js';
import { loadModel, type Model } from '../src/index.js';
import { conditions, interleave } from './interleave.js';

const files = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const deterministic = process.argv.includes('--deterministic');

if (!files.length) {
  console.error('usage: node build/bench/models.js [--deterministic] model.onnx|model.gw ...');
  process.exit(2);
}

const models: Model[] = [];
for (const file of files) {
  const bytes = new Uint8Array(await readFile(file));
  models.push(await loadModel(file.endsWith('.gw') ? bytes : await convertOnnx(bytes), { deterministic }));
}
const timings = interleave(models);
console.log(`${conditions()}, ${models[0]!.kernels} kernels\n`);
console.log('| model | MMACs | fastest ms | median ms | GMAC/s | times as fast as the first |');
console.log('|---|---|---|---|---|---|');
models.forEach((model, i) => {
  const { macs } = model.describe();
  const { fastest, median } = timings[i]!;
  const row = [
    basename(files[i]!),
    (macs / 1e6).toFixed(1),
    fastest.toFixed(2),
    median.toFixed(2),
    (macs / fastest / 1e6).toFixed(1),
    (timings[0]!.fastest / fastest).toFixed(2),
  ];
  console.log(`| ${row.join(' | ')} |`);
});
