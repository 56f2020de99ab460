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

export const load = async (bytes) => {
  const { loadModel } = await import(new URL('dist/index.js', ROOT).href);
  return loadModel(bytes);
};

export const run = (model, picture) => Object.values(model.run(picture))[0].data;
