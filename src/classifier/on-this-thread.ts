// The loaders of entries without workers: models run on the thread that loads them.

import { ArgumentError } from '../errors.js';
import { photoPreparer, type PhotoReader } from '../image/prepare.js';
import type { Host } from '../kernels/wasm.js';
import { modelLoader } from '../runtime/loader.js';
import type { ModelSource } from '../runtime/model-source.js';
import { WORKER_OPTIONS } from '../runtime/worker-options.js';
import { classifierLoader } from './load-classifier.js';

/** Refuses the options of workers, which only plain JavaScript can pass. */
const withoutWorkers =
  <Options extends object, Loaded>(
    entry: string,
    load: (source: ModelSource, options?: Options) => Promise<Loaded>,
  ): typeof load =>
  async (source, options) => {
    const option = Object.keys(WORKER_OPTIONS).find((name) => options?.[name as keyof Options]);
    if (option)
      throw new ArgumentError(
        `${entry} has no workers: leave option ${option} out, or import 'groupwise' in pages, 'groupwise/node' in Node, Deno and Bun`,
        option,
      );
    return load(source, options);
  };

/** Creates the functions of an entry from its name, which messages show, and from what runs kernels and reads photos. */
export const loadersOnThisThread = <Source>(entry: string, host: Host, photos: PhotoReader<Source>) => {
  const load = modelLoader(host);
  return {
    loadModel: withoutWorkers(entry, load),
    loadClassifier: withoutWorkers(entry, classifierLoader(load, photos)),
    prepare: photoPreparer<Source>(photos.readPixels, host),
  };
};
