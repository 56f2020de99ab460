// What vector instructions compute that have lanes of 8 and 16 bits, as words of 32 bits.

import { i32 } from './text.js';

const join = (parts, bits) =>
  parts
    .map((part, i) => (i ? ['i32.shl', part, i32(i * bits)] : part))
    .reduce((joined, part) => ['i32.or', joined, part]);

const byteOf = (word, index) => ['i32.and', ['i32.shr_u', word, i32(index * 8)], i32(255)];

/** A lane of 16 bits, with its sign. */
const halfOf = (word, index) => ['i32.shr_s', index ? word : ['i32.shl', word, i32(16)], i32(16)];

const clamp = (x, low, high) => ['call', '$clamp', x, i32(low), i32(high)];

/** The function that narrow instructions call. */
export const CLAMP = `
  (func $clamp (param $x i32) (param $low i32) (param $high i32) (result i32)
    (if (i32.lt_s (local.get $x) (local.get $low)) (then (return (local.get $low))))
    (if (i32.gt_s (local.get $x) (local.get $high)) (then (return (local.get $high))))
    (local.get $x))`;

/** Whether the bytes of a shuffle are those of whole words. */
export const movesWords = (bytes) =>
  bytes.map(Number).every((byte, i, all) => byte % 4 === i % 4 && byte - (i % 4) === all[i - (i % 4)]);

/** A word of bytes that come from anywhere; those from above the last byte are 0. */
const gathered = (bytes, lane, wordOf) => {
  const parts = bytes.slice(lane * 4, lane * 4 + 4).map((byte, i) => ({ byte: Number(byte), i }));
  return parts
    .filter(({ byte }) => byte < 32)
    .map(({ byte, i }) => ['i32.shl', byteOf(wordOf(byte >> 4, (byte >> 2) & 3), byte & 3), i32(i * 8)])
    .reduce((joined, part) => ['i32.or', joined, part], i32(0));
};

/** The bytes of a constant mask; those that are out of range become 255. */
const maskOf = ([op, shape, ...words]) => {
  if (op !== 'v128.const' || shape !== 'i32x4') throw new Error('a swizzle whose mask is no constant');
  return [...new Uint8Array(new Uint32Array(words.map(Number)).buffer)].map((byte) => (byte < 16 ? byte : 255));
};

/**
 * By name of the instruction: the word in a lane of its result. `operands` are those of the instruction, and
 * `wordOf(index, lane)` is a lane of one of its vectors.
 */
export const BYTES = {
  'i8x16.shuffle': (operands, lane, wordOf) =>
    gathered(operands.slice(0, 16), lane, (vector, word) => wordOf(16 + vector, word)),
  'i8x16.swizzle': (operands, lane, wordOf) => gathered(maskOf(operands[1]), lane, (_, word) => wordOf(0, word)),
  'i16x8.narrow_i32x4_s': (_, lane, wordOf) => {
    const half = (index) => clamp(wordOf(lane >> 1, (lane & 1) * 2 + index), -32768, 32767);
    return join([['i32.and', half(0), i32(0xffff)], half(1)], 16);
  },
  'i8x16.narrow_i16x8_u': (_, lane, wordOf) => {
    const byte = (index) => clamp(halfOf(wordOf(lane >> 1, (lane & 1) * 2 + (index >> 1)), index & 1), 0, 255);
    return join([0, 1, 2, 3].map(byte), 8);
  },
};

/** A lane of `v128.load8x8_u`: two bytes, each as 16 bits. */
export const loadedBytes = (offset, address, lane) =>
  join(
    [0, 1].map((byte) => ['i32.load8_u', `offset=${offset + lane * 2 + byte}`, address]),
    16,
  );

/** The sum of two products of halves. */
export const dot = (a, b) => ['i32.add', ...[0, 1].map((index) => ['i32.mul', halfOf(a, index), halfOf(b, index)])];
