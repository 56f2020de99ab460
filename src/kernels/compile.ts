// Compiling kernels.

import { EngineError } from '../errors.js';

/**
 * Compiles kernels, streaming from a response. @throws {EngineError} with the cure if the engine or the page refuses
 */
export const compile = async (source: ArrayBuffer | Response): Promise<WebAssembly.Module> => {
  try {
    if (isResponse(source)) return await WebAssembly.compileStreaming(source);
    // Chrome compiles no more than 4 KB at once on the main thread of a page; elsewhere that takes half a millisecond, and
    // there is no wait for other threads
    return typeof document === 'object' ? await WebAssembly.compile(source) : new WebAssembly.Module(source);
  } catch (error) {
    throw refusedBy(error);
  }
};

/** The error of an engine or page that refuses kernels, with the cure. */
export const refusedBy = (cause: unknown): EngineError =>
  new EngineError(
    `WebAssembly cannot be compiled here: ${(cause as Error).message.replace(/\.$/, '')}. A page with a Content-Security-Policy needs script-src 'wasm-unsafe-eval'; engines that compile no bytes need option kernels`,
    { cause },
  );

const isResponse = (source: ArrayBuffer | Response): source is Response =>
  !(source instanceof ArrayBuffer) && typeof Response !== 'undefined' && source instanceof Response; // naming `Response` makes Node load its `fetch`
