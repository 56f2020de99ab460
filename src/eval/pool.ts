// Threads that classify pictures.

import { Worker } from 'node:worker_threads';
import { EngineError } from '../errors.js';
import type { Answer } from './outcome.js';
import type { Done, Job, Setup } from './worker.js';

/** Pictures that a thread has at once: one in work, one waiting. */
export const AT_ONCE = 2;

type Waiting = { resolve: (done: Done) => void; reject: (error: Error) => void };

type Thread = { worker: Worker; waiting: Map<number, Waiting> };

/** Threads that each hold the model. */
export class Pool {
  private readonly threads: readonly Thread[];
  private next = 0;

  /** @param count how many threads */
  constructor(count: number, setup: Setup) {
    this.threads = Array.from({ length: count }, () => startThread(setup));
  }

  /**
   * Classifies a picture; its bytes are moved to a thread.
   *
   * @returns what the model says, or why the picture cannot be classified
   * @throws {EngineError} if the thread ended
   */
  async classify(bytes: Uint8Array<ArrayBuffer>, truth: number): Promise<Answer | { reason: string }> {
    const job: Job = { id: this.next++, bytes, truth };
    const { worker, waiting } = this.threads.reduce((free, thread) => (thread.waiting.size < free.waiting.size ? thread : free));
    const { answer, reason } = await new Promise<Done>((resolve, reject) => {
      waiting.set(job.id, { resolve, reject });
      worker.postMessage(job, [bytes.buffer]);
    });
    return answer ?? { reason: reason! };
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await Promise.all(this.threads.map(({ worker }) => worker.terminate()));
  }
}

const startThread = (setup: Setup): Thread => {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: setup });
  const waiting = new Map<number, Waiting>();
  const fail = (why: string) => {
    for (const { reject } of waiting.values()) reject(new EngineError(`a worker ended: ${why}; try fewer with --workers`));
    waiting.clear();
  };
  worker.on('message', (done: Done) => {
    waiting.get(done.id)?.resolve(done);
    waiting.delete(done.id);
  });
  worker.on('error', (error: Error) => fail(error.message));
  worker.on('exit', (code) => fail(`exit code ${code}`));
  return { worker, waiting };
};
