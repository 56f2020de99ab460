/**
 * The same as `groupwise` for Node, Deno and Bun: models and photos are also read by path, and photos (JPEG, PNG, WebP,
 * BMP) are decoded without a browser, to the bytes that Pillow gives. A string is a path unless it begins with `http:`,
 * `https:`, `data:`, `blob:` or `file:`.
 *
 * @example
 * const classifier = await loadClassifier('flowers.gw');
 * await classifier.classify('garden.jpg');   // [{ label: 'daisy', index: 3, score: 0.93 }, ...]
 *
 * @module
 */

import { classifierLoader } from './classify.js';
import { embeddedKernels } from './embedded.js';
import { modelLoader } from './model.js';
import { pixelsFromPath, withPaths } from './node/paths.js';

/** Loads a model, also from a path or a file: URL. See `modelLoader` for what else it takes and throws. */
export const loadModel = withPaths(modelLoader(embeddedKernels));

/** Loads a classifier of photos: a model with one image input and one vector of scores. */
export const loadClassifier = classifierLoader(loadModel, pixelsFromPath);

export { decodeImage } from './node/decode.js';
export { readNpy, writeNpy } from './node/npy.js';

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
