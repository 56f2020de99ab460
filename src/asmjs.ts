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

import { loadersOnThisThread } from './classifier/on-this-thread.js';
import { pagePhotos } from './image/source.js';
import { javascriptHost } from './kernels/javascript.js';

const loaders = loadersOnThisThread('groupwise/asmjs', javascriptHost, pagePhotos);

/**
 * Loads a model.
 *
 * @param source its bytes, a Response, ReadableStream or Blob, or a URL (also as a string)
 * @throws {LoadError} if it cannot be fetched or its hash differs from `integrity`, {FormatError} if it is not a
 *   model, {EngineError} if the engine does not have enough memory
 */
export const loadModel = loaders.loadModel;

/**
 * Loads a classifier of photos: a model with one image input and one vector of scores.
 *
 * @throws {ShapeError} if the network is not of this form, {ArgumentError} for labels or preprocessing that do not fit
 *   it, and the errors of `loadModel`
 */
export const loadClassifier = loaders.loadClassifier;

/**
 * The input of a network for a photo, for networks that do not classify: `model.run(await prepare(photo, model))`.
 *
 * @throws {ImageError} if the photo cannot be read or nothing says how to prepare it, {ArgumentError} if the
 *   preprocessing does not fit the model
 */
export const prepare = loaders.prepare;

export * from './public.js';
