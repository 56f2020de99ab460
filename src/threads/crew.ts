// Threads that share the work of a model's kernels with the thread that runs the model.

import { EngineError } from '../errors.js';
import type { Kernels } from '../kernels/wasm.js';
import { createBox, PARTS, WORDS } from './box.js';
import { partsTaker, type Kernel, type KernelThread, type Post, type StartThread } from './kernel-thread.js';

/** How often the caller looks whether the other parts are done before it sleeps: some 30 microseconds. */
const LOOKS = 4000;

/** Milliseconds of a wait, and how many without any part done end the crew: the engine has ended a thread. */
const SECOND = 1000;
const PATIENCE = 30;

const RELOAD = 'load the model again, without the option threads';

const lost = () => new EngineError(`a thread of this model does not answer: ${RELOAD}`);

const trapped = () => new EngineError(`a kernel has failed in a thread of this model: ${RELOAD}`);

/** Milliseconds in which a thread has to start; a page may forbid its script without an event. */
const START = 10_000;

/** Waits until all threads serve. @throws {Error} if one does not start in time; no timer stays */
const allStarted = async (threads: readonly KernelThread[]): Promise<void> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`a thread did not start within ${START / 1000} seconds`)), START);
  });
  const ready = Promise.all(threads.map((thread) => thread.ready)).then(() => {});
  return Promise.race([ready, late]).finally(() => clearTimeout(timer));
};

/** Threads for one memory. */
export class Crew {
  /** For each part its arguments in the next call. */
  readonly parts: readonly Float64Array[];
  readonly #words: Int32Array;
  readonly #threads: readonly KernelThread[];
  readonly #placeOf: ReadonlyMap<string, number>;
  readonly #takeParts: (call: number) => number;
  readonly #patience: number;
  #failure: EngineError | undefined;

  private constructor(post: Post, kernels: Kernels, names: string[], threads: KernelThread[], patience: number) {
    const { box } = post;
    const functions = kernels as unknown as Record<string, Kernel>;
    this.parts = Array.from(
      { length: PARTS.count },
      (_, part) => new Float64Array(box, (PARTS.first + part * PARTS.stride + 1) * 8, PARTS.stride - 1),
    );
    this.#words = new Int32Array(box);
    this.#threads = threads;
    this.#placeOf = new Map(names.map((name, place) => [name, place]));
    this.#takeParts = partsTaker(
      post,
      names.map((name) => functions[name]!),
    );
    this.#patience = patience;
  }

  /** Starts `count` threads. @throws what `start` throws; threads that have started then end */
  static async start(
    count: number,
    start: StartThread,
    modules: readonly WebAssembly.Module[],
    memory: WebAssembly.Memory,
    kernels: Kernels,
    patience = PATIENCE,
  ): Promise<Crew> {
    const post = { box: createBox(), words: WORDS, places: PARTS, thread: 0, threads: count + 1 };
    const names = modules
      .flatMap((module) => WebAssembly.Module.exports(module))
      .filter(({ kind }) => kind === 'function')
      .map(({ name }) => name);
    const threads: KernelThread[] = [];
    const crew = new Crew(post, kernels, names, threads, patience);
    try {
      for (let thread = 1; thread <= count; thread++) {
        const started = start({ ...post, thread, modules, memory, names });
        started.ready.catch(() => {}); // if a later thread cannot be created, nobody waits for this one
        threads.push(started);
      }
      await allStarted(threads);
    } catch (error) {
      crew.end();
      throw error;
    }
    return crew;
  }

  /** Number of threads, the caller's included. */
  get size(): number {
    return this.#threads.length + 1;
  }

  /**
   * Runs the first `parts` parts of a kernel on all threads, with the arguments in `this.parts`.
   *
   * @throws {EngineError} if a thread does not answer or a kernel fails, and from then on: its part could still be written later
   */
  run(name: string, parts: number): void {
    if (this.#failure) throw this.#failure;
    const words = this.#words;
    const call = this.#nextCall();
    words[WORDS.kernel] = this.#placeOf.get(name)!;
    words[WORDS.parts] = parts;
    for (let part = 0; part < parts; part++) words[(PARTS.first + part * PARTS.stride) * 2] = call;
    Atomics.store(words, WORDS.done, 0);
    Atomics.store(words, WORDS.call, call); // from here on, threads take parts
    if (Atomics.load(words, WORDS.sleeping)) Atomics.notify(words, WORDS.call);
    try {
      this.#await(parts - this.#takeParts(call));
    } catch (error) {
      this.#failure = error instanceof EngineError ? error : trapped();
      this.end();
      throw error;
    }
  }

  /** Ends the threads. */
  end(): void {
    Atomics.store(this.#words, WORDS.end, 1);
    Atomics.store(this.#words, WORDS.call, this.#nextCall());
    Atomics.notify(this.#words, WORDS.call);
    for (const { end } of this.#threads) end();
  }

  /** The number of the next call: never 0, which says that a part is taken. */
  #nextCall(): number {
    return (this.#words[WORDS.call]! + 1) | 0 || 1;
  }

  /** Waits until other threads have done as many parts. @throws {EngineError} if they never will */
  #await(parts: number): void {
    const words = this.#words;
    for (let look = 0; look < LOOKS; look++) if (Atomics.load(words, WORDS.done) === parts) return;
    let waits = 0;
    Atomics.store(words, WORDS.waiting, 1);
    for (let done; (done = Atomics.load(words, WORDS.done)) !== parts;) {
      if (done < 0) throw trapped();
      // one wait counts as the second that it is: the time of a process that was suspended is not that of its threads
      if (Atomics.wait(words, WORDS.done, done, SECOND) !== 'timed-out') waits = 0;
      else if (++waits === this.#patience) throw lost();
    }
    Atomics.store(words, WORDS.waiting, 0);
  }
}
