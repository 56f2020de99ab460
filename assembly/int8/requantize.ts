// Sums of products become integers of an int8 value again. All helpers are inlined.

/** 1.5 * 2^23: adding it to a float of at most 2^22 leaves the nearest integer, ties to even, in the low bits. */
const SHIFT: f32 = 12582912;

/** The nearest integers to `x`, ties to even, between `lo` and `hi`, which are at most 2^22; `lo` if `x` is not a number. */
// @ts-ignore: decorator
@inline
export function roundWithin(x: v128, lo: v128, hi: v128): v128 {
  const within = f32x4.pmin(hi, f32x4.pmax(lo, x));
  const shift = f32x4.splat(SHIFT);
  return i32x4.sub(f32x4.add(within, shift), shift);
}

/** The nearest integers to sums * factors, ties to even, between `lo` and `hi`. */
// @ts-ignore: decorator
@inline
export function requantize(sums: v128, factors: v128, lo: v128, hi: v128): v128 {
  return roundWithin(f32x4.mul(f32x4.convert_i32x4_s(sums), factors), lo, hi);
}

/** Stores the first `count` of 8 numbers of 16 bits; `count` is even, 2 to 8. */
// @ts-ignore: decorator
@inline
export function storePairs(y: usize, x: v128, count: i32): void {
  if (count >= 8) {
    v128.store(y, x);
    return;
  }
  if (count >= 4) {
    v128.store64_lane(y, x, 0);
    if (count > 4) v128.store32_lane(y, x, 2, 8);
  } else {
    v128.store32_lane(y, x, 0);
  }
}
