// Starts the kernels of a model: with a crew of threads if there should be some, and can be.

import type { Kind } from '../arguments.js';
import { compile } from '../kernels/compile.js';
import { instantiateKernels, pagesOf, type Build, type Host, type Kernels } from '../kernels/wasm.js';
import type { StartThread } from '../threads/kernel-thread.js';
import { loadLoading } from './loading/load.js';

const TOOLS = { compile, instantiateKernels, pagesOf };

/** Threads beyond this number gain little, and cost memory and power. */
const AUTOMATIC = 4;

const MOST = 16;

/** The kind of the option `threads`. */
export const THREADS: Kind = {
  expected: `a number from 1 to ${MOST}, or "auto"`,
  fits: (value) => value === 'auto' || (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST),
};

/** How many cores the engine says it has. */
const cores = (): number =>
  (globalThis.navigator?.hardwareConcurrency ??
    (typeof process === 'object' && process.getBuiltinModule?.('node:os').availableParallelism())) ||
  1;

/** The number of threads that the option means. */
export const threadsOf = (option: number | 'auto' = 1): number =>
  option === 'auto' ? Math.max(1, Math.min(AUTOMATIC, cores())) : option;

/** What is needed to start kernels. */
export type Start = {
  host: Host;
  build: Build;
  /** Number of threads, the calling one included; default 1. */
  threads?: number;
  /** How the entry starts threads; default with the workers of browsers. */
  startThread?: StartThread | undefined;
};

/** Kernels that are ready, and the memory that they work on. */
export type Started = {
  functions: Kernels;
  memory: WebAssembly.Memory;
  threads: number;
  /** Why there is one thread, if there should be more. */
  oneThread?: string;
  /** Ends the threads. */
  end: () => void;
};

/** Starts kernels on a memory of at least `bytes`. @throws {EngineError} if the engine or the page refuses it */
export const startKernels = async (start: Start, bytes: number): Promise<Started> => {
  const { host, build, threads = 1, startThread } = start;
  let oneThread: string | undefined;
  if (threads > 1) {
    try {
      if (!host.bytesOf) throw new Error('these kernels are for one thread: those inside groupwise are for several');
      const { startCrew } = await loadLoading();
      return await startCrew(await host.bytesOf(build), bytes, threads, TOOLS, startThread);
    } catch (error) {
      oneThread = (error as Error).message;
    }
  }
  const memory = host.createMemory(bytes);
  const functions = await host.instantiate(build, memory);
  return { functions, memory, threads: 1, ...(oneThread && { oneThread }), end: () => {} };
};
