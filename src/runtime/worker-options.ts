// The options of loaders that decide where a model runs.

import { BOOLEAN, tagOf, type Kind, type Kinds } from '../arguments.js';
import { ArgumentError } from '../errors.js';
import type { Platform } from '../platform.js';

/** Where a model runs. */
export type WorkerOptions = {
  /** Runs the model in a worker, so that the page stays responsive: the same methods, which return promises. */
  worker?: boolean;
  /** The script of the worker, for pages that forbid workers from blob: URLs: a copy of `groupwise.min.js`. For pages only. */
  workerUrl?: string | Platform<'URL'>;
};

const URL_KIND: Kind = {
  expected: 'a URL',
  fits: (value) => typeof value === 'string' || tagOf(value) === 'URL',
};

/** The kinds of `WorkerOptions`. */
export const WORKER_OPTIONS: Kinds<WorkerOptions> = { worker: BOOLEAN, workerUrl: URL_KIND };

/**
 * @param caller how the message names the loader
 * @throws {ArgumentError} if the script of a worker is named, but nothing says whether there should be one
 */
export const checkWorkerUrl = (caller: string, { worker, workerUrl }: WorkerOptions): void => {
  if (workerUrl && worker === undefined)
    throw new ArgumentError(`${caller}: option workerUrl needs option worker: true beside it`, 'workerUrl');
};
