// Threads in the workers of browsers and Deno.

import { threadScript, type StartThread } from './kernel-thread.js';

/** Deno has workers of modules only. */
const TYPE: WorkerType = 'Deno' in globalThis ? 'module' : 'classic';

/** Starts a worker from a blob: URL, in workers too. */
export const startWebThread: StartThread = (setup) => {
  const script = `onmessage = ({ data }) => ${threadScript('data', '() => postMessage(0)')}`;
  const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  let worker: Worker | undefined;
  const end = () => {
    worker?.terminate();
    URL.revokeObjectURL(url);
  };
  const ready = new Promise<void>((resolve, reject) => {
    worker = new Worker(url, { type: TYPE });
    worker.onmessage = () => {
      URL.revokeObjectURL(url);
      resolve();
    };
    worker.onerror = (event) => {
      event.preventDefault(); // in a worker, it would reach the page too
      reject(new Error(`a thread cannot be started${event.message && `: ${event.message}`}`));
    };
    worker.postMessage(setup);
  });
  return { ready, end };
};
