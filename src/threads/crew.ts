// Threads that share the work of a model's kernels with the thread that runs the model.

import { EngineError } from '../errors.js';
import type { Kernels } from '../kernels/wasm.js';
import { ARGUMENTS, createBox, WORDS } from './box.js';
import type { StartThread } from './kernel-thread.js';

/** How often the caller looks whether the other parts are done before it sleeps: some 30 microseconds. */
const LOOKS = 4000;

/** Milliseconds of a wait, and how many without any part done end the crew: the engine has ended a thread. */
const SECOND = 1000;
const PATIENCE = 30;

/** The kernels of a module, by name. */
type Exports = Record<string, (...args: number[]) => void>;

const lost = () =>
  new EngineError('a thread of this model does not answer: load the model again, without the option threads');

/** Milliseconds in which a thread has to start; a page may forbid its script without an event. */
const START = 10_000;

/** The end of a thread that starts in time; one that starts later ends at once. */
const inTime = async (thread: Promise<() => void>): Promise<() => void> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      thread.then((end) => end()).catch(() => {});
      reject(new Error(`a thread did not start within ${START / 1000} seconds`));
    }, START);
  });
  return Promise.race([thread, late]).finally(() => clearTimeout(timer));
};

/** Threads for one memory. */
export class Crew {
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;
  readonly #ends: readonly (() => void)[];
  readonly #kernels: readonly ((...args: number[]) => void)[];
  readonly #placeOf: ReadonlyMap<string, number>;
  readonly #patience: number;
  #isLost = false;

  private constructor(
    box: SharedArrayBuffer,
    exports: Exports,
    names: readonly string[],
    ends: readonly (() => void)[],
    patience: number,
  ) {
    this.#words = new Int32Array(box);
    this.#numbers = new Float64Array(box);
    this.#kernels = names.map((name) => exports[name]!);
    this.#placeOf = new Map(names.map((name, place) => [name, place]));
    this.#ends = ends;
    this.#patience = patience;
  }

  /** Starts `count` threads. @throws what `start` throws; threads that have started then end */
  static async start(
    count: number,
    start: StartThread,
    module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    kernels: Kernels,
    patience = PATIENCE,
  ): Promise<Crew> {
    const box = createBox();
    const names = WebAssembly.Module.exports(module)
      .filter(({ kind }) => kind === 'function')
      .map(({ name }) => name);
    const setup = { module, memory, box, names, words: WORDS, places: ARGUMENTS };
    const started = await Promise.allSettled(Array.from({ length: count }, () => inTime(start(setup))));
    const ends = started.flatMap((thread) => (thread.status === 'fulfilled' ? [thread.value] : []));
    const crew = new Crew(box, kernels as unknown as Exports, names, ends, patience);
    const failed = started.find((thread) => thread.status === 'rejected');
    if (failed) {
      crew.end();
      throw failed.reason as Error;
    }
    return crew;
  }

  /** Number of threads, the caller's included. */
  get size(): number {
    return this.#ends.length + 1;
  }

  /** Sets the arguments of a part of the next call. */
  prepare(part: number, args: readonly number[]): void {
    const first = ARGUMENTS.first + part * ARGUMENTS.stride;
    for (let i = 0; i < args.length; i++) this.#numbers[first + i] = args[i]!;
  }

  /**
   * Runs the parts of a kernel that have been prepared, each with `length` arguments, on all threads.
   *
   * @throws {EngineError} if a thread does not answer, and from then on: its part could still be written later
   */
  run(name: string, parts: number, length: number): void {
    if (this.#isLost) throw lost();
    const words = this.#words;
    const kernel = this.#placeOf.get(name)!;
    words[WORDS.kernel] = kernel;
    words[WORDS.arguments] = length;
    Atomics.store(words, WORDS.done, 0);
    Atomics.store(words, WORDS.left, parts); // from here on, threads take parts
    Atomics.add(words, WORDS.call, 1);
    if (Atomics.load(words, WORDS.sleeping)) Atomics.notify(words, WORDS.call);
    for (let part; (part = Atomics.sub(words, WORDS.left, 1)) > 0;) {
      const first = ARGUMENTS.first + (part - 1) * ARGUMENTS.stride;
      const args: number[] = [];
      for (let i = 0; i < length; i++) args.push(this.#numbers[first + i]!);
      this.#kernels[kernel]!(...args);
      Atomics.add(words, WORDS.done, 1);
    }
    this.#await(parts);
  }

  /** Ends the threads. */
  end(): void {
    Atomics.store(this.#words, WORDS.end, 1);
    Atomics.add(this.#words, WORDS.call, 1);
    Atomics.notify(this.#words, WORDS.call);
    for (const end of this.#ends) end();
  }

  /** Gives the crew up: a part may still be written by a thread that is late. */
  #giveUp(): never {
    this.#isLost = true;
    this.end();
    throw lost();
  }

  #await(parts: number): void {
    const words = this.#words;
    for (let look = 0; look < LOOKS; look++) if (Atomics.load(words, WORDS.done) === parts) return;
    let waits = 0;
    Atomics.store(words, WORDS.waiting, 1);
    for (let done; (done = Atomics.load(words, WORDS.done)) < parts;) {
      // one wait counts as the second that it is: the time of a process that was suspended is not that of its threads
      if (Atomics.wait(words, WORDS.done, done, SECOND) !== 'timed-out') waits = 0;
      else if (++waits === this.#patience) this.#giveUp();
    }
    Atomics.store(words, WORDS.waiting, 0);
  }
}
