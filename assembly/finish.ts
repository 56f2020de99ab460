// The end of a product tile: add the residual, clamp, store. Inlined into every tile.

import { clamp, storeLanes } from "./simd";

/** One row of 8 columns, of which the first `width` are stored. */
// @ts-ignore: decorator
@inline
export function finish1(
  y: usize, residual: usize, offset: usize, width: i32, lo: v128, hi: v128, a: v128, b: v128,
): void {
  if (width >= 8) {
    if (residual) {
      a = f32x4.add(a, v128.load(residual + offset));
      b = f32x4.add(b, v128.load(residual + offset, 16));
    }
    v128.store(y, clamp(a, lo, hi));
    v128.store(y, clamp(b, lo, hi), 16);
  } else {
    finishPart(y, residual, offset, width, lo, hi, a, b);
  }
}

/** Four rows of 8 columns; `offset` is the place of the first row in `residual`. */
// @ts-ignore: decorator
@inline
export function finish4(
  y: usize, yStep: usize, residual: usize, offset: usize, width: i32, lo: v128, hi: v128,
  a0: v128, b0: v128, a1: v128, b1: v128, a2: v128, b2: v128, a3: v128, b3: v128,
): void {
  finish1(y, residual, offset, width, lo, hi, a0, b0);
  finish1(y + yStep, residual, offset + yStep, width, lo, hi, a1, b1);
  finish1(y + (yStep << 1), residual, offset + (yStep << 1), width, lo, hi, a2, b2);
  finish1(y + yStep * 3, residual, offset + yStep * 3, width, lo, hi, a3, b3);
}

/** One row of fewer than 8 columns. Loads up to 28 bytes past them, which the padding of every buffer covers. */
function finishPart(
  y: usize, residual: usize, offset: usize, width: i32, lo: v128, hi: v128, a: v128, b: v128,
): void {
  if (residual) {
    a = f32x4.add(a, v128.load(residual + offset));
    b = f32x4.add(b, v128.load(residual + offset, 16));
  }
  storeLanes(y, clamp(a, lo, hi), width);
  if (width > 4) storeLanes(y + 16, clamp(b, lo, hi), width - 4);
}
