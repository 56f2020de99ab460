// A classifier in the page of the web view: the same methods as one in a worker.

import { resultsOfEach, type PhotoResult } from '../classifier/each.js';
import type { ClassifyOptions } from '../classifier/classify-options.js';
import type { ClassifierOutputs, EmbedOptions } from '../classifier/image-classifier.js';
import type { Classification } from '../classifier/rank.js';
import type { PhotoOptions } from '../image/photo-options.js';
import type { Pixels } from '../image/pixels.js';
import type { TensorLike } from '../ir/tensor.js';
import type { Client } from '../worker/client.js';
import type { Method } from '../worker/port.js';
import type { Loaded } from '../worker/serve.js';
import type { WorkerClassifier } from '../worker/worker-classifier.js';
import { WorkerModel } from '../worker/worker-model.js';
import { withSignal } from './signal.js';
import type { NativeSource } from './sources.js';

/** A photo: a URI or base64, what a camera or picker returns, an asset, encoded bytes, pixels, or the input of the network. */
export type NativePhoto = NativeSource | Pixels | TensorLike;

type Methods = Omit<WorkerClassifier<NativePhoto>, 'stream' | typeof Symbol.dispose>;

/** A classifier of photos in the page of `<GroupwiseView />`. Call `dispose` when it is no longer needed. */
export class NativeClassifier implements Methods {
  /** The network. */
  readonly model: WorkerModel;
  /** Names of the classes in the order of the scores: the labels, or their indices. */
  readonly classes: readonly string[];
  readonly #client: Client;
  readonly #concurrency: number;

  /** @internal Use `loadClassifier`. */
  constructor(client: Client, loaded: Loaded, concurrency: number) {
    this.model = new WorkerModel(client, loaded);
    this.classes = loaded.classes!;
    this.#client = client;
    this.#concurrency = concurrency;
  }

  /**
   * The most probable classes of a photo, best first.
   *
   * @throws {ImageError} if it cannot be read, {ArgumentError} for wrong options; the reason of the signal, at once;
   *   {EngineError} if no `<GroupwiseView />` is there, or its page ends twice during the call
   */
  classify(image: NativePhoto, options: ClassifyOptions = {}): Promise<Classification[]> {
    return this.#call('classify', image, options);
  }

  /** The same as `classify`, with all outputs of the network, such as heat maps. @throws the same errors as `classify` */
  run(image: NativePhoto, options: ClassifyOptions = {}): Promise<ClassifierOutputs> {
    return this.#call('runPhoto', image, options);
  }

  /** The probabilities of all classes, by index. @throws the same errors as `classify` */
  scores(image: NativePhoto, options: PhotoOptions = {}): Promise<Float32Array> {
    return this.#call('scores', image, options);
  }

  /** Classifies many photos, in batches where the network takes them. @throws the same errors as `classify` */
  classifyBatch(images: readonly NativePhoto[], options: ClassifyOptions = {}): Promise<Classification[][]> {
    return this.#call('classifyBatch', images, options);
  }

  /**
   * Classifies many photos one by one, and yields the classes of each, or why it has none, in the order of the photos.
   *
   * @throws the reason of the signal, and errors that are not about a photo
   */
  classifyEach(
    images: Iterable<NativePhoto> | AsyncIterable<NativePhoto>,
    options: ClassifyOptions = {},
  ): AsyncGenerator<PhotoResult, void, undefined> {
    const { signal } = withSignal('classifyEach', options);
    return resultsOfEach(images, this.#concurrency, signal, undefined, (image) => this.classify(image, options));
  }

  /** The input of the last layer with weights: a vector that is similar for similar photos. @throws as `classify` */
  embed(image: NativePhoto, options: EmbedOptions = {}): Promise<Float32Array> {
    return this.#call('embed', image, options);
  }

  /** Frees the model; calls that wait reject. */
  dispose(): void {
    this.model.dispose();
  }

  async #call<Result>(method: Method, image: unknown, options: PhotoOptions): Promise<Result> {
    const { signal, ...others } = withSignal(method === 'runPhoto' ? 'classify' : method, options);
    return this.#client.call(method, [image, others], { signal });
  }
}
