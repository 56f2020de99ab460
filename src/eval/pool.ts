// A pool of threads that classify pictures. Each holds the model.

import { Worker } from 'node:worker_threads';
import { EngineError } from '../errors.js';
import type { Answer, Ranking } from './outcome.js';
import type { Done, Failed, Job, Question, Ready, Setup } from './worker.js';

/** Number of pictures that a thread has at a time: one in progress, one waiting. */
export const PICTURES_PER_THREAD = 2;

/** What a thread says to a question. */
type AnswerTo<Q extends Question> = Q extends { truth: number } ? Answer : Ranking;

type Waiting<T> = { resolve: (value: T) => void; reject: (error: Error) => void };

/** Threads that classify pictures. */
export class Pool {
  private readonly threads: readonly Thread[];
  private nextId = 0;

  /** @param count number of threads */
  constructor(count: number, setup: Setup) {
    this.threads = Array.from({ length: count }, () => new Thread(setup));
  }

  /** Waits until all threads have loaded the model. @throws {EngineError} if one cannot load it */
  async ready(): Promise<void> {
    await Promise.all(this.threads.map(({ ready }) => ready));
  }

  /**
   * Classifies a picture on the thread with the fewest pictures. Its bytes are transferred to the thread.
   *
   * @returns the answer to the question, or the reason why the picture cannot be classified
   * @throws {EngineError} if a thread has ended, or ends before it answers
   */
  async classify<Q extends Question>(
    bytes: Uint8Array<ArrayBuffer>,
    question: Q,
  ): Promise<{ answer: AnswerTo<Q> } | { failure: Failed }> {
    const dead = this.threads.find(({ ended }) => ended);
    if (dead) throw dead.ended!;
    const idlest = this.threads.reduce((least, thread) => (thread.load < least.load ? thread : least));
    const { answer, failure } = await idlest.run({ id: this.nextId++, bytes, question });
    return failure ? { failure } : { answer: answer as AnswerTo<Q> };
  }

  /** Stops the threads. */
  async close(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.close()));
  }
}

class Thread {
  /** The reason why the thread ended, if it has. */
  ended?: EngineError;
  /** Resolves when the model is loaded; rejects if the thread ends before. */
  readonly ready: Promise<void>;
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting<Done>>();

  constructor(setup: Setup) {
    this.worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: setup });
    this.ready = new Promise<void>((resolve, reject) => this.listen({ resolve, reject }));
    this.ready.catch(() => {}); // avoids an unhandled rejection before `ready()` is awaited
  }

  /** Number of pictures the thread has, in progress or waiting. */
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
