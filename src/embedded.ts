// The kernels that are part of the JavaScript: nothing to find, nothing to fetch.

import { EngineError } from './errors.js';
import { relaxed, simd } from './generated/kernels.js';
import type { Build, CompileKernels } from './wasm.js';

const ENCODED: Readonly<Record<Build, string>> = { simd, relaxed };
const compiled = new Map<Build, Promise<WebAssembly.Module>>();

/** Unpacks and compiles the embedded kernels, once a build. @throws {EngineError} if the page forbids WebAssembly */
export const embeddedKernels: CompileKernels = (build) => {
  let module = compiled.get(build);
  if (!module) compiled.set(build, (module = unpack(ENCODED[build]).then(compile)));
  return module;
};

const unpack = async (encoded: string): Promise<ArrayBuffer> => {
  const packed = Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0));
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
};

/** Compiles kernels. @throws {EngineError} with the cure if the engine or the page refuses */
export const compile = async (bytes: ArrayBuffer): Promise<WebAssembly.Module> => {
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    throw new EngineError(
      `WebAssembly cannot be compiled here: ${(error as Error).message}. A page with a Content-Security-Policy needs script-src 'wasm-unsafe-eval'`,
      { cause: error },
    );
  }
};
