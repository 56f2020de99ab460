/**
 * The same as `groupwise`, with the kernels in .wasm files beside this one instead of inside the JavaScript: for pages
 * that compile them while they arrive. Bundlers find the files by `new URL(..., import.meta.url)`.
 *
 * @module
 */

import { classifierLoader } from './classify.js';
import { fetchedKernels } from './fetched.js';
import { pixelsFromSource } from './image/source.js';
import { modelLoader } from './model.js';

const kernels = fetchedKernels({
  simd: new URL('./kernels/simd.wasm', import.meta.url),
  relaxed: new URL('./kernels/relaxed.wasm', import.meta.url),
});

/** Loads a model. See `modelLoader` for what it takes and throws. */
export const loadModel = modelLoader(kernels);

/** Loads a classifier of photos: a model with one image input and one vector of scores. */
export const loadClassifier = classifierLoader(loadModel, pixelsFromSource);

export type { ClassifierInput, ClassifierOptions, ClassifyOptions, ImageClassifier } from './classify.js';
export type { Description, LayerDescription } from './describe.js';
export { EngineError, FormatError, ImageError, LoadError, ShapeError } from './errors.js';
export type { Metadata } from './format/metadata.js';
export type { Pixels } from './image/pixels.js';
export type { PreprocessOption } from './image/for-input.js';
export { presets, type Preprocess } from './image/preprocess.js';
export type { ImageSource } from './image/source.js';
export type { ModelInput, Numbers, ShapedNumbers } from './io.js';
export type { LayerProfile, LoadOptions, Model, Profile, TensorInfo } from './model.js';
export type { Ranked } from './rank.js';
export type { ModelSource, Progress } from './source.js';
export type { DataType, Tensor } from './tensor.js';
export { VERSION } from './version.js';
export { hasRelaxedSimd, hasSimd } from './wasm.js';
