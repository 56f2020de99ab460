// Loads a classifier, and checks that its network is one.

import { checkOptions, integer, namingSource, STRING, STRINGS, type Kinds } from '../arguments.js';
import { ShapeError } from '../errors.js';
import { PREPROCESS, preprocessFor, type PreprocessOption } from '../image/for-input.js';
import { PHOTO_LIMITS, type PhotoLimits } from '../image/photo-options.js';
import type { PhotoReader } from '../image/prepare.js';
import { showShape, sizeOf, type TensorInfo } from '../ir/tensor.js';
import { LOAD_OPTIONS, type LoadOptions } from '../runtime/loader.js';
import type { Model } from '../runtime/model.js';
import type { WorkerOptions } from '../runtime/worker-options.js';
import { DEFAULT_CONCURRENCY } from './each.js';
import { ImageClassifier } from './image-classifier.js';
import { checkLabels } from './labels.js';

/** Options of `loadClassifier`; all optional. `maxBytes` and `sources` are about photos, not the model. */
export type ClassifierOptions = Omit<LoadOptions, keyof PhotoLimits> &
  PhotoLimits & {
    /** Names of the classes; default those in the model file. */
    labels?: readonly string[];
    /** How a photo becomes the input; default the pre-processing in the model file. */
    preprocess?: PreprocessOption;
    /** Name of the output that holds the scores, if several could. */
    scores?: string;
    /**
     * How many photos are decoded at a time when calls overlap, and how many are downloaded; default 2. More take more memory.
     */
    concurrency?: number;
  };

/** The kinds of `ClassifierOptions`. */
export const CLASSIFIER_OPTIONS: Kinds<ClassifierOptions & WorkerOptions> = {
  ...LOAD_OPTIONS,
  ...PHOTO_LIMITS,
  labels: STRINGS,
  preprocess: PREPROCESS,
  scores: STRING,
  concurrency: integer(1, 1024),
};

/** Creates `loadClassifier` from functions that load models and read photos. */
export const classifierLoader =
  <From, Source>(load: (source: From, options?: LoadOptions) => Promise<Model>, photos: PhotoReader<Source>) =>
  /**
   * Loads a classifier of photos.
   *
   * @throws {ShapeError} if the network does not turn one image into one vector of scores, {ArgumentError} for labels
   *   or preprocessing that do not fit it, and the errors of `loadModel`
   */
  async (source: From, options: ClassifierOptions = {}): Promise<ImageClassifier<Source>> => {
    checkOptions('loadClassifier', options, CLASSIFIER_OPTIONS);
    const {
      labels,
      preprocess,
      scores,
      concurrency = DEFAULT_CONCURRENCY,
      maxPixels,
      maxBytes,
      sources,
      ...loadOptions
    } = options;
    const model = await load(source, loadOptions);
    try {
      return await namingSource(source, () => {
        const output = scoresOutput(model, scores);
        const names = labels ?? model.metadata.labels;
        const how = preprocess ?? model.metadata.preprocess;
        const count = sizeOf(output.shape.slice(1));
        if (names) checkLabels(names, [count]);
        return new ImageClassifier(model, photos, {
          classes: names ?? Array.from({ length: count }, (_, index) => `${index}`),
          preprocess: how && preprocessFor(how, model.inputs),
          scores: output.name,
          scoreKind: model.scoreKindOf(output.name),
          concurrency,
          limits: { maxPixels, maxBytes, sources },
        });
      });
    } catch (error) {
      model.dispose();
      throw error;
    }
  };

/** The output that holds the scores: the one of this name, else the only vector of floats. */
const scoresOutput = ({ inputs, outputs }: Model, name: string | undefined): TensorInfo => {
  const input = inputs[0]?.shape ?? [];
  const isImage = inputs.length === 1 && input.length === 4 && Math.abs(input[0]!) === 1;
  const vectors = outputs.filter(
    ({ type, shape }) => type === 'float32' && shape[0] === input[0] && shape.slice(2).every((size) => size === 1),
  );
  const named = name === undefined ? vectors : vectors.filter((output) => output.name === name);
  if (isImage && named.length === 1) return named[0]!;
  const show = (infos: Model['inputs']) => infos.map((info) => `"${info.name}" ${showShape(info.shape)}`).join(', ');
  const cure = isImage && vectors.length ? 'name one by the option scores' : 'use loadModel';
  throw new ShapeError(
    `a classifier has one image input and one vector of scores; this model has ${show(inputs)} and ${show(outputs)}: ${cure}`,
  );
};
