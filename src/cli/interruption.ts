// Lets a command finish in order when a signal asks it to end. A second signal ends the process at once.

import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Catches the first signal that asks the process to end. */
export class Interruption {
  /** The signal, once it is caught. */
  signal?: (typeof SIGNALS)[number];
  /** Resolves when a signal is caught. */
  readonly caught: Promise<void>;
  readonly #listener: (signal: NodeJS.Signals) => void;

  constructor() {
    let resolve: () => void;
    this.caught = new Promise((done) => (resolve = done));
    this.#listener = (signal) => {
      this.signal = signal as (typeof SIGNALS)[number];
      this.release();
      resolve();
    };
    for (const signal of SIGNALS) process.on(signal, this.#listener);
  }

  /** The exit code that shells expect after the signal: 130 for Ctrl-C. */
  get exitCode(): number {
    return 128 + constants.signals[this.signal!];
  }

  /** Leaves signals to Node again. */
  release(): void {
    for (const signal of SIGNALS) process.off(signal, this.#listener);
  }
}
