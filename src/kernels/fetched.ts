// Kernels from .wasm files.

import { compile } from './compile.js';
import { LoadError } from '../errors.js';
import type { Build, CompileKernels } from './wasm.js';

/**
 * Fetches and compiles kernels, once per build; a browser compiles them while streaming.
 *
 * @throws {LoadError} if a file is missing or not WebAssembly, {EngineError} if the page forbids WebAssembly
 */
export const fetchedKernels = (files: Readonly<Record<Build, URL>>): CompileKernels => {
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

const load = async (url: URL): Promise<WebAssembly.Module> => {
  if (url.protocol === 'file:') return compile(await readFile(url));
  const response = await fetch(url);
  if (!response.ok)
    throw new LoadError(`cannot fetch the kernels from ${url.href}: the server answered ${response.status}`);
  if (response.headers.get('content-type') === 'application/wasm') return compile(response);
  const bytes = await response.arrayBuffer();
  if (new Uint8Array(bytes)[1] !== 0x61) {
    throw new LoadError(
      `${url.href} is not WebAssembly: the server returned another file, perhaps its index page; check the path of the .wasm files`,
    );
  }
  return compile(bytes);
};

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
