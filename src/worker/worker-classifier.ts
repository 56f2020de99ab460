// A classifier in a worker: the same methods as one on the page.

import { check, checkOptions, LIST, tagOf, withDefaults, type Kinds } from '../arguments.js';
import { type ClassifierInput, type ClassifierOutputs, type EmbedOptions } from '../classifier/image-classifier.js';
import { CLASSIFY_OPTIONS, type ClassifyOptions } from '../classifier/classify-options.js';
import { namingPhoto, resultsOfEach, type PhotoResult } from '../classifier/each.js';
import { rankingOf, type Classification } from '../classifier/rank.js';
import { PHOTO_OPTIONS, type PhotoOptions } from '../image/photo-options.js';
import type { ReadPixels } from '../image/prepare.js';
import { checkPhoto, loadElement, type ImageSource } from '../image/source.js';
import { isTensorLike } from '../ir/tensor.js';
import { classifyFrames, STREAM_OPTIONS, type StreamOptions } from '../classifier/classify-frames.js';
import type { FrameSource } from '../classifier/frames.js';
import type { Client } from './client.js';
import { isNotCloned } from './not-cloned.js';
import type { Method } from './port.js';
import type { Loaded } from './serve.js';
import { closePictures, portable, type Portable } from './portable.js';
import { WorkerModel } from './worker-model.js';

/** What a classifier in a worker needs on the page. */
export type PageSettings<Source> = {
  readPixels: ReadPixels<Source>;
  /** The bytes of a Response or stream, of at most as many as the options allow. */
  readBytes: (photo: unknown, options: PhotoOptions) => Promise<Uint8Array | undefined>;
  /** Makes a URL absolute. */
  locate: (url: string) => string;
  /** The limits of `loadClassifier`, for photos that are read on the page. */
  limits: PhotoOptions;
  concurrency: number;
};

/** A classifier of photos in a worker. Call `dispose` when it is no longer needed, or declare it with `using`. */
export class WorkerClassifier<Source = ImageSource> {
  /** The network. */
  readonly model: WorkerModel;
  /** Names of the classes in the order of the scores: the labels, or their indices. */
  readonly classes: readonly string[];
  readonly #client: Client;
  readonly #page: PageSettings<Source>;

  /** @internal Use `loadClassifier` with the option `worker`. */
  constructor(client: Client, loaded: Loaded, page: PageSettings<Source>) {
    this.model = new WorkerModel(client, loaded);
    this.classes = loaded.classes!;
    this.#client = client;
    this.#page = page;
  }

  /**
   * The most probable classes of a photo, best first, as `classify` on the page returns them. Frames and pictures of the
   * page move to the worker without being copied; pixels and bytes that you pass are copied.
   *
   * @throws the same errors as on the page; the reason of the signal, at once
   */
  classify(image: ClassifierInput | Source, options: ClassifyOptions = {}): Promise<Classification[]> {
    return this.#call('classify', image, options, CLASSIFY_OPTIONS);
  }

  /** The same as `classify`, with all outputs of the network, such as heat maps. @throws the same errors as `classify` */
  run(image: ClassifierInput | Source, options: ClassifyOptions = {}): Promise<ClassifierOutputs> {
    return this.#call('runPhoto', image, options, CLASSIFY_OPTIONS);
  }

  /** The probabilities of all classes, by index. @throws the same errors as `classify` */
  scores(image: ClassifierInput | Source, options: PhotoOptions = {}): Promise<Float32Array> {
    return this.#call('scores', image, options, PHOTO_OPTIONS);
  }

  /**
   * Classifies the frames of a video or camera, as `stream` on the page does, while the page stays responsive.
   *
   * @throws the same errors as `classify`, {ArgumentError} for another source
   */
  stream(
    source: FrameSource<ClassifierInput | Source>,
    options: StreamOptions = {},
  ): AsyncGenerator<Classification[], void, undefined> {
    checkOptions('stream', options, STREAM_OPTIONS);
    const rank = rankingOf(this.classes, options);
    return classifyFrames(source, rank, options, this.#client.ending, (frame, how) => this.scores(frame, how));
  }

  /** Classifies many photos, in batches where the network takes them. @throws the same errors as on the page */
  async classifyBatch(
    images: readonly (ClassifierInput | Source)[],
    options: ClassifyOptions = {},
  ): Promise<Classification[][]> {
    check('classifyBatch: the list of photos', images, LIST, 'images');
    checkOptions('classifyBatch', options, CLASSIFY_OPTIONS);
    rankingOf(this.classes, options);
    const values: unknown[] = [];
    const moved: Transferable[] = [];
    try {
      for (const [i, image] of images.entries()) {
        const { value, transfer } = await namingPhoto(images, i, () => this.#portable(image, options));
        values.push(value);
        moved.push(...transfer);
      }
    } catch (error) {
      closePictures(moved);
      throw error;
    }
    return this.#send('classifyBatch', values, moved, options);
  }

  /**
   * Classifies many photos one by one, and yields the classes of each, or why it has none, in the order of the photos.
   *
   * @throws the reason of the signal, and errors that are not about a photo
   */
  classifyEach(
    images: Iterable<ClassifierInput | Source> | AsyncIterable<ClassifierInput | Source>,
    options: ClassifyOptions = {},
  ): AsyncGenerator<PhotoResult, void, undefined> {
    checkOptions('classifyEach', options, CLASSIFY_OPTIONS);
    rankingOf(this.classes, options); // which refuses unknown classes
    const { concurrency } = this.#page;
    const { ending } = this.#client;
    return resultsOfEach(images, concurrency, options.signal, ending, (image) => this.classify(image, options));
  }

  /** The input of the last layer with weights: a vector that is similar for similar photos. @throws as `classify` */
  embed(image: ClassifierInput | Source, options: EmbedOptions = {}): Promise<Float32Array> {
    return this.#call('embed', image, options, PHOTO_OPTIONS);
  }

  /** Ends the worker; calls that wait reject. */
  dispose(): void {
    this.model.dispose();
  }

  /** The same as `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** @internal What `console.log` shows in Node, Deno and Bun. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `WorkerClassifier { ${this.model.summary} }`;
  }

  async #call<Result, Options extends PhotoOptions>(
    method: Method,
    image: ClassifierInput | Source,
    options: Options,
    kinds: Kinds<Options>,
  ): Promise<Result> {
    checkOptions(method === 'runPhoto' ? 'classify' : method, options, kinds);
    rankingOf(this.classes, options as object); // which refuses unknown classes
    const { value, transfer } = await this.#portable(image, options);
    try {
      return await this.#send(method, value, transfer, options);
    } catch (error) {
      if (!isRefusal(error, options)) throw error;
      const pixels = await this.#read(image, options);
      return this.#send(method, pixels.value, pixels.transfer, options);
    }
  }

  async #send<Result>(
    method: Method,
    input: unknown,
    transfer: Transferable[],
    options: PhotoOptions,
  ): Promise<Result> {
    const { signal, ...others } = options;
    try {
      return await this.#client.call(method, [input, others], { signal, transfer });
    } finally {
      closePictures(transfer); // those of a call that was not sent
    }
  }

  /** A photo as a message carries it, checked: no bitmap is made of one that the worker would refuse. */
  async #portable(image: ClassifierInput | Source, options: PhotoOptions): Promise<Portable> {
    const { limits, locate, readBytes } = this.#page;
    const { signal, release } = this.#client.ending.wait(options.signal);
    const how = { ...withDefaults(options, limits), signal };
    try {
      signal.throwIfAborted();
      if (tagOf(image) === 'HTMLImageElement') await loadElement(image as HTMLImageElement, signal);
      if (!isTensorLike(image)) checkPhoto(image, how);
      return await portable(image, (photo) => readBytes(photo, how), locate);
    } catch (error) {
      if (!isRefusal(error, how)) throw error;
      return await this.#read(image, how);
    } finally {
      release();
    }
  }

  /** The pixels of a picture that cannot be sent. Throws what the page throws for one of another origin, for example. */
  async #read(image: ClassifierInput | Source, options: PhotoOptions): Promise<Portable> {
    return {
      value: await this.#page.readPixels(image as Source, withDefaults(options, this.#page.limits)),
      transfer: [],
    };
  }
}

/** Whether the platform refused to make a bitmap or to send a value. */
const isRefusal = (error: unknown, { signal }: PhotoOptions): boolean =>
  (error instanceof DOMException || isNotCloned(error)) && !signal?.aborted;
