// The kernels that are part of the JavaScript: nothing to find, nothing to fetch.

import { compile } from './compile.js';
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
