// A page: sources of models and photos that the library "DOM" declares.

import { loadClassifier, loadModel } from 'groupwise';
import { convertOnnx } from 'groupwise/convert';

export const run = async (photo: HTMLImageElement, file: File, signal: AbortSignal): Promise<Blob> => {
  const model = await loadModel(await fetch('model.gw'), { signal });
  model.dispose();
  const classifier = await loadClassifier(new URL('https://example.org/model.gw'));
  await classifier.classifyBatch([photo, file, new ImageData(1, 1), new OffscreenCanvas(1, 1)], { signal });
  return new Blob([await convertOnnx(await file.arrayBuffer())]);
};
