// groupwise itself, from dist/, as a user imports it.

import { ROOT } from '../paths.js';

export const title = 'groupwise';
export const packageName = null;
export const channels = ({ int8 }) => (int8 ? 'last' : 'first'); // as the file has them that it is converted from
export const relaxed = true;
export const forms = ['masked', 'gathered', 'padded', 'int8'];
export const download = ['dist/umd/groupwise.min.js']; // the file for script tags

export const prepare = async (network) => {
  const { convertOnnx, convertTflite } = await fromDist('convert.js');
  if (network.int8) {
    const { toTfliteInt8 } = await import('../formats/tflite-int8.js');
    return convertTflite(await toTfliteInt8(network));
  }
  const { toOnnx } = await import('../formats/onnx.js');
  return convertOnnx(toOnnx(network));
};

export const importIn = {
  node: (threads) => fromDist(threads === 1 ? 'index.js' : 'node.js'), // the latter knows the threads of Node
  page: () => fromDist('index.js'),
};

export const load = async ({ loadModel }, bytes, threads) => {
  if (threads === 1) return loadModel(bytes);
  const model = await loadModel(bytes, { threads });
  const { oneThread } = model.runtimeInfo();
  if (oneThread) throw new Error(`groupwise runs on one thread: ${oneThread}`);
  return model;
};

export const run = (model, picture) => Object.values(model.run(picture))[0].data;

const fromDist = (file) => import(new URL(`dist/${file}`, ROOT).href);
