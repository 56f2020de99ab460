// Loads models and classifiers into the page of the web view.

import { check, FUNCTION } from '../arguments.js';
import { DEFAULT_CONCURRENCY } from '../classifier/each.js';
import type { ClassifierOptions as PageClassifierOptions } from '../classifier/load-classifier.js';
import type { LoadOptions as PageLoadOptions } from '../runtime/loader.js';
import { Client } from '../worker/client.js';
import type { Loaded } from '../worker/serve.js';
import { WorkerModel } from '../worker/worker-model.js';
import { bridge } from './bridge.js';
import { Channel } from './channel.js';
import { NativeClassifier } from './classifier.js';
import { withSignal } from './signal.js';
import type { NativeSource } from './sources.js';

/** Instead of options that cannot cross to the page: it has its own kernels and caches. */
type Crossing<Options> = Omit<Options, 'kernels' | 'cache'> & {
  /** Keeps downloaded models in the web view, so that later loads need no download: `true`, or the name of a cache. */
  cache?: boolean | string;
};

/** Options of `loadModel`; all optional. */
export type LoadOptions = Crossing<PageLoadOptions>;

/** Options of `loadClassifier`; all optional. */
export type ClassifierOptions = Crossing<PageClassifierOptions>;

const load = async (
  method: 'loadModel' | 'loadClassifier',
  source: NativeSource,
  given: LoadOptions,
): Promise<[Client, Loaded]> => {
  const { signal, onProgress, ...options } = withSignal(method, given);
  if (onProgress !== undefined) check(`${method}: option onProgress`, onProgress, FUNCTION);
  const client = new Client(new Channel(bridge));
  try {
    return [client, await client.call<Loaded>(method, [source, options], { signal, onProgress })];
  } catch (error) {
    client.close();
    throw error;
  }
};

/**
 * Loads a model into the page of `<GroupwiseView />`.
 *
 * @param source an asset (`require('./model.gw')`), a URI, base64, or bytes
 * @throws {EngineError} if there is no `<GroupwiseView />`, or no web view that can run it; {LoadError} if the source cannot
 *   be read, {FormatError} if it is not a model
 */
export const loadModel = async (source: NativeSource, options: LoadOptions = {}): Promise<WorkerModel> =>
  new WorkerModel(...(await load('loadModel', source, options)));

/**
 * Loads a classifier of photos into the page of `<GroupwiseView />`.
 *
 * @param source an asset (`require('./model.gw')`), a URI, base64, or bytes
 * @throws the errors of `loadModel`, {ShapeError} if the network does not classify images
 */
export const loadClassifier = async (
  source: NativeSource,
  options: ClassifierOptions = {},
): Promise<NativeClassifier> => {
  const [client, loaded] = await load('loadClassifier', source, options);
  return new NativeClassifier(client, loaded, options.concurrency ?? DEFAULT_CONCURRENCY);
};
