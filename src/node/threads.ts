// Worker threads of Node, Deno and Bun.

// webpack finds scripts of threads by this name of the module, without "node:"
import { Worker } from 'worker_threads';
import { ArgumentError } from '../errors.js';
import { fileOpener } from './paths.js';
import type { Workers } from '../worker/off-page.js';

/** Starts threads. They keep a process from ending only while calls wait. Paths are the same in a thread. */
export const threads: Workers = {
  start: (url) => {
    if (url)
      throw new ArgumentError(
        "option workerUrl is for pages: leave it out, 'groupwise/node' starts threads with a script of its own",
        'workerUrl',
      );
    // bundlers find the file if it is named in the call
    const worker = new Worker(new URL('../thread.js', import.meta.url));
    worker.unref();
    return Promise.resolve({
      send: (message, transfer = []) => worker.postMessage(message, transfer as ArrayBuffer[]),
      listen: (onMessage, onEnd) => {
        worker.on('message', onMessage);
        for (const event of ['error', 'messageerror']) worker.on(event, ({ message }: Error) => onEnd?.(message));
        worker.on('exit', (code) => onEnd?.(`exit code ${code}`));
      },
      hold: (isBusy) => (isBusy ? worker.ref() : worker.unref()),
      close: () => void worker.terminate(),
    });
  },
  opener: fileOpener,
};
