// A page: sources of models and photos that the library "DOM" declares.

import { loadClassifier, loadModel } from 'groupwise';
import { convertOnnx } from 'groupwise/convert';
import * as external from 'groupwise/external';

export const run = async (photo: HTMLImageElement, file: File, signal: AbortSignal): Promise<Blob> => {
  const model = await loadModel(await fetch('model.gw'), { signal });
  model.dispose();
  const classifier = await loadClassifier(new URL('https://example.org/model.gw'));
  await classifier.classifyBatch([photo, file, new ImageData(1, 1), new OffscreenCanvas(1, 1)], { signal });
  return new Blob([await convertOnnx(await file.arrayBuffer())]);
};

/** A camera, in a worker. */
export const watch = async (
  video: HTMLVideoElement,
  track: MediaStreamTrack,
  signal: AbortSignal,
): Promise<string[]> => {
  const kernels = WebAssembly.compileStreaming(fetch('simd.wasm'));
  const classifier = await external.loadClassifier('model.gw', {
    worker: true,
    workerUrl: new URL('https://example.org/groupwise.min.js'),
    kernels: { simd: kernels, relaxed: await kernels },
  });
  const labels: string[] = [];
  for await (const [best] of classifier.stream(video, { signal, topK: 1 })) labels.push(best!.label);
  for await (const [best] of classifier.stream(track)) labels.push(best!.label);
  return labels;
};
