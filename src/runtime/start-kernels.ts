// Starts the kernels of a model: with a crew of threads if there should be some, and can be.

import type { Kind } from '../arguments.js';
import { compile } from '../kernels/compile.js';
import {
  hasSimd,
  instantiateKernels,
  instantiateOn,
  pagesOf,
  type KernelModule,
  type Kernels,
} from '../kernels/wasm.js';
import type { Start } from '../threads/start-crew.js';
import { loadLoading } from './loading/load.js';

const TOOLS = { compile, hasSimd, instantiateKernels, instantiateOn, pagesOf };

const MOST = 16;

/** The kind of the option `threads`. */
export const THREADS: Kind = {
  expected: `a number from 1 to ${MOST}, or "auto"`,
  fits: (value) => value === 'auto' || (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST),
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

/**
 * Starts kernels on a memory of at least `bytes`, with those of `modules`.
 *
 * @throws {EngineError} if the engine or the page refuses it
 */
export const startKernels = async (start: Start, bytes: number, modules: readonly KernelModule[]): Promise<Started> => {
  const { host, build, threads = 1 } = start;
  let oneThread: string | undefined;
  if (threads !== 1) {
    try {
      const { startCrew } = await loadLoading();
      const crew = await startCrew(start, bytes, modules, TOOLS);
      if (crew) return crew;
    } catch (error) {
      oneThread = (error as Error).message;
    }
  }
  const memory = host.createMemory(bytes);
  const own = await host.instantiate(build, memory);
  const functions = modules.length ? await (await loadLoading()).addKernels(own, memory, modules, host, TOOLS) : own;
  return { functions, memory, threads: 1, ...(oneThread && { oneThread }), end: () => {} };
};
