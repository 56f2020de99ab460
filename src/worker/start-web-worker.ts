// Starts workers in browsers, and in Deno where it uses an entry for pages: a part of the module for the option `worker`.

import { untilAborted } from '../arguments.js';
import { EngineError, shortened } from '../errors.js';
import type { WorkerPort } from './client.js';
import { NAME, UNREADABLE, type Reply } from './port.js';

/** The script of workers. */
type Script = {
  /** How the engine reads it. */
  type: WorkerType;
  /** Its text. */
  text: () => Promise<string>;
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

/**
 * Starts a worker.
 *
 * @param url its script, if it is not the one of this package
 * @throws {EngineError} if the engine or the page has no workers; the reason of the signal
 */
export const startWebWorker = async (
  { type, text }: Script,
  url: string | URL | undefined,
  signal: AbortSignal | undefined,
): Promise<WorkerPort> => {
  // Bun has workers too, but in them neither their name nor the files of this package are known
  if (typeof Worker !== 'function' || (type === 'classic' && typeof location !== 'object'))
    throw new EngineError('this engine has no such workers: use groupwise/node in Node and Bun');
  const script = url ? [] : [await untilAborted(text(), signal)];
  const address = url ?? URL.createObjectURL(new Blob(script, { type: 'text/javascript' }));
  const revoke = () => void (url ?? URL.revokeObjectURL(String(address)));
  try {
    return portOf(new Worker(address, { name: NAME, type: url ? 'classic' : type }), url, revoke);
  } catch (error) {
    revoke();
    throw new EngineError(`a worker cannot be started: ${(error as Error).message}. ${CANNOT_START}`, {
      cause: error,
    });
  }
};
