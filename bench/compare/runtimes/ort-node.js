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
    ...((await saturates()) && { extra: { session: { x64quantprecision: '1' } } }),
  };
  return { session: await InferenceSession.create(bytes, options), Tensor, dims };
};

/** Whether the kernels for int8 may saturate: on x86 processors without VNNI, unless told to take slower ones. */
const saturates = async () => {
  if (process.arch !== 'x64') return false;
  const { readFile } = await import('node:fs/promises');
  const features = await readFile('/proc/cpuinfo', 'utf8').catch(() => ''); // only Linux tells
  return !/\bavx(512)?_vnni\b/.test(features);
};
