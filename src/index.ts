/**
 * Runs convolutional networks, learned groups included, in WebAssembly SIMD: a model file and a photo in, labels out.
 *
 * @example
 * const classifier = await loadClassifier('flowers.gw');
 * await classifier.classify(photo);   // [{ label: 'daisy', index: 3, score: 0.93 }, ...]
 *
 * @module
 */

import { classifierLoader } from './classifier/load-classifier.js';
import { embeddedHost } from './kernels/embedded.js';
import { photoPreparer } from './image/prepare.js';
import { pagePhotos, type ImageSource } from './image/source.js';
import { modelLoader } from './runtime/loader.js';
import { classifierOffPage, modelOffPage } from './worker/off-page.js';
import { webWorkers } from './worker/web-worker.js';

/**
 * Loads a model.
 *
 * @param source its bytes, a Response, ReadableStream or Blob, or a URL (also as a string)
 * @throws {LoadError} if it cannot be fetched or its hash differs from `integrity`, {FormatError} if it is not a
 *   model, {EngineError} if the engine cannot run it or does not have enough memory
 */
export const loadModel = modelOffPage(modelLoader(embeddedHost), webWorkers);

/**
 * Loads a classifier of photos: a model with one image input and one vector of scores.
 *
 * @throws {ShapeError} if the network is not of this form, {ArgumentError} for labels or preprocessing that do not fit
 *   it, and the errors of `loadModel`
 */
export const loadClassifier = classifierOffPage(classifierLoader(loadModel, pagePhotos), pagePhotos, webWorkers);

/**
 * The input of a network for a photo, for networks that do not classify: `model.run(await prepare(photo, model))`.
 *
 * @throws {ImageError} if the photo cannot be read or nothing says how to prepare it, {ArgumentError} if the
 *   preprocessing does not fit the model
 */
export const prepare = photoPreparer<ImageSource>(pagePhotos.readPixels, embeddedHost);

export * from './public.js';
