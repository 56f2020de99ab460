// LiteRT.js (TensorFlow Lite with XNNPACK) on its WebAssembly backend.

import { PACKAGES } from '../paths.js';

export const title = 'LiteRT.js';
export const packageName = '@litertjs/core';
export const channels = () => 'last';
export const relaxed = true;
export const forms = ['masked', 'gathered', 'padded', 'sparse', 'scattered', 'int8'];
export const download = [
  '@litertjs/core/dist/index.js',
  '@litertjs/wasm-utils/dist/index.js',
  '@litertjs/core/wasm/litert_wasm_internal.js',
  '@litertjs/core/wasm/litert_wasm_internal.wasm',
];

export const prepare = async (network) => {
  const { toTflite } = await import('../formats/tflite.js');
  const { toTfliteInt8 } = await import('../formats/tflite-int8.js');
  const [channels, height, width] = network.shapes.input;
  const bytes = network.int8 ? await toTfliteInt8(network) : toTflite(network);
  return { bytes, dims: [1, height, width, channels] };
};

export const importIn = {
  async node() {
    const { actAsWorker } = await import('./litert-in-node.js');
    actAsWorker();
    return import('@litertjs/core');
  },
  page: () => import('@litertjs/core'),
};

export const importMap = {
  '@litertjs/core': '@litertjs/core/dist/index.js',
  '@litertjs/wasm-utils': '@litertjs/wasm-utils/dist/index.js',
};

export const load = async ({ loadLiteRt, loadAndCompile, Tensor }, { bytes, dims }) => {
  await (started ??= loadLiteRt(WASM)); // the build with relaxed SIMD where the engine has it, else the compatible one
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

/** Where its builds are: a path of the file system in Node, of the server in a page. */
const WASM = new URL('@litertjs/core/wasm/', PACKAGES).pathname;

/** Settles when its WebAssembly is compiled, which happens once. */
let started;
