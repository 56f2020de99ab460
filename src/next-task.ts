// Lets timers, signals and servers have their turn between steps that would follow each other without a pause.

/** Gives other tasks a turn. Timers would do it too, but pages in the background get one of them a second. */
export const nextTask = (): Promise<void> =>
  new Promise((done) => {
    // timers that are due come between two of them
    if (typeof setImmediate === 'function') return void setImmediate(() => setImmediate(done));
    if (typeof MessageChannel !== 'function') return void setTimeout(done); // jsdom
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      done();
    };
    port2.postMessage(0);
  });

/** A computation in steps: it may pause where it yields. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Time after which other tasks get a turn, in milliseconds. */
const TURN_MS = 50;

/** When other tasks last had a turn, and when they get the next one. */
export class Turns {
  #last = performance.now();

  /** Gives other tasks a turn if their last one is a while ago. @throws the signal's reason once it is aborted */
  async pause(signal: AbortSignal | undefined): Promise<void> {
    if (performance.now() - this.#last >= TURN_MS) {
      await nextTask();
      this.#last = performance.now();
    }
    signal?.throwIfAborted();
  }
}

/**
 * Does the steps of a computation and gives other tasks turns meanwhile, also after a long last step.
 *
 * @throws the signal's reason once it is aborted
 */
export const inTurns = async <T>(steps: Steps<T>, signal?: AbortSignal): Promise<T> => {
  const turns = new Turns();
  for (let step = steps.next(); ; step = steps.next()) {
    await turns.pause(signal);
    if (step.done) return step.value;
  }
};

/** Does the steps of a computation without a pause. */
export const atOnce = <T>(steps: Steps<T>): T => {
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
};
