// Bytes in memory in the place of a file.

import type { ByteSource } from '../../src/eval/byte-source.js';

/** The bytes as a source. */
export const sourceOf = (bytes: Uint8Array): ByteSource => ({
  size: bytes.length,
  read: (offset, length) => Promise.resolve(bytes.slice(offset, offset + length)),
});
