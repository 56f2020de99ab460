// The end of a product tile: add the residual, clamp, store. Inlined into every tile.

import { clamp } from '../shared/lanes';

/**
 * Stores one row of `width` columns, 1 to 8: at the byte offsets `outputs` from `y`, or contiguously if `outputs` is 0
 *
 * `residual` is the address of the row's first column, or 0. Up to 28 bytes past the last column are read as well;
 * every buffer has that much padding.
 */
// @ts-ignore: decorator
@inline
export function finish1(
  y: usize,
  outputs: usize,
  residual: usize,
  width: i32,
  lo: v128,
  hi: v128,
  a: v128,
  b: v128,
): void {
  if (residual) {
    a = f32x4.add(a, v128.load(residual));
    b = f32x4.add(b, v128.load(residual, 16));
  }
  a = clamp(a, lo, hi);
  b = clamp(b, lo, hi);
  if (outputs || width < 8) {
    storeColumns1(y, outputs, width, a, b);
  } else {
    v128.store(y, a);
    v128.store(y, b, 16);
  }
}

/** Stores four rows as `finish1` does; rows of `y` and `residual` are `yStep` bytes apart. */
// @ts-ignore: decorator
@inline
export function finish4(
  y: usize,
  yStep: usize,
  outputs: usize,
  residual: usize,
  width: i32,
  lo: v128,
  hi: v128,
  a0: v128,
  b0: v128,
  a1: v128,
  b1: v128,
  a2: v128,
  b2: v128,
  a3: v128,
  b3: v128,
): void {
  if (residual) {
    a0 = f32x4.add(a0, v128.load(residual));
    b0 = f32x4.add(b0, v128.load(residual, 16));
    residual += yStep;
    a1 = f32x4.add(a1, v128.load(residual));
    b1 = f32x4.add(b1, v128.load(residual, 16));
    residual += yStep;
    a2 = f32x4.add(a2, v128.load(residual));
    b2 = f32x4.add(b2, v128.load(residual, 16));
    residual += yStep;
    a3 = f32x4.add(a3, v128.load(residual));
    b3 = f32x4.add(b3, v128.load(residual, 16));
  }
  a0 = clamp(a0, lo, hi);
  b0 = clamp(b0, lo, hi);
  a1 = clamp(a1, lo, hi);
  b1 = clamp(b1, lo, hi);
  a2 = clamp(a2, lo, hi);
  b2 = clamp(b2, lo, hi);
  a3 = clamp(a3, lo, hi);
  b3 = clamp(b3, lo, hi);
  if (outputs || width < 8) {
    storeColumns4(y, yStep, outputs, width, a0, b0, a1, b1, a2, b2, a3, b3);
  } else {
    v128.store(y, a0);
    v128.store(y, b0, 16);
    y += yStep;
    v128.store(y, a1);
    v128.store(y, b1, 16);
    y += yStep;
    v128.store(y, a2);
    v128.store(y, b2, 16);
    y += yStep;
    v128.store(y, a3);
    v128.store(y, b3, 16);
  }
}

/** Stores the columns of one row individually. */
function storeColumns1(y: usize, outputs: usize, width: i32, a: v128, b: v128): void {
  v128.store_lane<f32>(y + columnAt(outputs, 0), a, 0);
  if (width > 1) v128.store_lane<f32>(y + columnAt(outputs, 4), a, 1);
  if (width > 2) v128.store_lane<f32>(y + columnAt(outputs, 8), a, 2);
  if (width > 3) v128.store_lane<f32>(y + columnAt(outputs, 12), a, 3);
  if (width > 4) v128.store_lane<f32>(y + columnAt(outputs, 16), b, 0);
  if (width > 5) v128.store_lane<f32>(y + columnAt(outputs, 20), b, 1);
  if (width > 6) v128.store_lane<f32>(y + columnAt(outputs, 24), b, 2);
  if (width > 7) v128.store_lane<f32>(y + columnAt(outputs, 28), b, 3);
}

/** Stores the columns of four rows individually. */
function storeColumns4(
  y: usize,
  yStep: usize,
  outputs: usize,
  width: i32,
  a0: v128,
  b0: v128,
  a1: v128,
  b1: v128,
  a2: v128,
  b2: v128,
  a3: v128,
  b3: v128,
): void {
  const y1 = y + yStep;
  const y2 = y1 + yStep;
  const y3 = y2 + yStep;
  let o = columnAt(outputs, 0);
  v128.store_lane<f32>(y + o, a0, 0);
  v128.store_lane<f32>(y1 + o, a1, 0);
  v128.store_lane<f32>(y2 + o, a2, 0);
  v128.store_lane<f32>(y3 + o, a3, 0);
  if (width < 2) return;
  o = columnAt(outputs, 4);
  v128.store_lane<f32>(y + o, a0, 1);
  v128.store_lane<f32>(y1 + o, a1, 1);
  v128.store_lane<f32>(y2 + o, a2, 1);
  v128.store_lane<f32>(y3 + o, a3, 1);
  if (width < 3) return;
  o = columnAt(outputs, 8);
  v128.store_lane<f32>(y + o, a0, 2);
  v128.store_lane<f32>(y1 + o, a1, 2);
  v128.store_lane<f32>(y2 + o, a2, 2);
  v128.store_lane<f32>(y3 + o, a3, 2);
  if (width < 4) return;
  o = columnAt(outputs, 12);
  v128.store_lane<f32>(y + o, a0, 3);
  v128.store_lane<f32>(y1 + o, a1, 3);
  v128.store_lane<f32>(y2 + o, a2, 3);
  v128.store_lane<f32>(y3 + o, a3, 3);
  if (width < 5) return;
  o = columnAt(outputs, 16);
  v128.store_lane<f32>(y + o, b0, 0);
  v128.store_lane<f32>(y1 + o, b1, 0);
  v128.store_lane<f32>(y2 + o, b2, 0);
  v128.store_lane<f32>(y3 + o, b3, 0);
  if (width < 6) return;
  o = columnAt(outputs, 20);
  v128.store_lane<f32>(y + o, b0, 1);
  v128.store_lane<f32>(y1 + o, b1, 1);
  v128.store_lane<f32>(y2 + o, b2, 1);
  v128.store_lane<f32>(y3 + o, b3, 1);
  if (width < 7) return;
  o = columnAt(outputs, 24);
  v128.store_lane<f32>(y + o, b0, 2);
  v128.store_lane<f32>(y1 + o, b1, 2);
  v128.store_lane<f32>(y2 + o, b2, 2);
  v128.store_lane<f32>(y3 + o, b3, 2);
  if (width < 8) return;
  o = columnAt(outputs, 28);
  v128.store_lane<f32>(y + o, b0, 3);
  v128.store_lane<f32>(y1 + o, b1, 3);
  v128.store_lane<f32>(y2 + o, b2, 3);
  v128.store_lane<f32>(y3 + o, b3, 3);
}

/** The byte offset of a column: an element of `outputs`, or `place` itself without them. `place` is a constant. */
// @ts-ignore: decorator
@inline
function columnAt(outputs: usize, place: usize): usize {
  return outputs ? <usize>load<u32>(outputs + place) : place;
}
