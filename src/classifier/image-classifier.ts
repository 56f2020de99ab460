// A photo in, labels out.

import { ImageError, ShapeError } from '../errors.js';
import { preprocessFor, type PreprocessOption } from '../image/for-input.js';
import { preprocess } from '../image/preprocess.js';
import type { Preprocess } from '../image/preprocess-spec.js';
import type { Pixels } from '../image/pixels.js';
import type { ImageSource } from '../image/source.js';
import type { ShapedNumbers } from '../runtime/tensors.js';
import { checkLabels } from './labels.js';
import type { LoadOptions, Model } from '../runtime/model.js';
import { rankScores, type RankOptions, type Ranked } from './rank.js';
import type { ScoreKind } from '../ir/op.js';
import { scoresOf, scoreKindOf } from './scores.js';
import { sameShape, showShape, sizeOf } from '../ir/tensor.js';

/** A photo, or a tensor that is pre-processed already: [1, channels, height, width] as the model takes it. */
export type ClassifierInput = ImageSource | ShapedNumbers;

/** Options of `classify`. */
export type ClassifyOptions = RankOptions & { signal?: AbortSignal };

/** Options of `loadClassifier`. */
export type ClassifierOptions = LoadOptions & {
  /** Names of the classes, for a model without or instead of its own. */
  labels?: readonly string[];
  /** How a photo becomes the input, for a model without or instead of its own. */
  preprocess?: PreprocessOption;
};

/** Gives the upright pixels of a photo. */
export type ToPixels<Source> = (source: Source, signal?: AbortSignal) => Promise<Pixels>;

/** Bytes of the photos that go through the network at once. */
const MOST_BYTES = 2 ** 24;

/** A classifier of photos. Call `dispose` when it is no longer needed, or declare it with `using`. */
export class ImageClassifier<Source = ImageSource> {
  /** @internal Use `loadClassifier`. */
  constructor(
    /** The network. */
    readonly model: Model,
    private readonly toPixels: ToPixels<Source>,
    private readonly setup: {
      labels: readonly string[] | undefined;
      preprocess: Preprocess | undefined;
      kind: ScoreKind;
    },
  ) {}

  /**
   * The most probable classes of a photo, best first. Scores are probabilities: they sum to 1 over all classes, except
   * for networks that end in a sigmoid.
   *
   * @throws {ImageError} if the photo cannot be read, {ShapeError} if a tensor does not fit the network
   */
  async classify(image: Source | ShapedNumbers, options: ClassifyOptions = {}): Promise<Ranked[]> {
    const [ranked] = await this.classifyBatch([image], options);
    return ranked!;
  }

  /**
   * As `classify` for many photos. Where the network takes batches it runs on as many of them at once as have 16 MiB of
   * pixels as the network takes them (27 of 224 x 224), and no more are held at a time.
   *
   * @throws as `classify`
   */
  async classifyBatch(images: readonly (Source | ShapedNumbers)[], options: ClassifyOptions = {}): Promise<Ranked[][]> {
    const given: unknown = images;
    if (!Array.isArray(given)) throw new TypeError('classifyBatch takes a list of images');
    const [batch, ...sizes] = this.model.inputs[0]!.shape;
    const most = batch === -1 ? Math.max(1, Math.floor(MOST_BYTES / (sizeOf(sizes) * 4))) : 1;
    const ranked: Ranked[][] = [];
    for (let start = 0; start < images.length; start += most) {
      const tensors: Float32Array[] = [];
      for (const image of images.slice(start, start + most)) tensors.push(await this.toTensor(image, options.signal));
      options.signal?.throwIfAborted();
      for (const scores of this.scores(tensors)) ranked.push(rankScores(scores, this.setup.labels, options));
    }
    return ranked;
  }

  /**
   * What the last layer with weights reads: a vector that is alike for alike photos.
   *
   * @throws as `classify`
   */
  async embed(image: Source | ShapedNumbers, options: { signal?: AbortSignal } = {}): Promise<Float32Array> {
    return this.model.embed(await this.toTensor(image, options.signal)).data as Float32Array;
  }

  /** Frees the network's memory. */
  dispose(): void {
    this.model.dispose();
  }

  /** As `dispose`, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  private async toTensor(image: Source | ShapedNumbers, signal?: AbortSignal): Promise<Float32Array> {
    signal?.throwIfAborted();
    if (isTensor(image)) return this.checkTensor(image);
    const { preprocess: how } = this.setup;
    if (!how) {
      throw new ImageError(
        'the model does not say how a photo becomes its input: convert it with --preprocess, or pass the option preprocess',
      );
    }
    const pixels = await this.toPixels(image, signal);
    signal?.throwIfAborted();
    return preprocess(pixels, how);
  }

  /** The numbers of a tensor for one image. */
  private checkTensor({ data, shape }: ShapedNumbers): Float32Array {
    const [, ...expected] = this.model.inputs[0]!.shape;
    if (data.length === sizeOf(expected) && sameShape(shape, [1, ...expected])) {
      return data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>, Number);
    }
    throw new ShapeError(
      `the tensor has shape ${showShape(shape)} and ${data.length} numbers; the model takes ${showShape([1, ...expected])}`,
    );
  }

  private scores(tensors: readonly Float32Array[]): Float32Array[] {
    const {
      model,
      setup: { kind },
    } = this;
    const run = (input: Float32Array) => {
      const { data } = Object.values(model.run(input))[0]!;
      return data as Float32Array;
    };
    if (tensors.length === 1) return [scoresOf(run(tensors[0]!), kind)];
    const length = tensors[0]!.length;
    const joined = new Float32Array(length * tensors.length);
    tensors.forEach((tensor, index) => joined.set(tensor, index * length));
    const all = run(joined);
    const classes = all.length / tensors.length;
    return tensors.map((_, index) => scoresOf(all.slice(index * classes, (index + 1) * classes), kind));
  }
}

const isTensor = (image: unknown): image is ShapedNumbers =>
  typeof image === 'object' &&
  image !== null &&
  ArrayBuffer.isView((image as ShapedNumbers).data) &&
  Array.isArray((image as ShapedNumbers).shape);

/** `loadClassifier` for a way to load models and one to read photos. */
export const classifierLoader =
  <From, Source>(load: (source: From, options?: LoadOptions) => Promise<Model>, toPixels: ToPixels<Source>) =>
  /**
   * Loads a classifier of photos.
   *
   * @throws {ShapeError} if the network does not turn one image into one vector of scores; {TypeError} or {RangeError} for
   *   labels or pre-processing that do not fit it; and as `loadModel` does
   */
  async (source: From, options: ClassifierOptions = {}): Promise<ImageClassifier<Source>> => {
    const model = await load(source, options);
    try {
      const kind = checkClassifier(model);
      const { metadata } = model.file;
      const labels = options.labels ?? metadata.labels;
      if (labels) checkLabels(labels, [sizeOf(model.outputs[0]!.shape.slice(1))]);
      const option = options.preprocess ?? metadata.preprocess;
      const how = option && preprocessFor(option, model.inputs);
      return new ImageClassifier(model, toPixels, { labels, preprocess: how, kind });
    } catch (error) {
      model.dispose();
      throw error;
    }
  };

const checkClassifier = (model: Model): ScoreKind => {
  const { inputs, outputs } = model;
  const isVector =
    outputs.length === 1 && outputs[0]!.type === 'float32' && outputs[0]!.shape.slice(2).every((size) => size === 1);
  if (inputs.length === 1 && inputs[0]!.shape.length === 4 && isVector && Math.abs(outputs[0]!.shape[0] ?? 0) === 1) {
    return scoreKindOf(model.file.graph);
  }
  const show = (infos: Model['inputs']) => infos.map(({ name, shape }) => `"${name}" [${shape.join(',')}]`).join(', ');
  throw new ShapeError(
    `a classifier has one image input and one vector of scores; this model has ${show(inputs)} and ${show(outputs)}: use loadModel`,
  );
};
