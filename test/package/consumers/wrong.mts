// Calls that must not compile, whatever classes the compilation knows: a source that became `any` would let them pass.

import { loadClassifier, loadModel, type ClassifierInput, type ImageSource, type ModelSource } from 'groupwise';
import * as node from 'groupwise/node';

type IsAny<Type> = 0 extends 1 & Type ? true : false;

export const known: (IsAny<ImageSource> | IsAny<ModelSource> | IsAny<ClassifierInput>)[] = [false];
known.every((any: false) => any);

async function* films(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(1);
}

export const misuse = async (bytes: Uint8Array): Promise<void> => {
  const classifier = await loadClassifier(bytes, { sources: ['bytes', 'url'], maxBytes: 1e6 });
  // @ts-expect-error a number is no photo
  await classifier.classify(42);
  // @ts-expect-error an object without pixels is no photo
  await classifier.classify({});
  // @ts-expect-error numbers are no photos
  await classifier.classifyBatch([42]);
  // @ts-expect-error null is no photo
  await classifier.embed(null);
  // @ts-expect-error there is no such kind of source
  await classifier.classify('photo.jpg', { sources: 'file' });
  // @ts-expect-error an object is no model
  await loadModel({});
  // @ts-expect-error a number is no kernel
  await loadModel(bytes, { kernels: 5 });
  // @ts-expect-error a worker has one or it has not
  await loadModel(bytes, { worker: 'yes' });
  // @ts-expect-error a number is no address
  await loadModel(bytes, { worker: true, workerUrl: 5 });
  // @ts-expect-error the methods of a model in a worker return promises
  (await loadModel(bytes, { worker: true })).run(new Float32Array(3)).scores;
  // @ts-expect-error a number is no film
  classifier.stream(5);
  // @ts-expect-error smoothing is a number
  classifier.stream(films(), { smoothing: 'much' });
  const other = await node.loadClassifier('model.gw');
  // @ts-expect-error a number is no photo
  await other.classify(42);
  // @ts-expect-error a number is no photo
  await node.prepare(42, other.model);
};
