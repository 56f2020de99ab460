// Starts kernels on a memory that threads share.

import { addKernels, type KernelTools } from '../kernels/more.js';
import type { Build, Host, instantiateKernels, KernelModule, Kernels, pagesOf } from '../kernels/wasm.js';
import { Crew } from './crew.js';
import type { StartThread } from './kernel-thread.js';
import { createSharedMemory, importingShared } from './shared-memory.js';
import { withCrew } from './split.js';
import { startWebThread } from './web-thread.js';

/** Kernels on a memory that threads share. */
export type CrewKernels = { functions: Kernels; memory: WebAssembly.Memory; threads: number; end: () => void };

/** Functions of modules that are loaded already. */
export type CrewTools = KernelTools & {
  instantiateKernels: typeof instantiateKernels;
  pagesOf: typeof pagesOf;
};

/** Ends the threads of models that nobody disposed of and nothing refers to any more. */
let abandoned: FinalizationRegistry<Crew> | undefined; // made when it is needed: Hermes has none

/** Threads beyond this number gain little, and cost memory and power. */
const AUTOMATIC = 4;

/** How many cores the engine says it has. */
const cores = (): number =>
  (globalThis.navigator?.hardwareConcurrency ??
    (typeof process === 'object' && process.getBuiltinModule?.('node:os').availableParallelism())) ||
  1;

/** What is needed to start kernels. */
export type Start = {
  host: Host;
  build: Build;
  /** Number of threads, the calling one included; default 1. */
  threads?: number | 'auto' | undefined;
  /** Loads what starts threads; default with the workers of browsers. */
  loadStarter?: (() => Promise<StartThread>) | undefined;
};

/**
 * Starts kernels on a shared memory of at least `bytes`; undefined if one thread is enough.
 *
 * @throws {Error} that says why threads cannot be had
 */
export const startCrew = async (
  { host, build, threads = 1, loadStarter }: Start,
  bytes: number,
  rare: readonly KernelModule[],
  tools: CrewTools,
): Promise<CrewKernels | undefined> => {
  const { instantiateKernels, pagesOf } = tools;
  const count = threads === 'auto' ? Math.min(AUTOMATIC, cores()) : threads;
  if (count < 2) return undefined;
  if (!host.bytesOf) throw new Error('these kernels are for one thread: those inside groupwise are for several');
  if (typeof document === 'object' && !loadStarter)
    throw new Error('the main thread of a page cannot wait for others: load the model with worker: true');
  if (typeof Worker !== 'function' && !loadStarter)
    throw new Error(
      'this entry starts threads as browsers do, and there are no workers here: in Node, load with groupwise/node',
    );
  if (typeof SharedArrayBuffer !== 'function')
    throw new Error(
      'there is no shared memory: the page needs the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp',
    );
  const modules: WebAssembly.Module[] = [];
  const compile = async (bytes: ArrayBuffer): Promise<WebAssembly.Module> => {
    const module = await tools.compile(importingShared(new Uint8Array(bytes)).buffer);
    modules.push(module);
    return module;
  };
  const memory = createSharedMemory(pagesOf(bytes));
  const own = await instantiateKernels(await compile(await host.bytesOf(build)), memory);
  const kernels = await addKernels(own, memory, rare, host, { ...tools, compile });
  const startThread = loadStarter ? await loadStarter() : startWebThread;
  const crew = await Crew.start(count - 1, startThread, modules, memory, kernels);
  const functions = withCrew(kernels, crew);
  abandoned ??= new FinalizationRegistry((own) => own.end());
  abandoned.register(functions, crew);
  return { functions, memory, threads: crew.size, end: () => crew.end() };
};
