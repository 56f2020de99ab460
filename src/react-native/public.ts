// The exports of `groupwise/react-native`.

export {
  ArgumentError,
  EngineError,
  FormatError,
  GroupwiseError,
  ImageError,
  LoadError,
  ShapeError,
} from '../errors.js';
export type { ClassifyOptions } from '../classifier/classify-options.js';
export type { PhotoClasses, PhotoFailure, PhotoResult } from '../classifier/each.js';
export type { ClassifierOutputs, EmbedOptions } from '../classifier/image-classifier.js';
export type { Classification, RankOptions } from '../classifier/rank.js';
export type { PhotoLimits, PhotoOptions } from '../image/photo-options.js';
export type { Pixels } from '../image/pixels.js';
export type { Tensor, TensorInfo, TensorLike } from '../ir/tensor.js';
export type { Progress } from '../runtime/read-options.js';
export type { ModelInput } from '../runtime/tensors.js';
export type { WorkerModel } from '../worker/worker-model.js';
export { html } from './html.js';
export type { NativeClassifier, NativePhoto } from './classifier.js';
export { loadClassifier, loadModel, type ClassifierOptions, type LoadOptions } from './load.js';
export type { Asset, NativeFile, NativeSource } from './sources.js';
export { useClassifier, type ClassifierState } from './use-classifier.js';
export { GroupwiseView, type GroupwiseViewProps } from './view.js';
