// Kernels from a URL.

import { compile } from './compile.js';
import { LoadError } from '../errors.js';

/**
 * Fetches and compiles a build of the kernels; a browser compiles it while streaming.
 *
 * @throws {LoadError} if the file is missing or not WebAssembly, {EngineError} if the page forbids WebAssembly
 */
export const fetchKernels = async (url: string | URL): Promise<WebAssembly.Module> => {
  let response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw new LoadError(`cannot fetch the kernels from ${String(url)}: ${(cause as Error).message}`, { cause });
  }
  if (!response.ok)
    throw new LoadError(`cannot fetch the kernels from ${String(url)}: the server answered ${response.status}`);
  if (response.headers.get('content-type') === 'application/wasm') return compile(response);
  const bytes = await response.arrayBuffer();
  if (new Uint8Array(bytes)[1] !== 0x61) {
    throw new LoadError(
      `${String(url)} is not WebAssembly: the server returned another file, perhaps its index page; check the path of the .wasm files`,
    );
  }
  return compile(bytes);
};
