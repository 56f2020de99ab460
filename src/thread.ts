// The script of a worker thread: serves the thread that started it.

import { parentPort } from 'node:worker_threads';
import { loadClassifier, loadModel } from './node.js';
import type { Request } from './worker/port.js';
import { serve } from './worker/serve.js';

const port = parentPort!;

serve(
  {
    send: (message, transfer = []) => port.postMessage(message, transfer as ArrayBuffer[]),
    listen: (onMessage) => {
      port.on('message', (message: Request) => onMessage(message));
      // which ends the thread, and its owner gets it
      port.on('messageerror', (error) => {
        throw error;
      });
    },
    close: () => port.close(),
  },
  { loadModel, loadClassifier },
);
