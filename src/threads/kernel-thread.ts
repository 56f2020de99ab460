// What a thread does: it runs parts of kernels on the memory of a model.

import type { ARGUMENTS, WORDS } from './box.js';

/** What a thread needs. */
export type ThreadSetup = {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  box: SharedArrayBuffer;
  /** Names of the kernels, by which calls number them. */
  names: readonly string[];
  words: typeof WORDS;
  places: typeof ARGUMENTS;
};

/** Starts a thread that runs `threadScript` on a setup. @returns a function that ends it, once it is ready */
export type StartThread = (setup: ThreadSetup) => Promise<() => void>;

/**
 * Takes parts until it is told to end. It looks for calls for some 50 microseconds, then sleeps: the next kernel of a run comes
 * sooner, and the next run later.
 *
 * The text of this function is the script of the thread, so it names nothing outside.
 */
const serveKernels = ({ module, memory, box, names, words: at, places }: ThreadSetup, ready: () => void): void => {
  const looks = 4000;
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const kernels = names.map((name) => exports[name] as (...args: number[]) => void);
  const words = new Int32Array(box);
  const numbers = new Float64Array(box);
  let seen = 0;
  ready();
  while (!Atomics.load(words, at.end)) {
    for (let look = 0; look < looks && Atomics.load(words, at.call) === seen; look++);
    if (Atomics.load(words, at.call) === seen) {
      Atomics.add(words, at.sleeping, 1);
      Atomics.wait(words, at.call, seen);
      Atomics.sub(words, at.sleeping, 1);
    }
    seen = Atomics.load(words, at.call);
    for (let part; (part = Atomics.sub(words, at.left, 1)) > 0;) {
      const first = places.first + (part - 1) * places.stride;
      const args: number[] = [];
      for (let i = 0; i < words[at.arguments]!; i++) args.push(numbers[first + i]!);
      kernels[words[at.kernel]!]!(...args);
      Atomics.add(words, at.done, 1);
      if (Atomics.load(words, at.waiting)) Atomics.notify(words, at.done);
    }
  }
};

/** The script of a thread; `setup` and `ready` are expressions. */
export const threadScript = (setup: string, ready: string): string => `(${serveKernels.toString()})(${setup},${ready})`;
