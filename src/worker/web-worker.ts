// Workers of browsers, and of Deno where it uses an entry for pages.

import { untilAborted } from '../arguments.js';
import { EngineError, shortened } from '../errors.js';
import { pageOpener } from '../runtime/model-source.js';
import type { WorkerPort } from './client.js';
import type { Workers } from './off-page.js';
import type { Port, Reply, Request } from './port.js';
import { SCRIPT_TYPE, workerScript } from './script.js';

const CLASSIC = 'classic';

/** The name of our workers, by which their script knows that it should serve. It is also the first message of the script. */
const NAME = 'groupwise-worker';

type Scope = {
  name?: string;
  onmessage: unknown;
  onmessageerror: unknown;
  postMessage(message: unknown, transfer?: Transferable[]): void;
};

/** Workers that have calls to answer. Firefox ends a worker of a worker that nothing else refers to. */
const busy = new Set<Worker>();

/**
 * Seconds that a script of the page's choice has until its first message. Phones on slow networks need a few; the script of
 * this package comes from memory, and needs no limit.
 */
const START_SECONDS = 30;

/**
 * @param url the script, if it is not part of this package
 * @param revoke called once it is known whether the worker starts
 */
const portOf = (worker: Worker, url: string | URL | undefined, revoke: () => void): WorkerPort => {
  let clock: ReturnType<typeof setInterval> | undefined;
  const stopWaiting = () => {
    clearInterval(clock);
    revoke();
  };
  return {
    send: (message, transfer = []) => worker.postMessage(message, transfer),
    listen: (onMessage, onEnd) => {
      let isOurs = false;
      let seconds = 0;
      const end = (why: string) => {
        stopWaiting();
        onEnd?.(why);
      };
      const refuse = (fault: string) =>
        end(url ? `${shortened(String(url))} ${fault}: option workerUrl takes ${COPY} of this version` : CANNOT_START);
      // counted only while the page runs: phones suspend pages with their workers
      if (url) clock = setInterval(() => ++seconds < START_SECONDS || refuse('did not answer in 30 s'), 1000);
      worker.onmessage = ({ data }) => {
        stopWaiting();
        if (isOurs) onMessage(data as Reply);
        else if (data === NAME) isOurs = true;
        else refuse('is another script');
      };
      worker.onerror = (event) => {
        event.preventDefault();
        const { message = '' } = event;
        if (isOurs || (message && !url)) end(message);
        else refuse(`cannot be started${message && ` (${message})`}`);
      };
      worker.onmessageerror = () => end(UNREADABLE);
    },
    hold: (isBusy) => void (isBusy ? busy.add(worker) : busy.delete(worker)),
    close: () => {
      worker.terminate();
      stopWaiting();
    },
  };
};

const COPY = 'the address of a copy of groupwise.min.js';

const CANNOT_START = `its script cannot be loaded. A page with a Content-Security-Policy needs worker-src blob:, or option workerUrl with ${COPY}`;

const UNREADABLE = 'the engine cannot read a message, maybe for want of memory. Load the model again';

/** Starts workers whose script is part of this package; relative URLs are those of the page. */
export const webWorkers: Workers = {
  start: async (url, signal) => {
    // Bun has workers too, but in them neither their name nor the files of this package are known
    if (typeof Worker !== 'function' || (SCRIPT_TYPE === CLASSIC && typeof location !== 'object'))
      throw new EngineError('this engine has no such workers: use groupwise/node in Node and Bun');
    const script = url ? [] : [await untilAborted(workerScript(), signal)];
    const address = url ?? URL.createObjectURL(new Blob(script, { type: 'text/javascript' }));
    const revoke = () => void (url ?? URL.revokeObjectURL(String(address)));
    try {
      return portOf(new Worker(address, { name: NAME, type: url ? CLASSIC : SCRIPT_TYPE }), url, revoke);
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
