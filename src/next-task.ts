// Lets timers, signals and servers have their turn between steps that would follow each other in microtasks.

/** Gives other tasks a turn. Timers would do it too, but pages in the background get one of them a second. */
export const nextTask = (): Promise<void> =>
  new Promise((done) => {
    if (typeof setImmediate === 'function') return void setImmediate(done);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      done();
    };
    port2.postMessage(0);
  });
