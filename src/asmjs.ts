/**
 * The same as `groupwise` for engines without WebAssembly, such as Hermes in React Native: the kernels are plain
 * JavaScript. They compute the same bits as `deterministic: true`, but a hundred to a thousand times slower: for small
 * networks only. Models run on the thread that loads them.
 *
 * @example
 * const classifier = await loadClassifier(bytes);
 * await classifier.classify({ data, width, height, channels: 4 });   // [{ label: 'daisy', index: 3, score: 0.93 }, ...]
 *
 * @module
 */

import { classifierLoader } from './classifier/load-classifier.js';
import { ArgumentError } from './errors.js';
import { photoPreparer } from './image/prepare.js';
import { pagePhotos, type ImageSource } from './image/source.js';
import { javascriptHost } from './kernels/javascript.js';
import { modelLoader } from './runtime/loader.js';

/** Refuses the option `worker`, which only plain JavaScript can pass. */
const onThisThread =
  <Source, Options extends object, Loaded>(load: (source: Source, options?: Options) => Promise<Loaded>) =>
  async (source: Source, options?: Options): Promise<Loaded> => {
    if (options && 'worker' in options && options.worker)
      throw new ArgumentError('option worker is true; groupwise/asmjs has no workers', 'worker');
    return load(source, options);
  };

/**
 * Loads a model.
 *
 * @param source its bytes, a Response, ReadableStream or Blob, or a URL (also as a string)
 * @throws {LoadError} if it cannot be fetched or its hash differs from `integrity`, {FormatError} if it is not a
 *   model, {EngineError} if the engine does not have enough memory
 */
export const loadModel = onThisThread(modelLoader(javascriptHost));

/**
 * Loads a classifier of photos: a model with one image input and one vector of scores.
 *
 * @throws {ShapeError} if the network is not of this form, {ArgumentError} for labels or preprocessing that do not fit
 *   it, and the errors of `loadModel`
 */
export const loadClassifier = onThisThread(classifierLoader(loadModel, pagePhotos));

/**
 * The input of a network for a photo, for networks that do not classify: `model.run(await prepare(photo, model))`.
 *
 * @throws {ImageError} if the photo cannot be read or nothing says how to prepare it, {ArgumentError} if the
 *   preprocessing does not fit the model
 */
export const prepare = photoPreparer<ImageSource>(pagePhotos.readPixels);

export * from './public.js';
