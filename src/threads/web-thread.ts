// Threads in the workers of browsers and Deno.

import { threadScript, type StartThread } from './kernel-thread.js';

/** Deno has workers of modules only. */
const TYPE: WorkerType = 'Deno' in globalThis ? 'module' : 'classic';

/** Starts a worker from a blob: URL, in workers too. */
export const startWebThread: StartThread = (setup) =>
  new Promise((resolve, reject) => {
    const script = `onmessage = ({ data }) => ${threadScript('data', '() => postMessage(0)')}`;
    const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
    const worker = new Worker(url, { type: TYPE });
    worker.onmessage = () => {
      URL.revokeObjectURL(url);
      resolve(() => worker.terminate());
    };
    worker.onerror = ({ message }) => {
      URL.revokeObjectURL(url);
      reject(new Error(`a thread cannot be started${message && `: ${message}`}`));
    };
    worker.postMessage(setup);
  });
