// What a page and its worker send each other, whatever carries it: a worker, a thread, or the bridge of a web view.

import type { Progress } from '../runtime/read-options.js';

/** The name of our workers in pages, by which their script knows that it should serve. It is also the first message of the script. */
export const NAME = 'groupwise-worker';

/** Why a message was lost. */
export const UNREADABLE = 'the engine cannot read a message, maybe for want of memory. Load the model again';

/** Methods that a worker runs: those of the loaders, then of what they load. */
export type Method =
  | 'loadModel'
  | 'loadClassifier'
  | 'run'
  | 'profile'
  | 'describe'
  | 'classify'
  | 'classifyBatch'
  | 'runPhoto'
  | 'embed'
  | 'scores';

/** A call. */
export type Call = { id: number; method: Method; args: unknown[] };

/** From the page: a call, or the request to end one. */
export type Request = Call | { id: number; aborted: true };

/** The fields of an error, which messages do not carry as an object of its class. */
export type Failure = { name: string; message: string; fields: Record<string, unknown> };

/** From the worker: the answer to a call, its failure, or how far it is. */
export type Reply =
  { id: number; value: unknown } | { id: number; failure: Failure } | { id: number; progress: Progress };

/** One end of a connection. */
export type Port<Sent, Received> = {
  /** Sends a message; what is transferred cannot be used here afterwards. */
  send(message: Sent, transfer?: Transferable[]): void;
  /** Calls `onMessage` for every message, and `onEnd` when the other end fails. */
  listen(onMessage: (message: Received) => void, onEnd?: (why: string) => void): void;
  /** Whether calls are waiting, which keeps a Node process from ending. */
  hold?(isBusy: boolean): void;
  /** Ends the other end. */
  close(): void;
};
