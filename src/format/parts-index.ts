// The index of a model in several files, for hosts that limit the size of a file. It is JSON; docs/model-file.md describes it.

import { FormatError } from '../errors.js';

/** A part in an index: a file in the folder of the index, with its length in bytes and its hash. */
export type Part = { file: string; bytes: number; integrity: string };

/** The index of a model in parts; `groupwise` is the version of its form. */
export type PartsIndex = { groupwise: 1; bytes: number; parts: Part[] };

/** Maximum number of parts: each is a request. */
export const MAX_PARTS = 1000;

const isPart = (value: unknown): value is Part => {
  const { file, bytes, integrity } = Object(value) as Partial<Record<keyof Part, unknown>>;
  return (
    typeof file === 'string' &&
    /^[^\\/:\0]+$/.test(file) &&
    Number.isSafeInteger(bytes) &&
    (bytes as number) >= 0 &&
    typeof integrity === 'string'
  );
};

/** Reads an index. @throws {FormatError} if the bytes are something else */
export const readIndex = (bytes: Uint8Array): PartsIndex => {
  const index = parseIndex(bytes);
  if (index) return index;
  const kind = /^\s*</.test(String.fromCharCode(...bytes.subarray(0, 50)))
    ? 'a page (HTML): check the path'
    : 'another file';
  throw new FormatError(`not the index of a model in parts, as 'groupwise split' writes it, but ${kind}`);
};

/** The index in bytes, undefined if they are something else. */
export const parseIndex = (bytes: Uint8Array): PartsIndex | undefined => {
  try {
    const { groupwise, bytes: total, parts } = JSON.parse(new TextDecoder().decode(bytes)) as PartsIndex;
    const isIndex = groupwise === 1 && parts.length > 0 && parts.length <= MAX_PARTS && parts.every(isPart);
    return isIndex && parts.reduce((sum, part) => sum + part.bytes, 0) === total
      ? { groupwise, bytes: total, parts }
      : undefined;
  } catch {
    return undefined;
  }
};
