// Kernels from the .wasm files of this package.

import { EngineError, LoadError } from '../errors.js';
import { compile } from './compile.js';
import { fetchKernels } from './fetched.js';
import type { Build, CompileKernels } from './wasm.js';

/** Where the files are; some bundlers leave no address to derive their URLs from, so that this throws. */
export type KernelFiles = Readonly<Partial<Record<Build, () => URL>>>;

/**
 * Fetches and compiles kernels, once per build. Where a bundler left the files behind, the embedded kernels take their
 * place, except for those without SIMD, which are not embedded.
 *
 * @throws {LoadError} if neither can be loaded, {EngineError} if the page forbids WebAssembly
 */
export const kernelFiles = (files: KernelFiles): CompileKernels => {
  const compiled = new Map<Build, Promise<WebAssembly.Module>>();
  return (build) => {
    let module = compiled.get(build);
    if (!module) {
      compiled.set(build, (module = load(files[build]!).catch((error: unknown) => loadEmbedded(build, error))));
      module.catch(() => compiled.delete(build)); // another load may try again
    }
    return module;
  };
};

const load = async (locate: () => URL): Promise<WebAssembly.Module> => {
  const url = locate();
  // Node's fetch refuses file: URLs; bundlers for browsers would resolve an import
  const files =
    url.protocol === 'file:' && typeof process === 'object' && process.getBuiltinModule?.('node:fs/promises');
  return files ? compile(new Uint8Array(await files.readFile(url)).buffer) : fetchKernels(url);
};

const loadEmbedded = async (build: Build, error: unknown): Promise<WebAssembly.Module> => {
  if (error instanceof EngineError || build === 'scalar') throw error;
  const embedded = await import('./embedded.js').catch(() => {
    throw new LoadError(`${(error as Error).message}; option kernels takes the URLs of the .wasm files`, {
      cause: error,
    });
  });
  return embedded.embeddedKernels(build);
};
