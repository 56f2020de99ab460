// Splits a model file into several, for hosts that limit the size of a file.

import type { PartsIndex } from './parts-index.js';

/** A file to write. */
type Named = { file: string; bytes: Uint8Array };

/** The parts of a model, of at most `maxBytes` bytes each, as `name.1`, `name.2`, ..., and their index, `name.json`. */
export const splitModel = async (
  bytes: Uint8Array,
  name: string,
  maxBytes: number,
): Promise<{ parts: Named[]; index: Named }> => {
  const parts: Named[] = [];
  const index: PartsIndex = { groupwise: 1, bytes: bytes.length, parts: [] };
  for (let at = 0; at < bytes.length; at += maxBytes) {
    const part = { file: `${name}.${parts.length + 1}`, bytes: bytes.subarray(at, at + maxBytes) };
    parts.push(part);
    index.parts.push({ file: part.file, bytes: part.bytes.length, integrity: await integrityOf(part.bytes) });
  }
  return {
    parts,
    index: { file: `${name}.json`, bytes: new TextEncoder().encode(`${JSON.stringify(index, null, 1)}\n`) },
  };
};

const integrityOf = async (bytes: Uint8Array): Promise<string> => {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return `sha256-${btoa(String.fromCharCode(...digest))}`;
};
