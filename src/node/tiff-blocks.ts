// Decompresses the strips and tiles of TIFF files, each to a length that is known before.

import { constants, inflateSync } from 'node:zlib';
import { ImageError } from '../errors.js';

/** The error of a block that ends too early, or breaks a rule of its compression. */
export const damagedBlock = (what: string): ImageError =>
  new ImageError(`the TIFF file is cut off or damaged: ${what}`);

/** Decompresses to `length` bytes at most; what follows is ignored. */
type Decompress = (data: Uint8Array, length: number) => Uint8Array;

const copy: Decompress = (data, length) => data.slice(0, length);

// TIFF 6.0, section 9
const decodePackBits: Decompress = (data, length) => {
  const result = new Uint8Array(length);
  let filled = 0;
  for (let at = 0; at < data.length && filled < length;) {
    const count = (data[at++]! << 24) >> 24;
    if (count === -128) continue;
    if (count < 0) {
      result.fill(data[at++] ?? 0, filled, filled + 1 - count);
      filled += 1 - count;
    } else {
      const part = data.subarray(at, at + Math.min(count + 1, length - filled));
      result.set(part, filled);
      filled += part.length;
      at += count + 1;
    }
  }
  return result.subarray(0, filled);
};

const [CLEAR, END, MAX_CODES] = [256, 257, 4096];

// TIFF 6.0, section 13; a code stands for the string of another code and one byte more, written from its end
const decodeLzw: Decompress = (data, length) => {
  const result = new Uint8Array(length);
  const prefix = new Uint16Array(MAX_CODES);
  const suffix = new Uint8Array(MAX_CODES).map((_, code) => code);
  const lengths = new Uint16Array(MAX_CODES).fill(1);
  let [bits, next, last, filled] = [9, 258, -1, 0];
  for (let bit = 0; filled < length && bit + bits <= data.length * 8;) {
    const at = bit >> 3;
    const window = (data[at]! << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0);
    const code = (window >> (24 - bits - (bit & 7))) & ((1 << bits) - 1);
    bit += bits;
    if (code === END) break;
    if (code === CLEAR) {
      [bits, next, last] = [9, 258, -1];
      continue;
    }
    if (last < 0 ? code > CLEAR : code > next) throw damagedBlock('a code of LZW is not defined');
    const isNew = code >= next;
    const known = isNew ? last : code;
    let end = filled + lengths[known]!;
    const after = end + Number(isNew);
    let first = known;
    for (; ; first = prefix[first]!) {
      if (--end < length) result[end] = suffix[first]!;
      if (lengths[first] === 1) break;
    }
    if (isNew && after <= length) result[after - 1] = suffix[first]!;
    if (last >= 0 && next < MAX_CODES) {
      prefix[next] = last;
      suffix[next] = suffix[first]!;
      lengths[next] = lengths[last]! + 1;
      next++;
      // codes grow one code early
      if (next + 1 >= 1 << bits && bits < 12) bits++;
    }
    filled = after;
    last = code;
  }
  return result.subarray(0, Math.min(filled, length));
};

/** Bytes that may follow the last row of a deflated block. */
const MAX_EXTRA = 2 ** 16;

const decodeDeflate: Decompress = (data, length) => {
  const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: length + MAX_EXTRA };
  return inflateSync(data, options).subarray(0, length);
};

/** By the number of the compression (TIFF 6.0, and Adobe's for deflate). */
const COMPRESSIONS: Readonly<Record<number, Decompress>> = {
  1: copy,
  5: decodeLzw,
  8: decodeDeflate,
  32773: decodePackBits,
  32946: decodeDeflate,
};

/**
 * How to decompress blocks.
 *
 * @throws {ImageError} if the compression is not known
 */
export const decompressor = (compression: number): Decompress => {
  const decompress = COMPRESSIONS[compression];
  if (decompress) return decompress;
  throw new ImageError(
    `TIFF files of compression ${compression} are not decoded, only uncompressed ones, LZW, deflate and PackBits`,
  );
};

/** Adds to each sample the one before it, where a file holds differences (TIFF 6.0, section 14). */
export const addDifferences = (row: Uint8Array, samples: number, bits: number, littleEndian: boolean): void => {
  if (bits === 8) for (let i = samples; i < row.length; i++) row[i]! += row[i - samples]!;
  else {
    const view = new DataView(row.buffer, row.byteOffset, row.length);
    for (let at = samples * 2; at + 1 < row.length; at += 2) {
      const before = view.getUint16(at - samples * 2, littleEndian);
      view.setUint16(at, view.getUint16(at, littleEndian) + before, littleEndian);
    }
  }
};

/** The high bytes of samples of 1, 2, 4, 8 or 16 bits: those of fewer bits whole, not scaled. */
export const unpackRow = (row: Uint8Array, bits: number, littleEndian: boolean, target: Uint8Array): void => {
  if (bits === 8) return target.set(row.subarray(0, target.length));
  const high = littleEndian ? 1 : 0;
  const mask = 2 ** bits - 1;
  for (let i = 0, bit = 0; i < target.length; i++, bit += bits) {
    target[i] = bits === 16 ? row[2 * i + high]! : (row[bit >> 3]! >> (8 - bits - (bit & 7))) & mask;
  }
};
