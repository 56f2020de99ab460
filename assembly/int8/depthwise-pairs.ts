// What the tiles of depthwise convolutions share. Inlined.

import { requantize } from './requantize';

/** The first four integers of 16 bits of `a` and `b`, interleaved. */
// @ts-ignore: decorator
@inline
export function pairOf(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

/** Stores the results of four channels, or of two where only one word is left. */
// @ts-ignore: decorator
@inline
export function storeFour(y: usize, sum: v128, factors: usize, words: i32, lo: v128, hi: v128): void {
  const four = requantize(sum, v128.load(factors), lo, hi);
  const packed = i16x8.narrow_i32x4_s(four, four);
  if (words > 1) v128.store64_lane(y, packed, 0);
  else v128.store32_lane(y, packed, 0);
}

/** Stores the results of two neighbouring columns as `storeFour`. */
// @ts-ignore: decorator
@inline
export function storeColumns(
  y: usize,
  pixel: usize,
  first: v128,
  second: v128,
  factors: usize,
  words: i32,
  lo: v128,
  hi: v128,
): void {
  const by = v128.load(factors);
  const packed = i16x8.narrow_i32x4_s(requantize(first, by, lo, hi), requantize(second, by, lo, hi));
  if (words > 1) {
    v128.store64_lane(y, packed, 0);
    v128.store64_lane(y + pixel, packed, 1);
  } else {
    v128.store32_lane(y, packed, 0);
    v128.store32_lane(y + pixel, packed, 2);
  }
}
