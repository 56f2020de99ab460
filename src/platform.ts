// Types that a user's compilation may lack: those of the library "DOM", and generic arrays before TypeScript 5.7.

/** Instances of global classes; `never` for a class that the compilation does not know. */
export type Platform<Name extends string> = Name extends string
  ? typeof globalThis extends Record<Name, { prototype: infer Instance }>
    ? Instance
    : never
  : never;

/**
 * A compiled module of WebAssembly; `never` where the compilation does not know it. Its interface is empty, so that numbers
 * would have it too.
 */
export type WasmModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer Module } } }
  ? Module & object
  : never;

/** A `Uint8Array` of an `ArrayBuffer`, as `Blob` and `Response` take it. */
export type Bytes = ReturnType<Uint8Array['slice']>;
