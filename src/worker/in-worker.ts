// The page's side of the option `worker`, in a module that pages with this option load: starts a worker, and loads a model in it.

import type { ImageSource } from '../image/source.js';
import { portableKernels } from '../kernels/given.js';
import type { LoadOptions } from '../runtime/loader.js';
import type { ModelSource } from '../runtime/model-source.js';
import type { Opener } from '../runtime/read-options.js';
import type { WorkerOptions } from '../runtime/worker-options.js';
import { Client, type WorkerPort } from './client.js';
import { portable } from './portable.js';
import type { Library, Loaded } from './serve.js';
import { WorkerClassifier, type PageSettings } from './worker-classifier.js';
import { WorkerModel } from './worker-model.js';

export { startWebWorker } from './start-web-worker.js';

/** How an entry starts workers. */
export type Workers = {
  /** Starts one. @throws {EngineError} if the engine or the page has none; the reason of the signal */
  start(url: string | URL | undefined, signal: AbortSignal | undefined): Promise<WorkerPort>;
  /** How URLs are read here. The worker gets absolute ones, since it has another address than the page. */
  opener: Opener;
};

/** What loading a model in a worker needs on the page. */
export type PageLoading = Workers & {
  /** Reads a model here. */
  readSource: (source: ModelSource, options: LoadOptions, opener: Opener) => Promise<Uint8Array>;
  /** The bytes of a Response or stream. */
  readBytes: (source: unknown) => Promise<Uint8Array | undefined>;
};

const loadIn = async (
  method: keyof Library,
  source: ModelSource,
  options: LoadOptions & WorkerOptions,
  { start, opener, readSource, readBytes }: PageLoading,
): Promise<[Client, Loaded]> => {
  const { worker: _, workerUrl, signal, onProgress, kernels, cache, ...shared } = options;
  const { locate } = opener;
  // a store of the application cannot be sent to a worker
  const isOwn = typeof cache === 'object';
  const from = isOwn ? await readSource(source, options, opener) : source;
  const rest = isOwn ? shared : { ...shared, cache };
  const { value, transfer } = await portable(from, readBytes, locate);
  const others = { ...rest, kernels: kernels && (await portableKernels(kernels, locate)) };
  const client = new Client(await start(workerUrl, signal));
  try {
    return [client, await client.call<Loaded>(method, [value, others], { signal, onProgress, transfer })];
  } catch (error) {
    client.close();
    throw error;
  }
};

/** Loads a model in a worker. @throws the errors of `loadModel`, {EngineError} if there are no workers */
export const modelInWorker = async (
  source: ModelSource,
  options: LoadOptions & WorkerOptions,
  page: PageLoading,
): Promise<WorkerModel> => new WorkerModel(...(await loadIn('loadModel', source, options, page)));

/** Loads a classifier in a worker. @throws the errors of `loadClassifier`, {EngineError} if there are no workers */
export const classifierInWorker = async <Source = ImageSource>(
  source: ModelSource,
  options: LoadOptions & WorkerOptions,
  page: PageLoading,
  settings: PageSettings<Source>,
): Promise<WorkerClassifier<Source>> =>
  new WorkerClassifier(...(await loadIn('loadClassifier', source, options, page)), settings);
