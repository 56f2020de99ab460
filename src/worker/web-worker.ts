// Workers of browsers, and of Deno where it uses an entry for pages.

import { pageOpener } from '../runtime/model-source.js';
import type { Workers } from './in-worker.js';
import { loadInWorker } from './load.js';
import { NAME, UNREADABLE, type Port, type Reply, type Request } from './port.js';
import { SCRIPT_TYPE, workerScript } from './script.js';

type Scope = {
  name?: string;
  onmessage: unknown;
  onmessageerror: unknown;
  postMessage(message: unknown, transfer?: Transferable[]): void;
};

/** Starts workers whose script is part of this package; relative URLs are those of the page. */
export const webWorkers: Workers = {
  start: async (url, signal) => {
    const { startWebWorker } = await loadInWorker();
    return startWebWorker({ type: SCRIPT_TYPE, text: workerScript }, url, signal);
  },
  opener: pageOpener,
};

/** The port of this script to its page, if it is one of our workers. */
export const portToPage = (): Port<Reply, Request> | undefined => {
  const scope = globalThis as unknown as Scope;
  if (scope.name !== NAME || typeof document === 'object') return undefined;
  scope.postMessage(NAME);
  // which the page gets as an error of the worker
  scope.onmessageerror = () => {
    throw new Error(UNREADABLE);
  };
  return {
    send: (message, transfer = []) => scope.postMessage(message, transfer),
    listen: (onMessage) => (scope.onmessage = ({ data }: MessageEvent<Request>) => onMessage(data)),
    close: () => {},
  };
};
