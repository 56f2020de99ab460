// Lets timers, signals and servers have their turn between steps that would follow each other without a pause.

/** Gives other tasks a turn. Timers would do it too, but pages in the background get one of them a second. */
export const nextTask = (): Promise<void> =>
  new Promise((done) => {
    // timers that are due come between two of them
    if (typeof setImmediate === 'function') return void setImmediate(() => setImmediate(done));
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
export const TURN_MS = 50;

/**
 * Does the steps of a computation and gives other tasks turns meanwhile, also after a long last step.
 *
 * @throws the signal's reason once it is aborted
 */
export const inTurns = async <T>(steps: Steps<T>, signal?: AbortSignal): Promise<T> => {
  let last = performance.now();
  for (let step = steps.next(); ; step = steps.next()) {
    if (performance.now() - last >= TURN_MS) {
      await nextTask();
      last = performance.now();
    }
    signal?.throwIfAborted();
    if (step.done) return step.value;
  }
};

/** Does the steps of a computation without a pause. */
export const atOnce = <T>(steps: Steps<T>): T => {
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
};
