// LiteRT.js (TensorFlow Lite with XNNPACK) on its WebAssembly backend.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { runInThisContext } from 'node:vm';
import { toTflite } from '../formats/tflite.js';
import { PACKAGES } from '../paths.js';

export const title = 'LiteRT.js';
export const packageName = '@litertjs/core';
export const channels = 'last';
export const relaxed = true;
export const forms = ['masked', 'gathered', 'padded', 'sparse', 'scattered'];
export const download = [
  '@litertjs/core/dist/index.js',
  '@litertjs/wasm-utils/dist/index.js',
  '@litertjs/core/wasm/litert_wasm_internal.js',
  '@litertjs/core/wasm/litert_wasm_internal.wasm',
];

export const prepare = (network) => {
  const [channels, height, width] = network.shapes.input;
  return { bytes: toTflite(network), dims: [1, height, width, channels] };
};

export const load = async ({ bytes, dims }) => {
  const { loadAndCompile, Tensor } = await (started ??= start());
  const model = await loadAndCompile(bytes, { accelerator: 'wasm', cpuOptions: { numThreads: 1 } });
  return { model, Tensor, dims };
};

export const run = async ({ model, Tensor, dims }, picture) => {
  const input = new Tensor(picture, dims);
  const outputs = await model.run(input);
  const values = outputs[0].toTypedArray().slice();
  for (const tensor of [input, ...outputs]) tensor.delete();
  return values;
};

/** The module, once its WebAssembly is compiled. */
let started;

const start = async () => {
  actAsWorker();
  const module = await import('@litertjs/core');
  const folder = new URL('@litertjs/core/wasm/', PACKAGES);
  await module.loadLiteRt(folder.pathname); // the build with relaxed SIMD where the engine has it, else the compatible one
  return module;
};

/**
 * LiteRT.js expects a browser's worker; this defines the globals of one, reading scripts and WebAssembly from files.
 */
const actAsWorker = () => {
  globalThis.self = globalThis;
  globalThis.importScripts = (path) => {
    // The script detects Node and then wants the variables of a CommonJS module.
    Object.assign(globalThis, { require: createRequire(import.meta.url), __dirname: dirname(path), __filename: path });
    globalThis.Module = { wasmBinary: readFileSync(path.replace(/\.js$/, '.wasm')) };
    runInThisContext(readFileSync(path, 'utf8'), { filename: path });
  };
};
