// What a thread does: it runs parts of kernels on the memory of a model.

import type { PARTS, WORDS } from './box.js';

/** A kernel of any number of arguments. */
export type Kernel = (...args: number[]) => void;

/** Where calls are, and whose parts a thread takes first. */
export type Post = {
  box: SharedArrayBuffer;
  words: typeof WORDS;
  places: typeof PARTS;
  /** The number of this thread, and of all threads; the caller is number 0. */
  thread: number;
  threads: number;
};

/** What a thread needs. */
export type ThreadSetup = Post & {
  /** The modules of the kernels, which import the memory. */
  modules: readonly WebAssembly.Module[];
  memory: WebAssembly.Memory;
  /** Names of the kernels, by which calls number them. */
  names: readonly string[];
};

/** A thread: `ready` settles when it serves or cannot be started, `end` ends it at any time. */
export type KernelThread = { ready: Promise<void>; end: () => void };

/** Starts a thread that runs `threadScript` on a setup. */
export type StartThread = (setup: ThreadSetup) => KernelThread;

/**
 * Makes the function that takes parts of a call and runs them until all are taken, and returns how many it has run. A thread begins at
 * the same place in every call: the part of the input that it reads there is the one that it wrote, and in its cache.
 *
 * The text of this function is in the script of threads, so it names nothing outside.
 */
export const partsTaker = (
  { box, words: at, places, thread, threads }: Post,
  kernels: readonly Kernel[],
): ((call: number) => number) => {
  const words = new Int32Array(box);
  const slots = Array.from({ length: places.count }, (_, part) => {
    const first = places.first + part * places.stride;
    return { taken: first * 2, n: new Float64Array(box, (first + 1) * 8, places.stride - 1) };
  });
  return (call) => {
    let done = 0;
    const parts = words[at.parts]!; // those of a later call if this one is over: none of them has its number
    for (let i = 0, part = Math.floor((thread * parts) / threads); i < parts; i++, part++) {
      const { taken, n } = slots[part < parts ? part : part - parts]!;
      if (words[taken] !== call || Atomics.compareExchange(words, taken, call, 0) !== call) continue;
      const kernel = kernels[words[at.kernel]!]!;
      // kernels ignore what is beyond their arguments, and spreading a list would take three times as long
      // prettier-ignore
      kernel(n[0]!, n[1]!, n[2]!, n[3]!, n[4]!, n[5]!, n[6]!, n[7]!, n[8]!, n[9]!, n[10]!, n[11]!, n[12]!, n[13]!, n[14]!, n[15]!,
        n[16]!, n[17]!, n[18]!);
      done++;
    }
    return done;
  };
};

/**
 * Serves calls until it is told to end. It looks for them for some 50 microseconds, then sleeps: the next kernel of a run comes
 * sooner, and the next run later.
 *
 * The text of this function is in the script of threads, so it names nothing outside.
 */
const serveKernels = (setup: ThreadSetup, ready: () => void, takerOf: typeof partsTaker): void => {
  const { modules, memory, box, names, words: at } = setup;
  const [looks, trapped] = [4000, -1e6];
  const instances = modules.map((module) => new WebAssembly.Instance(module, { env: { memory } }).exports);
  const kernels = Object.assign({}, ...instances) as Record<string, Kernel>;
  const takeParts = takerOf(
    setup,
    names.map((name) => kernels[name]!),
  );
  const words = new Int32Array(box);
  let call = 0;
  ready();
  while (!Atomics.load(words, at.end)) {
    for (let look = 0; look < looks && Atomics.load(words, at.call) === call; look++);
    if (Atomics.load(words, at.call) === call) {
      Atomics.add(words, at.sleeping, 1);
      Atomics.wait(words, at.call, call);
      Atomics.sub(words, at.sleeping, 1);
    }
    call = Atomics.load(words, at.call);
    let done = trapped;
    try {
      done = takeParts(call);
    } catch {
      // the caller throws
    }
    if (done) Atomics.add(words, at.done, done);
    if (done && Atomics.load(words, at.waiting)) Atomics.notify(words, at.done);
  }
};

/** The script of a thread; `setup` and `ready` are expressions. */
export const threadScript = (setup: string, ready: string): string =>
  `(${serveKernels.toString()})(${setup},${ready},${partsTaker.toString()})`;
