// ONNX Runtime in native code: the reference for outputs, and the native speed to compare with.

export { prepare, run } from './ort-web.js';

export const title = 'ONNX Runtime, native';
export const packageName = 'onnxruntime-node';
export const channels = () => 'first';
export const relaxed = false;
export const forms = ['masked', 'gathered', 'padded', 'int8'];
export const download = null;

export const importIn = { node: () => import('onnxruntime-node') };

export const load = async ({ InferenceSession, Tensor }, { bytes, dims }) => {
  const options = {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    // Without VNNI, its fastest instructions for int8 saturate; this takes others there.
    extra: { session: { x64quantprecision: '1' } },
  };
  return { session: await InferenceSession.create(bytes, options), Tensor, dims };
};
