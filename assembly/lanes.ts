// Parts of vectors: masks for the end of a row, and the four lanes joined.

/** A mask of the first `count` lanes. */
// @ts-ignore: decorator
@inline
export function firstLanes(count: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count));
}

/** The lanes exchanged by halves: `[c, d, a, b]` of `[a, b, c, d]`. */
// @ts-ignore: decorator
@inline
export function swapHalves(x: v128): v128 {
  return i32x4.shuffle(x, x, 2, 3, 0, 1);
}

/** The lanes exchanged by pairs: `[b, a, d, c]` of `[a, b, c, d]`. */
// @ts-ignore: decorator
@inline
export function swapPairs(x: v128): v128 {
  return i32x4.shuffle(x, x, 1, 0, 3, 2);
}

/** The largest lane in all lanes. */
// @ts-ignore: decorator
@inline
export function maxLanes(x: v128): v128 {
  x = f32x4.pmax(x, swapHalves(x));
  return f32x4.pmax(x, swapPairs(x));
}

/** The sum of the lanes in all lanes. */
// @ts-ignore: decorator
@inline
export function sumLanes(x: v128): v128 {
  x = f32x4.add(x, swapHalves(x));
  return f32x4.add(x, swapPairs(x));
}
