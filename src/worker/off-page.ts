// Gives the loaders of an entry the option `worker`.

import { checkOptions } from '../arguments.js';
import { DEFAULT_CONCURRENCY } from '../classifier/each.js';
import type { ImageClassifier } from '../classifier/image-classifier.js';
import { CLASSIFIER_OPTIONS, type ClassifierOptions } from '../classifier/load-classifier.js';
import type { PhotoReader } from '../image/prepare.js';
import { LOAD_OPTIONS, type LoadOptions } from '../runtime/loader.js';
import type { Model } from '../runtime/model.js';
import { readingOf, readSource, type ModelSource, type Opener } from '../runtime/model-source.js';
import { Client, type WorkerPort } from './client.js';
import { portableKernels } from '../kernels/given.js';
import { portable } from './portable.js';
import type { Library, Loaded } from './serve.js';
import { WorkerClassifier } from './worker-classifier.js';
import { WorkerModel } from './worker-model.js';
import { checkWorkerUrl, type WorkerOptions } from '../runtime/worker-options.js';

/** How an entry starts workers. */
export type Workers = {
  /** Starts one. @throws {EngineError} if the engine or the page has none; the reason of the signal */
  start(url: string | URL | undefined, signal: AbortSignal | undefined): Promise<WorkerPort>;
  /** How URLs are read here. The worker gets absolute ones, since it has another address than the page. */
  opener: Opener;
};

/** A loader whose option `worker` decides what it returns. */
export type Loader<From, Options, Here, There> = {
  (source: From, options: Options & WorkerOptions & { worker: true }): Promise<There>;
  (source: From, options?: Options & { worker?: false }): Promise<Here>;
  (source: From, options?: Options & WorkerOptions): Promise<Here | There>;
};

const loadInWorker = async (
  method: keyof Library,
  source: ModelSource,
  options: LoadOptions & WorkerOptions,
  { start, opener }: Workers,
): Promise<[Client, Loaded]> => {
  const { worker: _, workerUrl, signal, onProgress, kernels, cache, ...shared } = options;
  const { locate } = opener;
  signal?.throwIfAborted();
  // a store of the application cannot be sent to a worker
  const isOwn = typeof cache === 'object';
  const from = isOwn ? await readSource(source, options, opener) : source;
  const rest = isOwn ? shared : { ...shared, cache };
  const { value, transfer } = await portable(from, readingOf(options), locate);
  const others = { ...rest, kernels: kernels && (await portableKernels(kernels, locate)) };
  const client = new Client(await start(workerUrl, signal));
  try {
    return [client, await client.call<Loaded>(method, [value, others], { signal, onProgress, transfer })];
  } catch (error) {
    client.close();
    throw error;
  }
};

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
    return new WorkerModel(...(await loadInWorker('loadModel', source, options, workers))) as never;
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
    const [client, loaded] = await loadInWorker('loadClassifier', source, options, workers);
    const { maxPixels, maxBytes, sources, concurrency = DEFAULT_CONCURRENCY } = options;
    const page = { readPixels, locate: workers.opener.locate, limits: { maxPixels, maxBytes, sources }, concurrency };
    return new WorkerClassifier(client, loaded, page) as never;
  };
