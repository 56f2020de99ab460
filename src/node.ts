/**
 * The same as `groupwise` for Node, Deno and Bun: models and photos are also read by path, and photos (JPEG, PNG, WebP,
 * BMP, GIF) are decoded without a browser, to the same bytes as in Pillow. A string is a path unless it begins with `http:`,
 * `https:`, `data:`, `blob:` or `file:`. A string from a user of your service could so name any file or server that your
 * process can reach: pass bytes, or set the option `sources`.
 *
 * @example
 * const classifier = await loadClassifier('flowers.gw');
 * await classifier.classify('garden.jpg');   // [{ label: 'daisy', index: 3, score: 0.93 }, ...]
 *
 * @module
 */

import { classifierLoader } from './classifier/load-classifier.js';
import { photoPreparer } from './image/prepare.js';
import { embeddedHost } from './kernels/embedded.js';
import { modelLoader } from './runtime/loader.js';
import type { ImageSource } from './image/source.js';
import { fileOpener, filePhotos } from './node/paths.js';
import { kernelThreads, workers } from './node/workers.js';
import { classifierOffPage, modelOffPage } from './worker/off-page.js';

/**
 * Loads a model, also from a path or a file: URL.
 *
 * @param source a path, its bytes, a Response, ReadableStream or Blob, or a URL (also as a string)
 * @throws {LoadError} if it cannot be fetched or its hash differs from `integrity`, {FormatError} if it is not a
 *   model, {EngineError} if the engine cannot run it or does not have enough memory
 */
export const loadModel = modelOffPage(modelLoader(embeddedHost, fileOpener, kernelThreads), workers);

/**
 * Loads a classifier of photos: a model with one image input and one vector of scores. A photo that is a string is read
 * as a path or URL: with `sources: 'bytes'` none is.
 *
 * @throws {ShapeError} if the network is not of this form, {ArgumentError} for labels or preprocessing that do not fit
 *   it, and the errors of `loadModel`
 */
export const loadClassifier = classifierOffPage(classifierLoader(loadModel, filePhotos), filePhotos, workers);

/**
 * The input of a network for a photo, for networks that do not classify: `model.run(await prepare(photo, model))`.
 *
 * @throws {ImageError} if the photo cannot be read or nothing says how to prepare it, {ArgumentError} if the
 *   preprocessing does not fit the model
 */
export const prepare = photoPreparer<ImageSource>(filePhotos.readPixels, embeddedHost);

export { decodeImage, type DecodeOptions } from './node/decode.js';
export { readNpy, writeNpy } from './node/npy.js';

export * from './public.js';
