// Helpers for vectors of four floats, all of them inlined.

/** a * b + c. The relaxed build lets the engine fuse it, with one rounding; otherwise it has two. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

/**
 * min(max(x, low), high) for each lane; NaN stays NaN. On x86 pmin and pmax take one instruction each, min and max
 * seven.
 */
// @ts-ignore: decorator
@inline
export function clamp(x: v128, low: v128, high: v128): v128 {
  return f32x4.pmin(f32x4.pmax(x, low), high);
}

/** Stores the first `count` lanes, 1 to 4. */
// @ts-ignore: decorator
@inline
export function storeLanes(y: usize, x: v128, count: i32): void {
  if (count >= 4) {
    v128.store(y, x);
  } else {
    store<f32>(y, f32x4.extract_lane(x, 0));
    if (count > 1) store<f32>(y, f32x4.extract_lane(x, 1), 4);
    if (count > 2) store<f32>(y, f32x4.extract_lane(x, 2), 8);
  }
}

/** A mask of the first `count` lanes. */
// @ts-ignore: decorator
@inline
export function firstLanes(count: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count));
}

/** Swaps the halves: [a, b, c, d] becomes [c, d, a, b]. */
// @ts-ignore: decorator
@inline
export function swapHalves(x: v128): v128 {
  return i32x4.shuffle(x, x, 2, 3, 0, 1);
}

/** Swaps the lanes of each pair: [a, b, c, d] becomes [b, a, d, c]. */
// @ts-ignore: decorator
@inline
export function swapPairs(x: v128): v128 {
  return i32x4.shuffle(x, x, 1, 0, 3, 2);
}

/** The maximum of the lanes, in all lanes. */
// @ts-ignore: decorator
@inline
export function maxLanes(x: v128): v128 {
  x = f32x4.pmax(x, swapHalves(x));
  return f32x4.pmax(x, swapPairs(x));
}

/** The sum of the lanes, in all lanes. */
// @ts-ignore: decorator
@inline
export function sumLanes(x: v128): v128 {
  x = f32x4.add(x, swapHalves(x));
  return f32x4.add(x, swapPairs(x));
}
