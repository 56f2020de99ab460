/**
 * Classifies photos in React Native, whose engine has no WebAssembly: a hidden web view runs the models.
 *
 * @example
 * // once, at the root of the app
 * <GroupwiseView />
 * // in a component
 * const { classifier } = useClassifier(require('./flowers.gw'));
 * await classifier?.classify(photo.uri);   // [{ label: 'daisy', index: 3, score: 0.93 }, ...]
 *
 * @module
 */

export {
  ArgumentError,
  EngineError,
  FormatError,
  GroupwiseError,
  ImageError,
  LoadError,
  ShapeError,
} from './errors.js';
export type { ClassifyOptions } from './classifier/classify-options.js';
export type { PhotoClasses, PhotoFailure, PhotoResult } from './classifier/each.js';
export type { ClassifierOutputs, EmbedOptions } from './classifier/image-classifier.js';
export type { Classification, RankOptions } from './classifier/rank.js';
export type { PhotoLimits, PhotoOptions } from './image/photo-options.js';
export type { Pixels } from './image/pixels.js';
export type { Tensor, TensorInfo, TensorLike } from './ir/tensor.js';
export type { Progress } from './runtime/model-source.js';
export type { ModelInput } from './runtime/tensors.js';
export type { WorkerModel } from './worker/worker-model.js';
export { html } from './react-native/html.js';
export type { NativeClassifier, NativePhoto } from './react-native/classifier.js';
export { loadClassifier, loadModel, type ClassifierOptions, type LoadOptions } from './react-native/load.js';
export type { Asset, NativeFile, NativeSource } from './react-native/sources.js';
export { useClassifier, type ClassifierState } from './react-native/use-classifier.js';
export { GroupwiseView, type GroupwiseViewProps } from './react-native/view.js';
