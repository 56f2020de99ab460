// What the entries that run models export besides their loaders.

export type { ClassifierInput, ClassifierOptions, ClassifyOptions, ImageClassifier } from './classify.js';
export type { Description, LayerDescription } from './describe.js';
export { EngineError, FormatError, ImageError, LoadError, ShapeError } from './errors.js';
export type { Metadata } from './format/metadata.js';
export type { Block, Costs, Structure } from './op.js';
export type { MemoryUse } from './plan.js';
export type { Pixels } from './image/pixels.js';
export type { PreprocessOption } from './image/for-input.js';
export { presets, type Preprocess } from './image/preprocess.js';
export type { ImageSource } from './image/source.js';
export type { ModelInput, Numbers, ShapedNumbers } from './io.js';
export type { LayerProfile, LoadOptions, Model, Profile, TensorInfo } from './model.js';
export type { RankOptions, Ranked } from './rank.js';
export type { ModelSource, Progress, ReadOptions } from './source.js';
export type { DataType, Tensor } from './tensor.js';
export { VERSION } from './version.js';
export { hasRelaxedSimd, hasSimd, type Build } from './wasm.js';
