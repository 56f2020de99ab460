// A limit on how many tasks run at the same time.

type Waiting = { start: () => void; reject: (reason: Error) => void; signal: AbortSignal | undefined };

/** Runs at most a fixed number of tasks at a time; the others wait in the order in which they came. */
export class Semaphore {
  #free: number;
  readonly #waiting = new Set<Waiting>();
  /** How many tasks wait with each signal: it gets one listener for all of them. */
  readonly #signals = new Map<AbortSignal, number>();

  /** @param count how many tasks run at a time */
  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Runs a task when there is room for it.
   *
   * @param signal ends the wait
   * @throws whatever the task throws, or the reason of the signal if it is aborted before the task starts
   */
  async run<T>(task: () => T | Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((start, reject) => this.#enter({ start, reject, signal }));
    try {
      return await task();
    } finally {
      const [next] = this.#waiting;
      if (next) {
        this.#leave(next);
        next.start();
      } else this.#free++;
    }
  }

  #enter(waiting: Waiting): void {
    const { signal } = waiting;
    this.#waiting.add(waiting);
    if (!signal) return;
    const count = this.#signals.get(signal) ?? 0;
    this.#signals.set(signal, count + 1);
    if (!count) signal.addEventListener('abort', this.#rejectAborted);
  }

  #leave(waiting: Waiting): void {
    const { signal } = waiting;
    this.#waiting.delete(waiting);
    if (!signal) return;
    const count = this.#signals.get(signal)! - 1;
    this.#signals.set(signal, count);
    if (count) return;
    this.#signals.delete(signal);
    signal.removeEventListener('abort', this.#rejectAborted);
  }

  readonly #rejectAborted = (): void => {
    for (const waiting of this.#waiting) {
      if (!waiting.signal?.aborted) continue;
      this.#leave(waiting);
      waiting.reject(waiting.signal.reason as Error);
    }
  };
}
