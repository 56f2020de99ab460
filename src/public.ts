// The exports of `groupwise`, `groupwise/node` and `groupwise/external` besides their loaders.

export type {
  ClassifierInput,
  ClassifierOutputs,
  EmbedOptions,
  ImageClassifier,
} from './classifier/image-classifier.js';
export type { ClassifyOptions } from './classifier/classify-options.js';
export type { PhotoClasses, PhotoFailure, PhotoResult } from './classifier/each.js';
export type { ClassifierOptions } from './classifier/load-classifier.js';
export type { Description, LayerDescription } from './runtime/describe.js';
export {
  ArgumentError,
  EngineError,
  FormatError,
  GroupwiseError,
  ImageError,
  LoadError,
  ShapeError,
} from './errors.js';
export type { Metadata } from './format/metadata.js';
export type { Block, Costs, Structure } from './ir/structure.js';
export type { MemoryUse } from './runtime/plan.js';
export type { Pixels } from './image/pixels.js';
export type { PreprocessOption } from './image/for-input.js';
export type { Platform, WasmModule } from './platform.js';
export { presets } from './image/presets.js';
export type { Filter, Preprocess } from './image/preprocess-spec.js';
export type { PhotoLimits, PhotoOptions } from './image/photo-options.js';
export type { PhotoTensor, PrepareOptions, TakesPhotos } from './image/prepare.js';
export type { ImageSource } from './image/source.js';
export type { ModelInput } from './runtime/tensors.js';
export type { Limits } from './runtime/limits.js';
export type { LoadOptions } from './runtime/loader.js';
export type { CacheOption, ModelCache } from './runtime/loading/store.js';
export type { LayerProfile, Model, Profile, RuntimeInfo } from './runtime/model.js';
export type { Classification, RankOptions } from './classifier/rank.js';
export type { ModelSource } from './runtime/model-source.js';
export type { Progress, ReadOptions } from './runtime/read-options.js';
export type { DataType, Tensor, TensorInfo, TensorLike, TypedArray } from './ir/tensor.js';
export type { Loader } from './worker/off-page.js';
export type { WorkerOptions } from './runtime/worker-options.js';
export type { WorkerClassifier } from './worker/worker-classifier.js';
export type { WorkerModel } from './worker/worker-model.js';
export type { StreamOptions } from './classifier/classify-frames.js';
export type { FrameSource } from './classifier/frames.js';
export type { SourceKind } from './read-bytes.js';
export { VERSION } from './version.js';
export type { KernelBuilds, KernelSource, KernelsOption } from './kernels/given.js';
export { hasRelaxedSimd, hasSimd, type Build } from './kernels/wasm.js';
