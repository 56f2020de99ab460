// An ES module that uses every entry: must compile with and without the library "DOM".

import {
  ArgumentError,
  GroupwiseError,
  hasSimd,
  loadClassifier,
  loadModel,
  presets,
  VERSION,
  type Classification,
  type ClassifierOptions,
  type Model,
  type ModelSource,
  type StreamOptions,
  type Tensor,
  type WorkerClassifier,
  type WorkerModel,
} from 'groupwise';
import { convertOnnx, type ConvertOptions } from 'groupwise/convert';
import * as asmjs from 'groupwise/asmjs';
import * as edge from 'groupwise/edge';
import * as external from 'groupwise/external';
import * as node from 'groupwise/node';

const describe = (model: Model): string => {
  const outputs: Record<string, Tensor> = model.run(new Float32Array(3));
  const license: string | undefined = model.metadata.license;
  const kernels: 'simd' | 'relaxed' | 'scalar' = model.kernels;
  return [VERSION, license, kernels, hasSimd(), ...Object.keys(outputs)].join(' ');
};

export const classify = async (bytes: Uint8Array): Promise<Classification[]> => {
  const options: ClassifierOptions = {
    labels: ['a'],
    preprocess: presets.imagenet(224),
    deterministic: true,
    onProgress: ({ loaded, total }) => void (loaded / total),
  };
  const classifier = await loadClassifier(bytes, options);
  describe(classifier.model);
  const { data, width, height } = await node.decodeImage(bytes);
  return classifier.classify({ data, width, height, channels: 3 }, { topK: 3, allow: ['a', 0] });
};

export const convert = async (onnx: Uint8Array): Promise<Model> => {
  const options: ConvertOptions = { preprocess: 'inception', weights: 'f16', shapes: { x: [1, 3, 8, 8] } };
  const source: ModelSource = await convertOnnx(onnx, options);
  const scalar = 'https://example.org/scalar.wasm';
  return source instanceof Uint8Array ? asmjs.loadModel(source, { kernels: { scalar } }) : external.loadModel(source);
};

/** A model in a worker has the methods of one on the page, all of which return promises. */
export const inWorker = async (bytes: Uint8Array): Promise<Float32Array> => {
  const model: WorkerModel = await loadModel(bytes, { worker: true, workerUrl: '/groupwise.min.js' });
  const outputs: Record<string, Tensor> = await model.run(new Float32Array(3));
  const { macs }: { macs: number } = await model.describe();
  const classifier: WorkerClassifier = await loadClassifier(bytes, { worker: true, kernels: bytes, labels: ['a'] });
  const options: StreamOptions = { smoothing: 0.8, interval: macs + Object.keys(outputs).length };
  const pixels = { data: bytes, width: 1, height: 1, channels: 3 } as const;
  const films = async function* () {
    yield pixels;
  };
  for await (const [best] of classifier.stream(films(), options)) if (best) return classifier.scores(pixels);
  classifier.dispose();
  return (await loadClassifier(bytes, { worker: false })).scores(pixels);
};

/** Kernels are bytes, a URL, or both builds. */
export const withKernels = async (bytes: Uint8Array): Promise<Model[]> => [
  await loadModel(bytes, { kernels: '/simd.wasm' }),
  await external.loadModel(bytes, { kernels: { simd: bytes, relaxed: 'https://example.org/relaxed.wasm' } }),
  await node.loadModel(bytes, { kernels: new ArrayBuffer(8) }),
];

/** Without the types of WebAssembly, no modules can be passed. */
export const onEdge = async (bytes: Uint8Array): Promise<Classification[]> => {
  edge.provideDecoders({});
  const classifier = await edge.loadClassifier(bytes, { sources: 'bytes' });
  return classifier.classify(bytes);
};

export const explain = (error: unknown): string => {
  if (error instanceof ArgumentError) return `wrong call (${error.code satisfies 'GW_ARGUMENT'})`;
  return error instanceof GroupwiseError ? error.code : 'unknown';
};

// @ts-expect-error there is no such option
void loadModel(new Uint8Array(1), { numerics: 'fast' });
// @ts-expect-error there are no workers
void edge.loadModel(new Uint8Array(1), { worker: true });
// @ts-expect-error a number is no source
void loadModel(5);
