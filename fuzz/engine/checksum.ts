// Names files by their contents.

import { createHash } from 'node:crypto';

/** The first 16 digits of the SHA-256 checksum. */
export const checksumOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);
