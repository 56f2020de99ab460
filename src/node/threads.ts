// Worker threads of Node, Deno and Bun.

// webpack finds scripts of threads by this name of the module, without "node:"
import { Worker } from 'worker_threads';
import { EngineError } from '../errors.js';
import { threadScript, type StartThread } from '../threads/kernel-thread.js';
import type { WorkerPort } from '../worker/client.js';

/**
 * Deno starts threads from files only: if it has the package from the network, as from JSR, the thread imports its script,
 * which is beside this one there.
 */
const startThread = (): Worker => {
  const here = import.meta.url;
  // bundlers find the file if it is named in the call
  if (!/^https?:/.test(here)) return new Worker(new URL('../thread.js', import.meta.url));
  const script = JSON.stringify(new URL('thread.js', here));
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(`import ${script}`)}`));
};

/** Starts a thread. It keeps a process from ending only while calls wait. */
export const startWorker = (): WorkerPort => {
  const worker = startThread();
  worker.unref();
  return {
    send: (message, transfer = []) => worker.postMessage(message, transfer as ArrayBuffer[]),
    listen: (onMessage, onEnd) => {
      worker.on('message', onMessage);
      for (const event of ['error', 'messageerror']) worker.on(event, ({ message }: Error) => onEnd?.(message));
      worker.on('exit', (code) => onEnd?.(`exit code ${code}`));
    },
    hold: (isBusy) => (isBusy ? worker.ref() : worker.unref()),
    close: () => void worker.terminate(),
  };
};

/** Starts threads for kernels; they keep no process from ending. */
export const startKernelThread: StartThread = (setup) => {
  const script = threadScript('workerData', '() => parentPort.postMessage(0)');
  const worker = new Worker(`const { parentPort, workerData } = require('node:worker_threads'); ${script}`, {
    eval: true,
    execArgv: [], // those of the process may make the script a module
    workerData: setup,
  });
  const ready = new Promise<void>((resolve, reject) => {
    worker.once('message', () => {
      worker.unref();
      resolve();
    });
    worker.once('error', reject);
    worker.once('exit', () => reject(new EngineError('a thread ended before it was ready')));
  });
  return { ready, end: () => void worker.terminate() };
};
