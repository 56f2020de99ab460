// Kernels for a memory that threads share: the same module, which imports another kind of memory.

import { EngineError } from '../errors.js';
import { MAX_PAGES } from '../kernels/wasm.js';

/** The import `env.memory` of asc: names, the kind, then the kind of memory and its smallest size. */
const IMPORT = [3, 0x65, 0x6e, 0x76, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2, 0, 0];

/** The kind of a shared memory, which has a largest size, its smallest size, and MAX_PAGES in LEB128. */
const SHARED = [3, 0, 0x80, 0x80, 0x02];

/** Bytes of a module before its sections. */
const HEADER = 8;

const IMPORT_SECTION = 2;

/** The module with a shared memory. @throws {EngineError} if its memory is imported in another way */
export const importingShared = (module: Uint8Array): Uint8Array<ArrayBuffer> => {
  for (let at = HEADER; at < module.length;) {
    const [id, size, body] = [module[at]!, ...readSize(module, at + 1)] as const;
    if (id === IMPORT_SECTION) {
      const end = body + size;
      const section = module.subarray(body, end);
      const kind = end - 2;
      if (!IMPORT.every((byte, i) => section[section.length - IMPORT.length + i] === byte)) break;
      const grown = size - 2 + SHARED.length;
      if (grown > 0x7f) break;
      return Uint8Array.from([
        ...module.subarray(0, at),
        ...[id, grown],
        ...module.subarray(body, kind),
        ...SHARED,
        ...module.subarray(end),
      ]);
    }
    at = body + size;
  }
  throw new EngineError('the kernels import their memory in another way; expected those of this version');
};

/** An unsigned LEB128 number, and where it ends. */
const readSize = (bytes: Uint8Array, at: number): [number, number] => {
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!;
    size += (byte & 0x7f) << shift;
    if (byte < 0x80) return [size, at];
  }
};

/** A memory that threads share. @throws RangeError if the engine cannot reserve it */
export const createSharedMemory = (pages: number): WebAssembly.Memory =>
  new WebAssembly.Memory({ initial: pages, maximum: MAX_PAGES, shared: true });
