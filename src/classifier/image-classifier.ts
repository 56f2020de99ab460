// The classifier: a photo in, labels out.

import { check, checkOptions, SIGNAL, STRINGS, type Kind, type Kinds } from '../arguments.js';
import { ImageError, ShapeError } from '../errors.js';
import { PREPROCESS, preprocessFor, type PreprocessOption } from '../image/for-input.js';
import { preprocess } from '../image/preprocess.js';
import type { Preprocess } from '../image/preprocess-spec.js';
import type { Pixels } from '../image/pixels.js';
import type { ImageSource } from '../image/source.js';
import type { Platform } from '../platform.js';
import { checkLabels } from './labels.js';
import { LOAD_OPTIONS, type LoadOptions } from '../runtime/loader.js';
import type { Model } from '../runtime/model.js';
import { namingSource } from '../runtime/model-source.js';
import { RANK_OPTIONS, rankScores, type Classification, type RankOptions } from './rank.js';
import { scoresOf } from './scores.js';
import { isTensorLike, sameShape, showShape, sizeOf, type TensorLike } from '../ir/tensor.js';

/** A photo, or a preprocessed tensor [1, channels, height, width] of the model's input size. */
export type ClassifierInput = ImageSource | TensorLike;

/** Options of `classify` and `classifyBatch`; all optional. */
export type ClassifyOptions = RankOptions & {
  /** Aborts before the next step: reading a photo, decoding it, running the network. */
  signal?: Platform<'AbortSignal'>;
};

/** Options of `embed`; all optional. */
export type EmbedOptions = Pick<ClassifyOptions, 'signal'>;

/** Options of `loadClassifier`; all optional. */
export type ClassifierOptions = LoadOptions & {
  /** Names of the classes; default those in the model file. */
  labels?: readonly string[];
  /** How a photo becomes the input; default the pre-processing in the model file. */
  preprocess?: PreprocessOption;
};

const LIST: Kind = { expected: 'a list', fits: Array.isArray };

const EMBED_OPTIONS: Kinds<EmbedOptions> = { signal: SIGNAL };

const CLASSIFY_OPTIONS: Kinds<ClassifyOptions> = { ...EMBED_OPTIONS, ...RANK_OPTIONS };

const CLASSIFIER_OPTIONS: Kinds<ClassifierOptions> = { ...LOAD_OPTIONS, labels: STRINGS, preprocess: PREPROCESS };

/** Reads the upright pixels of a photo. */
export type ReadPixels<Source> = (source: Source, signal?: AbortSignal) => Promise<Pixels>;

/** What a classifier needs. */
type Settings = { labels: readonly string[] | undefined; preprocess: Preprocess | undefined };

/** Maximum size of a batch's input, in bytes. */
const MAX_BATCH_BYTES = 2 ** 24;

/** A classifier of photos. Call `dispose` when it is no longer needed, or declare it with `using`. */
export class ImageClassifier<Source = ImageSource> {
  /** The network. */
  readonly model: Model;
  readonly #readPixels: ReadPixels<Source>;
  readonly #settings: Settings;
  /** The shape of the input for one photo: [channels, height, width]. */
  readonly #photoShape: readonly number[];

  /** @internal Use `loadClassifier`. */
  constructor(model: Model, readPixels: ReadPixels<Source>, settings: Settings) {
    this.model = model;
    this.#readPixels = readPixels;
    this.#settings = settings;
    const { preprocess: how } = settings;
    const [, channels, ...sizes] = model.sampleInputs[0]!.shape;
    this.#photoShape = [channels!, ...(how ? [how.height, how.width] : sizes)];
  }

  /**
   * The most probable classes of a photo, best first. Scores are probabilities: they sum to 1 over all classes, except
   * for networks that end in a sigmoid.
   *
   * @throws {ImageError} if the photo cannot be read, {ShapeError} if a tensor does not fit the network
   */
  async classify(image: Source | TensorLike, options: ClassifyOptions = {}): Promise<Classification[]> {
    checkOptions('classify', options, CLASSIFY_OPTIONS);
    const [classes] = await this.#classify([image], options);
    return classes!;
  }

  /**
   * Classifies many photos. If the network takes batches, they run in batches whose input has at most 16 MiB (27 photos
   * of 224 x 224), and only one batch is in memory at a time.
   *
   * @throws the same errors as `classify`, with the index of the photo
   */
  async classifyBatch(
    images: readonly (Source | TensorLike)[],
    options: ClassifyOptions = {},
  ): Promise<Classification[][]> {
    check('classifyBatch: the list of photos', images, LIST);
    checkOptions('classifyBatch', options, CLASSIFY_OPTIONS);
    return this.#classify(images, options);
  }

  async #classify(images: readonly (Source | TensorLike)[], options: ClassifyOptions): Promise<Classification[][]> {
    const takesBatches = this.model.inputs[0]!.shape[0] === -1;
    const most = takesBatches ? Math.max(1, Math.floor(MAX_BATCH_BYTES / (sizeOf(this.#photoShape) * 4))) : 1;
    const results: Classification[][] = [];
    for (let start = 0; start < images.length; start += most) {
      const count = Math.min(most, images.length - start);
      const input = await this.#prepare(images, start, count, options.signal);
      options.signal?.throwIfAborted();
      for (const scores of this.#run(input, count)) {
        const rank = () => rankScores(scores, this.#settings.labels, options);
        results.push(await namingPhoto(images, results.length, rank));
      }
    }
    return results;
  }

  /**
   * The input of the last layer with weights: a vector that is similar for similar photos.
   *
   * @throws the same errors as `classify`
   */
  async embed(image: Source | TensorLike, options: EmbedOptions = {}): Promise<Float32Array> {
    checkOptions('embed', options, EMBED_OPTIONS);
    const data = await this.#prepare([image], 0, 1, options.signal);
    return this.model.embed({ data, shape: [1, ...this.#photoShape] }).data as Float32Array;
  }

  /** Frees the network's memory. */
  dispose(): void {
    this.model.dispose();
  }

  /** The same as `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** @internal What `console.log` shows in Node, Deno and Bun. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const { labels = [] } = this.#settings;
    return `ImageClassifier { ${labels.length} labels: ${labels.slice(0, 3).join(', ')}${labels.length > 3 ? ', ...' : ''} }`;
  }

  /** The network's input for `count` photos from the one at `start` on, written photo by photo into one array. */
  async #prepare(
    images: readonly (Source | TensorLike)[],
    start: number,
    count: number,
    signal?: AbortSignal,
  ): Promise<Float32Array> {
    const length = sizeOf(this.#photoShape);
    const input = new Float32Array(count * length);
    for (let i = 0; i < count; i++) {
      signal?.throwIfAborted();
      const target = input.subarray(i * length, (i + 1) * length);
      await namingPhoto(images, start + i, () => this.#writePhoto(images[start + i]!, target, signal));
    }
    return input;
  }

  async #writePhoto(image: Source | TensorLike, target: Float32Array, signal?: AbortSignal): Promise<void> {
    if (isTensorLike(image)) this.#copyTensor(image, target);
    else preprocess(...(await this.#readPhoto(image, signal)), target);
  }

  async #readPhoto(image: Source, signal?: AbortSignal): Promise<[Pixels, Preprocess]> {
    const { preprocess: how } = this.#settings;
    if (!how) {
      throw new ImageError(
        'the model does not say how a photo becomes its input: convert it with --preprocess, or pass the option preprocess',
      );
    }
    const pixels = await this.#readPixels(image, signal);
    signal?.throwIfAborted();
    return [pixels, how];
  }

  #copyTensor({ data, shape }: TensorLike, target: Float32Array): void {
    const expected = [1, ...this.#photoShape];
    if (data.length !== target.length || !sameShape(shape, expected)) {
      throw new ShapeError(
        `the tensor has shape ${showShape(shape)} and ${data.length} numbers; the model expects ${showShape(expected)}`,
      );
    }
    target.set(data instanceof BigInt64Array ? Float32Array.from(data, Number) : data);
  }

  /** The probabilities of each photo in a batch. */
  #run(input: Float32Array, count: number): Float32Array[] {
    const [output] = Object.values(this.model.run({ data: input, shape: [count, ...this.#photoShape] }));
    const data = output!.data as Float32Array;
    const classes = data.length / count;
    return Array.from({ length: count }, (_, index) =>
      scoresOf(data.subarray(index * classes, (index + 1) * classes), this.model.scoreKind),
    );
  }
}

/** Runs `work` on one of several photos; an error that is the photo's fault says which. */
const namingPhoto = async <T>(images: readonly unknown[], index: number, work: () => T | Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (images.length > 1 && (error instanceof ImageError || error instanceof ShapeError))
      error.message = `photo ${index}: ${error.message}`;
    throw error;
  }
};

/** Creates `loadClassifier` from functions that load models and read photos. */
export const classifierLoader =
  <From, Source>(load: (source: From, options?: LoadOptions) => Promise<Model>, readPixels: ReadPixels<Source>) =>
  /**
   * Loads a classifier of photos.
   *
   * @throws {ShapeError} if the network does not turn one image into one vector of scores, {ArgumentError} for labels
   *   or preprocessing that do not fit it, and the errors of `loadModel`
   */
  async (source: From, options: ClassifierOptions = {}): Promise<ImageClassifier<Source>> => {
    checkOptions('loadClassifier', options, CLASSIFIER_OPTIONS);
    const { labels: givenLabels, preprocess: givenPreprocess, ...loadOptions } = options;
    const model = await load(source, loadOptions);
    try {
      return await namingSource(source, () => {
        checkClassifier(model);
        const labels = givenLabels ?? model.metadata.labels;
        const how = givenPreprocess ?? model.metadata.preprocess;
        if (labels) checkLabels(labels, [sizeOf(model.outputs[0]!.shape.slice(1))]);
        return new ImageClassifier(model, readPixels, { labels, preprocess: how && preprocessFor(how, model.inputs) });
      });
    } catch (error) {
      model.dispose();
      throw error;
    }
  };

const checkClassifier = ({ inputs, outputs }: Model): void => {
  const [input, output] = [inputs[0]?.shape ?? [], outputs[0]?.shape ?? []];
  const isImage = inputs.length === 1 && input.length === 4 && Math.abs(input[0]!) === 1;
  const isVector =
    outputs.length === 1 && outputs[0]!.type === 'float32' && output.slice(2).every((size) => size === 1);
  if (isImage && isVector && output[0] === input[0]) return;
  const show = (infos: Model['inputs']) => infos.map(({ name, shape }) => `"${name}" ${showShape(shape)}`).join(', ');
  throw new ShapeError(
    `a classifier has one image input and one vector of scores; this model has ${show(inputs)} and ${show(outputs)}: use loadModel`,
  );
};
