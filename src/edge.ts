/**
 * The same as `groupwise` for Cloudflare Workers and other engines that compile no WebAssembly from bytes: kernels and
 * decoders are imported as .wasm modules, which wrangler and workerd compile when they deploy. Pictures (JPEG, PNG, BMP, GIF
 * and ICO, WebP and AVIF with `provideDecoders`, TIFF with the package geotiff) are decoded without a browser, as in
 * `groupwise/node`. Needs the flag `nodejs_compat`.
 *
 * @example
 * const classifier = await loadClassifier(model);
 * await classifier.classify(await request.arrayBuffer());   // [{ label: 'daisy', index: 3, score: 0.93 }, ...]
 *
 * @module
 */

import gated from './kernels/gated.wasm';
import int8 from './kernels/int8.wasm';
import jpeg from './kernels/jpeg.wasm';
import relaxed from './kernels/relaxed.wasm';
import simd from './kernels/simd.wasm';
import { loadersOnThisThread } from './classifier/on-this-thread.js';
import type { PhotoReader } from './image/prepare.js';
import { pagePhotos, pixelsFromSource, type ImageSource } from './image/source.js';
import { givenKernels } from './kernels/given.js';
import { decodeImage } from './node/decode.js';
import { provideDecoders } from './node/decoders.js';

provideDecoders({ jpeg });

const edgePhotos: PhotoReader<ImageSource> = {
  ...pagePhotos,
  readPixels: (source, options) => pixelsFromSource(source, options, decodeImage),
};

const loaders = loadersOnThisThread('groupwise/edge', givenKernels({ simd, relaxed, int8, gated }), edgePhotos);

/**
 * Loads a model.
 *
 * @param source its bytes, a Response, ReadableStream or Blob, or a URL (also as a string)
 * @throws {LoadError} if it cannot be fetched or its hash differs from `integrity`, {FormatError} if it is not a
 *   model, {EngineError} if the engine cannot run it or does not have enough memory
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

export { decodeImage, type DecodeOptions } from './node/decode.js';
export { provideDecoders, type Decoders } from './node/decoders.js';

export * from './public.js';
