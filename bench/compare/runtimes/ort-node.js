// ONNX Runtime in native code: the reference for outputs, and the native speed to compare with.

import { toOnnx } from '../formats/onnx.js';

export { run } from './ort-web.js';

export const title = 'ONNX Runtime, native';
export const packageName = 'onnxruntime-node';
export const channels = 'first';
export const relaxed = false;
export const forms = ['masked', 'gathered', 'padded'];
export const download = null;

export const prepare = (network) => ({ bytes: toOnnx(network), dims: [1, ...network.shapes.input] });

export const load = async ({ bytes, dims }) => {
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1, graphOptimizationLevel: 'all' };
  return { session: await InferenceSession.create(bytes, options), Tensor, dims };
};
