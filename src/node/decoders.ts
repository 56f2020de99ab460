// The WebAssembly of decoders: embedded in this package, or modules that the caller provides.

import { Buffer } from 'node:buffer';
import { brotliDecompressSync } from 'node:zlib';
import { EngineError } from '../errors.js';
import type { WasmModule } from '../platform.js';

/** Compiled modules of decoders. */
export type Decoders = {
  /** `groupwise/kernels/jpeg.wasm`, which `groupwise/edge` provides itself. */
  jpeg?: WasmModule;
  /** `@jsquash/webp/codec/dec/webp_dec.wasm`. */
  webp?: WasmModule;
  /** `@jsquash/avif/codec/dec/avif_dec.wasm`. */
  avif?: WasmModule;
};

const modules = new Map<string, WebAssembly.Module>();

/** Provides decoders where an engine compiles no bytes. */
export const provideDecoders = (decoders: Decoders): void => {
  for (const [name, module] of Object.entries(decoders)) modules.set(name, module);
};

/** A decoder that was provided. */
export const providedDecoder = (name: keyof Decoders): WebAssembly.Module | undefined => modules.get(name);

/** The error of a decoder that cannot be compiled. */
export const notCompiled = (name: keyof Decoders, cause: unknown): EngineError =>
  new EngineError(
    `the decoder of ${name} files cannot be compiled here: ${(cause as Error).message}. Engines that compile no bytes, such as Cloudflare Workers, need groupwise/edge and provideDecoders`,
    { cause },
  );

/**
 * A decoder that was provided, or is compiled from brotli in base64, once.
 *
 * @throws {EngineError} if the engine compiles no bytes
 */
export const decoderModule = (name: keyof Decoders, packed: string): WebAssembly.Module => {
  try {
    if (!modules.has(name))
      modules.set(name, new WebAssembly.Module(brotliDecompressSync(Buffer.from(packed, 'base64'))));
  } catch (cause) {
    throw notCompiled(name, cause);
  }
  return modules.get(name)!;
};
