// Gives the loaders of an entry the option `worker`.

import { checkOptions, untilAborted } from '../arguments.js';
import { DEFAULT_CONCURRENCY } from '../classifier/each.js';
import type { ImageClassifier } from '../classifier/image-classifier.js';
import { CLASSIFIER_OPTIONS, type ClassifierOptions } from '../classifier/load-classifier.js';
import type { PhotoReader } from '../image/prepare.js';
import { readingOf as readingOfPhoto } from '../image/source.js';
import { readBytes } from '../read-bytes.js';
import { LOAD_OPTIONS, type LoadOptions } from '../runtime/loader.js';
import type { Model } from '../runtime/model.js';
import { readingOf, readSource, type ModelSource } from '../runtime/model-source.js';
import { checkWorkerUrl, type WorkerOptions } from '../runtime/worker-options.js';
import type { PageLoading, Workers } from './in-worker.js';
import { loadInWorker } from './load.js';
import type { WorkerClassifier } from './worker-classifier.js';
import type { WorkerModel } from './worker-model.js';

/** A loader whose option `worker` decides what it returns. */
export type Loader<From, Options, Here, There> = {
  (source: From, options: Options & WorkerOptions & { worker: true }): Promise<There>;
  (source: From, options?: Options & { worker?: false }): Promise<Here>;
  (source: From, options?: Options & WorkerOptions): Promise<Here | There>;
};

const fileFor = async ({ signal }: LoadOptions): ReturnType<typeof loadInWorker> => {
  signal?.throwIfAborted();
  return untilAborted(loadInWorker(), signal);
};

/** What the module for workers gets of those that are loaded already. */
const pageFor = (workers: Workers, options: LoadOptions): PageLoading => ({
  ...workers,
  readSource,
  readBytes: (source) => readBytes(source, readingOf(options)),
});

/** `loadModel` with the option `worker`. */
export const modelOffPage =
  (
    load: (source: ModelSource, options?: LoadOptions) => Promise<Model>,
    workers: Workers,
  ): Loader<ModelSource, LoadOptions, Model, WorkerModel> =>
  async (source: ModelSource, options: LoadOptions & WorkerOptions = {}): Promise<never> => {
    checkOptions('loadModel', options, LOAD_OPTIONS);
    checkWorkerUrl('loadModel', options);
    if (!options.worker) return load(source, options) as never;
    const { modelInWorker } = await fileFor(options);
    return modelInWorker(source, options, pageFor(workers, options)) as never;
  };

/** `loadClassifier` with the option `worker`. */
export const classifierOffPage =
  <Source>(
    load: (source: ModelSource, options?: ClassifierOptions) => Promise<ImageClassifier<Source>>,
    { readPixels }: PhotoReader<Source>,
    workers: Workers,
  ): Loader<ModelSource, ClassifierOptions, ImageClassifier<Source>, WorkerClassifier<Source>> =>
  async (source: ModelSource, options: ClassifierOptions & WorkerOptions = {}): Promise<never> => {
    checkOptions('loadClassifier', options, CLASSIFIER_OPTIONS);
    checkWorkerUrl('loadClassifier', options);
    if (!options.worker) return load(source, options) as never;
    const { classifierInWorker } = await fileFor(options);
    const { maxPixels, maxBytes, sources, concurrency = DEFAULT_CONCURRENCY } = options;
    return classifierInWorker(source, options, pageFor(workers, options), {
      readPixels,
      readBytes: (photo, how) => readBytes(photo, readingOfPhoto(how)),
      locate: workers.opener.locate,
      limits: { maxPixels, maxBytes, sources },
      concurrency,
    }) as never;
  };
