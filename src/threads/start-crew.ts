// Starts kernels on a memory that threads share.

import type { compile } from '../kernels/compile.js';
import type { instantiateKernels, Kernels, pagesOf } from '../kernels/wasm.js';
import { Crew } from './crew.js';
import type { StartThread } from './kernel-thread.js';
import { createSharedMemory, importingShared } from './shared-memory.js';
import { withCrew } from './split.js';
import { startWebThread } from './web-thread.js';

/** Kernels on a memory that threads share. */
export type CrewKernels = { functions: Kernels; memory: WebAssembly.Memory; threads: number; end: () => void };

/** Functions of modules that are loaded already. */
export type CrewTools = {
  compile: typeof compile;
  instantiateKernels: typeof instantiateKernels;
  pagesOf: typeof pagesOf;
};

/** Ends the threads of models that nobody disposed of and nothing refers to any more. */
const abandoned = new FinalizationRegistry<Crew>((crew) => crew.end());

/**
 * Starts kernels on a shared memory of at least `bytes`, with `threads` threads, the calling one included.
 *
 * @param build the bytes of the kernels
 * @throws {Error} that says why threads cannot be had
 */
export const startCrew = async (
  build: ArrayBuffer,
  bytes: number,
  threads: number,
  { compile, instantiateKernels, pagesOf }: CrewTools,
  startThread: StartThread = startWebThread,
): Promise<CrewKernels> => {
  if (typeof document === 'object' && startThread === startWebThread)
    throw new Error('the main thread of a page cannot wait for others: load the model with worker: true');
  if (typeof SharedArrayBuffer !== 'function')
    throw new Error(
      'there is no shared memory: the page needs the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp',
    );
  const module = await compile(importingShared(new Uint8Array(build)).buffer);
  const memory = createSharedMemory(pagesOf(bytes));
  const kernels = await instantiateKernels(module, memory);
  const crew = await Crew.start(threads - 1, startThread, module, memory, kernels);
  const functions = withCrew(kernels, crew);
  abandoned.register(functions, crew);
  return { functions, memory, threads: crew.size, end: () => crew.end() };
};
