/**
 * The same as `groupwise`, with the kernels in separate .wasm files instead of inside the JavaScript, so that engines
 * compile them while streaming. Bundlers find the files through `new URL(..., import.meta.url)`; with those that do not,
 * a chunk with the embedded kernels is loaded instead.
 *
 * @module
 */

import { classifierLoader } from './classifier/load-classifier.js';
import { kernelFiles } from './kernels/files.js';
import { photoPreparer } from './image/prepare.js';
import { pagePhotos, type ImageSource } from './image/source.js';
import { wasmHost } from './kernels/wasm.js';
import { modelLoader } from './runtime/loader.js';
import { classifierOffPage, modelOffPage } from './worker/off-page.js';
import { webWorkers } from './worker/web-worker.js';

const compile = kernelFiles({
  simd: () => new URL('./kernels/simd.wasm', import.meta.url),
  relaxed: () => new URL('./kernels/relaxed.wasm', import.meta.url),
  scalar: () => new URL('./kernels/scalar.wasm', import.meta.url),
});

const kernels = wasmHost(compile, ['simd', 'relaxed', 'scalar']);

/**
 * Loads a model.
 *
 * @param source its bytes, a Response, ReadableStream or Blob, or a URL (also as a string)
 * @throws {LoadError} if it cannot be fetched or its hash differs from `integrity`, {FormatError} if it is not a
 *   model, {EngineError} if the engine cannot run it or does not have enough memory
 */
export const loadModel = modelOffPage(modelLoader(kernels), webWorkers);

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
export const prepare = photoPreparer<ImageSource>(pagePhotos.readPixels, kernels);

export * from './public.js';
