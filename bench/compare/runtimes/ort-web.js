// ONNX Runtime Web on its WebAssembly backend.

export const title = 'ONNX Runtime Web';
export const packageName = 'onnxruntime-web';
export const channels = () => 'first';
export const relaxed = false;
export const forms = ['masked', 'gathered', 'padded', 'int8'];
export const download = [
  'onnxruntime-web/dist/ort.wasm.bundle.min.mjs',
  'onnxruntime-web/dist/ort-wasm-simd-threaded.wasm',
];

export const prepare = async (network) => {
  const { toOnnx } = await import('../formats/onnx.js');
  const { toOnnxInt8 } = await import('../formats/onnx-int8.js');
  const bytes = network.int8 ? await toOnnxInt8(network) : toOnnx(network);
  return { bytes, dims: [1, ...network.shapes.input] };
};

export const importIn = {
  node: () => import('onnxruntime-web'),
  page: () => import('onnxruntime-web/wasm'), // the build for pages that need no GPU
};

export const importMap = { 'onnxruntime-web/wasm': 'onnxruntime-web/dist/ort.wasm.bundle.min.mjs' };

export const load = async ({ env, InferenceSession, Tensor }, { bytes, dims }) => {
  env.wasm.numThreads = 1;
  const options = { executionProviders: ['wasm'], graphOptimizationLevel: 'all', logSeverityLevel: 3 };
  return { session: await InferenceSession.create(bytes, options), Tensor, dims };
};

export const run = async ({ session, Tensor, dims }, picture) => {
  const outputs = await session.run({ [session.inputNames[0]]: new Tensor('float32', picture, dims) });
  return outputs[session.outputNames[0]].data;
};
