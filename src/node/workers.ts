// How `groupwise/node` starts threads. Their module is loaded with the first one: `worker_threads` takes two milliseconds of a start.

import { ArgumentError } from '../errors.js';
import type { StartThread } from '../threads/kernel-thread.js';
import type { Workers } from '../worker/in-worker.js';
import { fileOpener } from './paths.js';

/** Starts threads. Paths are the same in a thread. */
export const workers: Workers = {
  start: async (url) => {
    if (url)
      throw new ArgumentError(
        "option workerUrl is for pages: leave it out, 'groupwise/node' starts threads with a script of its own",
        'workerUrl',
      );
    const { startWorker } = await import('./threads.js');
    return startWorker();
  },
  opener: fileOpener,
};

/** What starts threads for kernels. */
export const kernelThreads = async (): Promise<StartThread> => (await import('./threads.js')).startKernelThread;
