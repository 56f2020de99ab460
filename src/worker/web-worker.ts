// Workers of browsers, and of Deno where it uses an entry for pages.

import { EngineError } from '../errors.js';
import { pageOpener } from '../runtime/model-source.js';
import type { WorkerPort } from './client.js';
import type { Workers } from './off-page.js';
import type { Port, Reply, Request } from './port.js';
import { SCRIPT_TYPE, workerScript } from './script.js';

const CLASSIC = 'classic';

/** The name of our workers, by which their script knows that it should serve. */
const NAME = 'groupwise-worker';

type Scope = {
  name?: string;
  onmessage: unknown;
  postMessage(message: unknown, transfer: Transferable[]): void;
};

/** Workers that have calls to answer. Firefox ends a worker of a worker that nothing else refers to. */
const busy = new Set<Worker>();

/** @param onKnown called once it is known whether the worker starts */
const portOf = (worker: Worker, onKnown: () => void): WorkerPort => ({
  send: (message, transfer = []) => worker.postMessage(message, transfer),
  listen: (onMessage, onEnd) => {
    worker.onmessage = ({ data }) => {
      onKnown();
      onMessage(data as Reply);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      onKnown();
      onEnd?.(event.message || CANNOT_START);
    };
  },
  hold: (isBusy) => void (isBusy ? busy.add(worker) : busy.delete(worker)),
  close: () => {
    worker.terminate();
    onKnown();
  },
});

const CANNOT_START =
  'its script cannot be loaded. A page with a Content-Security-Policy needs worker-src blob:, or option workerUrl with the address of a copy of groupwise.min.js';

/** Starts workers whose script is part of this package; relative URLs are those of the page. */
export const webWorkers: Workers = {
  start: async (url) => {
    // Bun has workers too, but in them neither their name nor the files of this package are known
    if (typeof Worker !== 'function' || (SCRIPT_TYPE === CLASSIC && typeof location !== 'object'))
      throw new EngineError('this engine has no such workers: use groupwise/node in Node and Bun');
    const address = url ?? URL.createObjectURL(new Blob([await workerScript()], { type: 'text/javascript' }));
    const revoke = () => void (url ?? URL.revokeObjectURL(String(address)));
    try {
      return portOf(new Worker(address, { name: NAME, type: url ? CLASSIC : SCRIPT_TYPE }), revoke);
    } catch (error) {
      revoke();
      throw new EngineError(`a worker cannot be started: ${(error as Error).message}. ${CANNOT_START}`, {
        cause: error,
      });
    }
  },
  opener: pageOpener,
};

/** The port of this script to its page, if it is one of our workers. */
export const portToPage = (): Port<Reply, Request> | undefined => {
  const scope = globalThis as unknown as Scope;
  if (scope.name !== NAME || typeof document === 'object') return undefined;
  return {
    send: (message, transfer = []) => scope.postMessage(message, transfer),
    listen: (onMessage) => (scope.onmessage = ({ data }: MessageEvent<Request>) => onMessage(data)),
    close: () => {},
  };
};
