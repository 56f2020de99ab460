// The page's side: sends calls through a port, and hands their answers to the callers.

import { disposed } from '../arguments.js';
import { Ending } from '../classifier/ending.js';
import { EngineError } from '../errors.js';
import type { Progress } from '../runtime/read-options.js';
import { errorOf } from './failure.js';
import { sendingError } from './not-cloned.js';
import type { Call, Method, Port, Reply, Request } from './port.js';

/** The port that leads to a worker. */
export type WorkerPort = Port<Request, Reply>;

/** What a call may have besides its arguments. */
export type CallOptions = {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
  transfer?: Transferable[];
};

type Waiting = {
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
  onProgress: CallOptions['onProgress'];
};

/** Calls methods of a worker. */
export class Client {
  readonly #port: WorkerPort;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  /** Ends what calls wait for before they are sent. */
  readonly ending = new Ending();

  constructor(port: WorkerPort) {
    this.#port = port;
    port.listen(
      (reply) => this.#receive(reply),
      (why) => this.#end(() => new EngineError(`the worker ended: ${why}`)),
    );
  }

  /**
   * Calls a method; calls may overlap.
   *
   * @throws what the method throws; the reason of the signal, at once; {EngineError} if the worker ends before,
   *   {ArgumentError} if messages cannot carry an argument
   */
  call<Result>(method: Method, args: unknown[], { signal, onProgress, transfer }: CallOptions = {}): Promise<Result> {
    const id = this.#nextId++;
    const abort = () => {
      this.#settle(id)?.reject(signal!.reason);
      if (!this.ending.aborted) this.#port.send({ id, aborted: true });
    };
    const answer = new Promise((resolve, reject) => {
      this.ending.throwIfAborted();
      signal?.throwIfAborted();
      this.#send({ id, method, args }, transfer);
      this.#waiting.set(id, { resolve, reject, onProgress });
      this.#port.hold?.(true);
      signal?.addEventListener('abort', abort);
    });
    return answer.finally(() => signal?.removeEventListener('abort', abort)) as Promise<Result>;
  }

  /** Ends the worker; calls that wait reject. */
  close(): void {
    this.#end(disposed);
    this.#port.close();
  }

  #send(request: Call, transfer: Transferable[] | undefined): void {
    try {
      this.#port.send(request, transfer);
    } catch (error) {
      throw sendingError(error, request);
    }
  }

  #receive(reply: Reply): void {
    if ('progress' in reply) return this.#progress(reply.id, reply.progress);
    const waiting = this.#settle(reply.id);
    if ('failure' in reply) waiting?.reject(errorOf(reply.failure));
    else waiting?.resolve(reply.value);
  }

  /** Reports progress; a call whose callback throws rejects with its error. */
  #progress(id: number, progress: Progress): void {
    try {
      this.#waiting.get(id)?.onProgress?.(progress);
    } catch (error) {
      this.#settle(id)?.reject(error);
      this.#port.send({ id, aborted: true });
    }
  }

  /** Forgets a call that has its answer, or gets none. */
  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (!this.#waiting.size) this.#port.hold?.(false);
    return waiting;
  }

  #end(why: () => EngineError): void {
    this.ending.end(why);
    for (const id of [...this.#waiting.keys()]) this.#settle(id)!.reject(this.ending.reason);
  }
}
