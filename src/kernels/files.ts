// Kernels from the .wasm files of this package.

import { compile } from './compile.js';
import { fetchKernels } from './fetched.js';
import type { Build, CompileKernels } from './wasm.js';

/**
 * Fetches and compiles kernels, once per build.
 *
 * @throws {LoadError} if a file is missing or not WebAssembly, {EngineError} if the page forbids WebAssembly
 */
export const kernelFiles = (files: Readonly<Record<Build, URL>>): CompileKernels => {
  const compiled = new Map<Build, Promise<WebAssembly.Module>>();
  return (build) => {
    let module = compiled.get(build);
    if (!module) {
      compiled.set(build, (module = load(files[build])));
      module.catch(() => compiled.delete(build)); // another load may try again
    }
    return module;
  };
};

const load = async (url: URL): Promise<WebAssembly.Module> =>
  url.protocol === 'file:' ? compile(await readFile(url)) : fetchKernels(url);

/**
 * Node's file system, since its fetch refuses file: URLs; imported by a name that bundlers for browsers do not resolve.
 */
const readFile = async (url: URL): Promise<ArrayBuffer> => {
  const name = ['node:fs', 'promises'].join('/');
  const { readFile: read } = (await import(
    /* webpackIgnore: true */ /* @vite-ignore */ name
  )) as typeof import('node:fs/promises');
  return new Uint8Array(await read(url)).buffer;
};
