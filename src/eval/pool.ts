// Threads that classify pictures.

import { Worker } from 'node:worker_threads';
import { EngineError } from '../errors.js';
import type { Answer } from './outcome.js';
import type { Done, Job, Ready, Setup } from './worker.js';

/** Pictures that a thread has at once: one in work, one waiting. */
export const AT_ONCE = 2;

type Waiting<T> = { resolve: (value: T) => void; reject: (error: Error) => void };

/** Threads that each hold the model. */
export class Pool {
  private readonly threads: readonly Thread[];
  private next = 0;

  /** @param count how many threads */
  constructor(count: number, setup: Setup) {
    this.threads = Array.from({ length: count }, () => new Thread(setup));
  }

  /** Waits until all threads have loaded the model. @throws {EngineError} if one cannot */
  async ready(): Promise<void> {
    await Promise.all(this.threads.map(({ ready }) => ready));
  }

  /**
   * Classifies a picture; its bytes are moved to a thread.
   *
   * @returns what the model says, or why the picture cannot be classified
   * @throws {EngineError} if a thread has ended, or ends before it answers
   */
  async classify(bytes: Uint8Array<ArrayBuffer>, truth: number): Promise<Answer | { reason: string }> {
    const dead = this.threads.find(({ ended }) => ended);
    if (dead) throw dead.ended!;
    const free = this.threads.reduce((least, thread) => (thread.load < least.load ? thread : least));
    const { answer, reason } = await free.run({ id: this.next++, bytes, truth });
    return answer ?? { reason: reason! };
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.close()));
  }
}

class Thread {
  /** Why the thread takes no more pictures. */
  ended?: EngineError;
  /** Settled when the model is loaded, or the thread has ended. */
  readonly ready: Promise<void>;
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting<Done>>();

  constructor(setup: Setup) {
    this.worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: setup });
    this.ready = new Promise<void>((resolve, reject) => this.listen({ resolve, reject }));
    this.ready.catch(() => {}); // it may fail before somebody waits
  }

  /** How many pictures the thread has. */
  get load(): number {
    return this.waiting.size;
  }

  run(job: Job): Promise<Done> {
    return new Promise((resolve, reject) => {
      this.waiting.set(job.id, { resolve, reject });
      this.worker.postMessage(job, [job.bytes.buffer]);
    });
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private listen(loaded: Waiting<void>): void {
    this.worker.on('message', (message: Ready | Done) => {
      if (message === 'ready') return loaded.resolve();
      this.waiting.get(message.id)?.resolve(message);
      this.waiting.delete(message.id);
    });
    const end = (why: string) => {
      this.ended ??= new EngineError(`a worker ended: ${why}; try fewer with --workers`);
      for (const { reject } of [loaded, ...this.waiting.values()]) reject(this.ended);
      this.waiting.clear();
    };
    this.worker.on('error', (error: Error) => end(error.message));
    this.worker.on('exit', (code) => end(`exit code ${code}`));
  }
}
