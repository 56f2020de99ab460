// Types that a compilation may lack: those of the platform without the library "DOM", generic arrays before TypeScript 5.7.

/** Instances of global classes; none of a class that the compilation does not know. */
export type Platform<Name extends string> = Name extends string
  ? typeof globalThis extends Record<Name, { prototype: infer Instance }>
    ? Instance
    : never
  : never;

/** A `Uint8Array` of an `ArrayBuffer`, as `Blob` and `Response` take it. */
export type Bytes = ReturnType<Uint8Array['slice']>;
