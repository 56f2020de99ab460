// The classifier: a photo in, labels out.

import { check, checkOptions, disposed, LIST, namingSource, untilAborted, withDefaults } from '../arguments.js';
import { ShapeError, shortened } from '../errors.js';
import { PHOTO_OPTIONS, type PhotoLimits, type PhotoOptions } from '../image/photo-options.js';
import { knownPreprocess, photoShape, type PhotoReader, type PhotoTensor } from '../image/prepare.js';
import { preprocess } from '../image/preprocess.js';
import type { Preprocess } from '../image/preprocess-spec.js';
import type { ImageSource } from '../image/source.js';
import { pictureKernels } from '../kernels/pictures.js';
import type { ScoreKind } from '../ir/op.js';
import { isTensorLike, sameShape, showShape, sizeOf, type Tensor, type TensorLike } from '../ir/tensor.js';
import { Turns } from '../next-task.js';
import type { Model } from '../runtime/model.js';
import { classifyFrames, STREAM_OPTIONS, type StreamOptions } from './classify-frames.js';
import type { FrameSource } from './frames.js';
import { CLASSIFY_OPTIONS, type ClassifyOptions } from './classify-options.js';
import { namingPhoto, resultsOfEach, type PhotoResult } from './each.js';
import { Ending } from './ending.js';
import { rankingOf, type Classification, type Ranking, type RankOptions } from './rank.js';
import { scoresOf } from './scores.js';
import { Semaphore } from './semaphore.js';

/** A photo, or a preprocessed tensor [1, channels, height, width] of the model's input size. */
export type ClassifierInput = ImageSource | TensorLike;

/** Options of `embed` and `prepare`; all optional. */
export type EmbedOptions = PhotoOptions;

/** What `run` returns. */
export type ClassifierOutputs = {
  /** The most probable classes, best first. */
  classes: Classification[];
  /** All outputs of the network by name, those with the scores included. */
  outputs: Record<string, Tensor>;
};

/** What a classifier needs. */
export type Settings = {
  /** The label of each class; its index if it has none. */
  classes: readonly string[];
  preprocess: Preprocess | undefined;
  /** Name of the output that holds the scores, and what these are. */
  scores: string;
  scoreKind: ScoreKind;
  limits: PhotoLimits;
  concurrency: number;
};

/** Maximum size of a batch's input, in bytes. */
const MAX_BATCH_BYTES = 2 ** 24;

/** A classifier of photos. Call `dispose` when it is no longer needed, or declare it with `using`. */
export class ImageClassifier<Source = ImageSource> {
  /** The network. */
  readonly model: Model;
  readonly #photos: PhotoReader<Source>;
  readonly #settings: Settings;
  /** Bound how many photos are in memory when many calls are made at once: those that wait for bytes delay no others. */
  readonly #decoding: Semaphore;
  readonly #downloading: Semaphore;
  /**
   * Turns of timers, signals and servers: the steps of photos in memory follow each other in microtasks, so that nothing else
   * would run until the last one.
   */
  readonly #turns = new Turns();
  readonly #ending = new Ending();
  /** The shape of the input for one photo: [1, channels, height, width]. */
  readonly #photoShape: readonly number[];

  /** @internal Use `loadClassifier`. */
  constructor(model: Model, photos: PhotoReader<Source>, settings: Settings) {
    this.model = model;
    this.#photos = photos;
    this.#settings = settings;
    this.#decoding = new Semaphore(settings.concurrency);
    this.#downloading = new Semaphore(settings.concurrency);
    this.#photoShape = settings.preprocess ? photoShape(settings.preprocess) : model.sampleInputs[0]!.shape;
  }

  /** Names of the classes in the order of the scores: the labels, or their indices. */
  get classes(): readonly string[] {
    return this.#settings.classes;
  }

  /**
   * The most probable classes of a photo, best first. Scores are probabilities: they sum to 1 over all classes, except
   * for networks that end in a sigmoid. Strings are read as URLs, in `groupwise/node` also as paths; the option `sources`
   * restricts them. Calls may overlap: `concurrency` photos are decoded at a time, the others wait.
   *
   * @throws {ImageError} if the photo cannot be read, {ShapeError} if a tensor does not fit the network
   */
  async classify(image: Source | TensorLike, options: ClassifyOptions = {}): Promise<Classification[]> {
    return (await this.run(image, options)).classes;
  }

  /**
   * The same as `classify`, with all outputs of the network, such as heat maps.
   *
   * @throws the same errors as `classify`
   */
  async run(image: Source | TensorLike, options: ClassifyOptions = {}): Promise<ClassifierOutputs> {
    checkOptions('classify', options, CLASSIFY_OPTIONS);
    const rank = this.#ranking(options);
    const input = await this.#inputFor(image, options);
    await this.#turns.pause(options.signal);
    const outputs = this.model.run(input);
    return { classes: rank(this.#scoresIn(outputs)), outputs };
  }

  /**
   * The probabilities of all classes, by index.
   *
   * @throws the same errors as `classify`
   */
  async scores(image: Source | TensorLike, options: PhotoOptions = {}): Promise<Float32Array> {
    checkOptions('scores', options, PHOTO_OPTIONS);
    const input = await this.#inputFor(image, options);
    await this.#turns.pause(options.signal);
    return scoresOf(this.#scoresIn(this.model.run(input)), this.#settings.scoreKind);
  }

  /**
   * Classifies the frames of a video element, a camera's track, a stream or an async iterable, and yields the classes of
   * each. The newest frame is classified when the last results have been taken; nothing queues. It waits while the page or
   * the element is out of sight, and while a camera is away.
   *
   * @example
   * for await (const results of classifier.stream(video, { smoothing: 0.8, signal })) show(results);
   *
   * @throws the same errors as `classify`, {ArgumentError} for another source
   */
  stream(
    source: FrameSource<Source | TensorLike>,
    options: StreamOptions = {},
  ): AsyncGenerator<Classification[], void, undefined> {
    checkOptions('stream', options, STREAM_OPTIONS);
    const rank = rankingOf(this.classes, options);
    return classifyFrames(source, rank, options, this.#ending, (frame, how) => this.scores(frame, how));
  }

  /**
   * Classifies many photos. If the network takes batches, they run in batches whose input has at most 16 MiB (27 photos
   * of 224 x 224), and only one batch is in memory at a time.
   *
   * @throws the same errors as `classify`, with the index of the photo; `classifyEach` goes on with the next photo
   */
  async classifyBatch(
    images: readonly (Source | TensorLike)[],
    options: ClassifyOptions = {},
  ): Promise<Classification[][]> {
    check('classifyBatch: the list of photos', images, LIST, 'images');
    checkOptions('classifyBatch', options, CLASSIFY_OPTIONS);
    const rank = this.#ranking(options);
    const takesBatches = this.model.inputs[0]!.shape[0] === -1;
    const most = takesBatches ? Math.max(1, Math.floor(MAX_BATCH_BYTES / (sizeOf(this.#photoShape) * 4))) : 1;
    const results: Classification[][] = [];
    for (let start = 0; start < images.length; start += most) {
      const count = Math.min(most, images.length - start);
      const input = await this.#batchOf(images, start, count, options);
      await this.#turns.pause(options.signal);
      const scores = this.#scoresIn(this.model.run(input));
      for (let i = 0; i < count; i++) {
        const [from, to] = [i, i + 1].map((sample) => (sample * scores.length) / count);
        results.push(await namingPhoto(images, start + i, () => rank(scores.subarray(from, to))));
      }
    }
    return results;
  }

  /**
   * Classifies many photos one by one, and yields the classes of each as soon as they are known, in the order of the
   * photos. A photo that cannot be classified yields its error, and the next one follows. The photos may come from an
   * async iterable, which is asked for the next ones while results are taken.
   *
   * @example
   * for await (const { index, results, error } of classifier.classifyEach(files)) ...
   *
   * @throws the reason of the signal, and errors that are not about a photo
   */
  classifyEach(
    images: Iterable<Source | TensorLike> | AsyncIterable<Source | TensorLike>,
    options: ClassifyOptions = {},
  ): AsyncGenerator<PhotoResult, void, undefined> {
    checkOptions('classifyEach', options, CLASSIFY_OPTIONS);
    this.#ranking(options); // which refuses unknown classes
    const { concurrency } = this.#settings;
    return resultsOfEach(images, concurrency, options.signal, this.#ending, (image) => this.classify(image, options));
  }

  /**
   * The input of the last layer with weights: a vector that is similar for similar photos.
   *
   * @throws the same errors as `classify`
   */
  async embed(image: Source | TensorLike, options: EmbedOptions = {}): Promise<Float32Array> {
    checkOptions('embed', options, PHOTO_OPTIONS);
    return this.model.embed(await this.#inputFor(image, options)).data as Float32Array;
  }

  /** Frees the network's memory; calls that wait reject with an `EngineError`. */
  dispose(): void {
    this.model.dispose();
    this.#ending.end(disposed);
  }

  /** The same as `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** @internal What `console.log` shows in Node, Deno and Bun. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const { classes } = this.#settings;
    return `ImageClassifier { ${classes.length} classes: ${shortened(classes.join(', '), 40)}; ${this.model.summary} }`;
  }

  /** The network's input for `count` photos from the one at `start` on, written photo by photo into one array. */
  async #batchOf(
    images: readonly (Source | TensorLike)[],
    start: number,
    count: number,
    options: PhotoOptions,
  ): Promise<PhotoTensor> {
    const length = sizeOf(this.#photoShape);
    const data = new Float32Array(count * length);
    for (let i = 0; i < count; i++) {
      options.signal?.throwIfAborted();
      const target = data.subarray(i * length, (i + 1) * length);
      await namingPhoto(images, start + i, () => this.#writePhoto(images[start + i]!, target, options));
    }
    return { data, shape: [count, ...this.#photoShape.slice(1)] };
  }

  async #inputFor(image: Source | TensorLike, options: PhotoOptions): Promise<PhotoTensor> {
    return { data: await this.#writePhoto(image, undefined, options), shape: this.#photoShape };
  }

  /** Writes the input for a photo to `target`, else to an array that is allocated when the photo has been read. */
  async #writePhoto(
    image: Source | TensorLike,
    target: Float32Array | undefined,
    options: PhotoOptions,
  ): Promise<Float32Array> {
    if (isTensorLike(image)) {
      await this.#turns.pause(options.signal);
      return this.#copyTensor(image, target);
    }
    const how = knownPreprocess(this.#settings.preprocess);
    const merged = withDefaults(options, this.#settings.limits);
    const { signal } = options;
    const { isRemote, download, readPixels } = this.#photos;
    const decode = (photo: Source | Uint8Array) =>
      this.#decoding.run(async () => {
        this.#ending.throwIfAborted();
        await this.#turns.pause(signal);
        const pixels = await readPixels(photo, merged);
        await this.#turns.pause(signal);
        const kernels = await pictureKernels(this.model.host, this.model.kernels);
        return preprocess(kernels, pixels, how, target);
      }, signal);
    const fetched = async () => {
      const wait = this.#ending.wait(signal);
      try {
        return (await download(image, { ...merged, signal: wait.signal })) ?? image;
      } finally {
        wait.release();
      }
    };
    // a place for downloads is kept until the photo is decoded, since its bytes are
    const written = namingSource(image, () =>
      isRemote(image) ? this.#downloading.run(async () => decode(await fetched()), signal) : decode(image),
    );
    return untilAborted(written, this.#ending);
  }

  #copyTensor({ data, shape }: TensorLike, target: Float32Array | undefined): Float32Array {
    const expected = this.#photoShape;
    const length = sizeOf(expected);
    if (data.length !== length || !sameShape(shape, expected)) {
      throw new ShapeError(
        `the tensor has shape ${showShape(shape)} and ${data.length} numbers; the model expects ${showShape(expected)}`,
      );
    }
    const copy = target ?? new Float32Array(length);
    copy.set(data instanceof BigInt64Array ? Float32Array.from(data, Number) : data);
    return copy;
  }

  #scoresIn(outputs: Record<string, Tensor>): Float32Array {
    return outputs[this.#settings.scores]!.data as Float32Array;
  }

  /** @throws {ArgumentError} as `rankingOf` */
  #ranking(options: RankOptions): Ranking {
    const { classes, scoreKind } = this.#settings;
    const rank = rankingOf(classes, options);
    return (output) => rank(scoresOf(output, scoreKind));
  }
}
