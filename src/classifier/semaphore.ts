// A limit on how many tasks run at the same time.

/** Runs at most a fixed number of tasks at a time; the others wait in the order in which they came. */
export class Semaphore {
  #free: number;
  readonly #waiting = new Set<() => void>();

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
    if (this.#free > 0) this.#free--;
    else await this.#turn(signal);
    try {
      return await task();
    } finally {
      const [next] = this.#waiting;
      if (next) next();
      else this.#free++;
    }
  }

  /** Waits for the place of a task that ends. */
  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(start);
        signal?.removeEventListener('abort', abort);
      };
      const start = () => {
        leave();
        resolve();
      };
      const abort = () => {
        leave();
        reject(signal!.reason as Error);
      };
      this.#waiting.add(start);
      signal?.addEventListener('abort', abort);
    });
  }
}
