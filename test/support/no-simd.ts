// Engines with another WebAssembly, or without its SIMD.

/** Runs `work` with another `globalThis.WebAssembly`. */
export const withWebAssembly = async <T>(host: unknown, work: () => Promise<T>): Promise<T> => {
  const { WebAssembly: own } = globalThis;
  globalThis.WebAssembly = host as typeof WebAssembly;
  try {
    return await work();
  } finally {
    globalThis.WebAssembly = own;
  }
};

/** What an engine without SIMD says of a module: those that ask for SIMD are small. */
const validate = (bytes: BufferSource): boolean => new Uint8Array(bytes as ArrayBuffer).length > 100;

/** WebAssembly without SIMD. */
export const oldHost = Object.assign(Object.create(WebAssembly) as typeof WebAssembly, { validate });

/** Runs `work` in an engine without SIMD. */
export const withoutSimd = <T>(work: () => Promise<T>): Promise<T> => withWebAssembly(oldHost, work);
