// Compares bytes with the hash that they should have.

import { ArgumentError, LoadError } from '../../errors.js';

const HASHES: Readonly<Record<string, string>> = { sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' };

/** @throws {LoadError} if bytes do not have the expected hash */
export const checkIntegrity = async (bytes: Uint8Array, integrity: string): Promise<void> => {
  const hashes = integrity.trim().split(/\s+/);
  const name = hashes
    .map((hash) => hash.slice(0, 6))
    .sort()
    .at(-1)!;
  if (!hashes.every((hash) => /^sha(256|384|512)-./.test(hash)))
    throw new ArgumentError(
      `integrity is "${integrity.slice(0, 40)}"; expected sha256-, sha384- or sha512- and a digest in base64`,
      'integrity',
    );
  if (typeof crypto === 'undefined' || !crypto.subtle) {
    throw new LoadError('integrity needs crypto.subtle, which browsers offer only on secure pages (https)');
  }
  const digest = new Uint8Array(await crypto.subtle.digest(HASHES[name]!, bytes as Uint8Array<ArrayBuffer>));
  const found = `${name}-${btoa(String.fromCharCode(...digest))}`;
  if (!hashes.includes(found))
    throw new LoadError(
      `the model's hash is ${found}; ${integrity} was expected: the file has changed, or the option integrity is out of date`,
    );
};
