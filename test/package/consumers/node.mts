// Node without the library "DOM": @types/node declares the sources.

import { readFile } from 'node:fs/promises';
import { loadClassifier, writeNpy } from 'groupwise/node';

export const run = async (signal: AbortSignal): Promise<Uint8Array> => {
  const classifier = await loadClassifier(new URL('file:///model.gw'), { signal });
  await classifier.classify(new Blob([await readFile('photo.jpg')]));
  const thread = await loadClassifier('model.gw', { worker: true });
  await thread.scores('photo.jpg', { signal });
  return writeNpy({ data: await classifier.embed('photo.jpg', { signal }), shape: [1, 8] });
};
