// groupwise itself, from dist/, as a user imports it.

import { readFileSync } from 'node:fs';
import { ROOT } from '../paths.js';

export const title = 'groupwise';
export const packageName = null;
export const channels = 'first';
export const relaxed = true;
export const forms = ['masked', 'gathered', 'padded'];
export const download = [JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')).unpkg]; // the file for script tags

export const prepare = async (network) => {
  const { toOnnx } = await import('../formats/onnx.js');
  const { convertOnnx } = await import(new URL('dist/convert.js', ROOT).href);
  return convertOnnx(toOnnx(network));
};

export const load = async (bytes, threads) => {
  if (threads === 1) {
    const { loadModel } = await import(new URL('dist/index.js', ROOT).href);
    return loadModel(bytes);
  }
  const { loadModel } = await import(new URL('dist/node.js', ROOT).href); // knows the threads of Node
  const model = await loadModel(bytes, { threads });
  const { oneThread } = model.runtimeInfo();
  if (oneThread) throw new Error(`groupwise runs on one thread: ${oneThread}`);
  return model;
};

export const run = (model, picture) => Object.values(model.run(picture))[0].data;
