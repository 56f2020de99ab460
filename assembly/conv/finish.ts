// The end of a product tile: add the residual, clamp, store. Inlined into every tile.

import { clamp, storeLanes } from '../shared/lanes';

/** One row of 8 columns, of which the first `width` are stored. */
// @ts-ignore: decorator
@inline
export function finish1(
  y: usize,
  residual: usize,
  offset: usize,
  width: i32,
  lo: v128,
  hi: v128,
  a: v128,
  b: v128,
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
  y: usize,
  yStep: usize,
  residual: usize,
  offset: usize,
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
  finish1(y, residual, offset, width, lo, hi, a0, b0);
  finish1(y + yStep, residual, offset + yStep, width, lo, hi, a1, b1);
  finish1(y + (yStep << 1), residual, offset + (yStep << 1), width, lo, hi, a2, b2);
  finish1(y + yStep * 3, residual, offset + yStep * 3, width, lo, hi, a3, b3);
}

/** One row of fewer than 8 columns. Loads up to 28 bytes past them, which the padding of every buffer covers. */
function finishPart(y: usize, residual: usize, offset: usize, width: i32, lo: v128, hi: v128, a: v128, b: v128): void {
  if (residual) {
    a = f32x4.add(a, v128.load(residual + offset));
    b = f32x4.add(b, v128.load(residual + offset, 16));
  }
  storeLanes(y, clamp(a, lo, hi), width);
  if (width > 4) storeLanes(y + 16, clamp(b, lo, hi), width - 4);
}

/** One row of `width` columns that go to the byte offsets `outputs`. */
// @ts-ignore: decorator
@inline
export function scatter1(y: usize, outputs: usize, width: i32, lo: v128, hi: v128, a: v128, b: v128): void {
  scatterLanes(y, outputs, width, clamp(a, lo, hi));
  if (width > 4) scatterLanes(y, outputs + 16, width - 4, clamp(b, lo, hi));
}

/** Four rows of `width` columns that go to the byte offsets `outputs`. */
// @ts-ignore: decorator
@inline
export function scatter4(
  y: usize,
  yStep: usize,
  outputs: usize,
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
  scatterRows(y, yStep, outputs, width, clamp(a0, lo, hi), clamp(a1, lo, hi), clamp(a2, lo, hi), clamp(a3, lo, hi));
  if (width <= 4) return;
  scatterRows(
    y,
    yStep,
    outputs + 16,
    width - 4,
    clamp(b0, lo, hi),
    clamp(b1, lo, hi),
    clamp(b2, lo, hi),
    clamp(b3, lo, hi),
  );
}

function scatterRows(y: usize, yStep: usize, outputs: usize, width: i32, a: v128, b: v128, c: v128, d: v128): void {
  const y1 = y + yStep;
  const y2 = y1 + yStep;
  const y3 = y2 + yStep;
  let o = <usize>load<u32>(outputs);
  v128.store_lane<f32>(y + o, a, 0);
  v128.store_lane<f32>(y1 + o, b, 0);
  v128.store_lane<f32>(y2 + o, c, 0);
  v128.store_lane<f32>(y3 + o, d, 0);
  if (width < 2) return;
  o = load<u32>(outputs, 4);
  v128.store_lane<f32>(y + o, a, 1);
  v128.store_lane<f32>(y1 + o, b, 1);
  v128.store_lane<f32>(y2 + o, c, 1);
  v128.store_lane<f32>(y3 + o, d, 1);
  if (width < 3) return;
  o = load<u32>(outputs, 8);
  v128.store_lane<f32>(y + o, a, 2);
  v128.store_lane<f32>(y1 + o, b, 2);
  v128.store_lane<f32>(y2 + o, c, 2);
  v128.store_lane<f32>(y3 + o, d, 2);
  if (width < 4) return;
  o = load<u32>(outputs, 12);
  v128.store_lane<f32>(y + o, a, 3);
  v128.store_lane<f32>(y1 + o, b, 3);
  v128.store_lane<f32>(y2 + o, c, 3);
  v128.store_lane<f32>(y3 + o, d, 3);
}

function scatterLanes(y: usize, outputs: usize, width: i32, a: v128): void {
  v128.store_lane<f32>(y + load<u32>(outputs), a, 0);
  if (width > 1) v128.store_lane<f32>(y + load<u32>(outputs, 4), a, 1);
  if (width > 2) v128.store_lane<f32>(y + load<u32>(outputs, 8), a, 2);
  if (width > 3) v128.store_lane<f32>(y + load<u32>(outputs, 12), a, 3);
}

/** y[i] = clamp(y[i] + residual[i], lo, hi) for `count` floats. */
export function addResidual(y: usize, residual: usize, count: i32, lo: v128, hi: v128): void {
  let n = count;
  for (; n >= 4; n -= 4, y += 16, residual += 16)
    v128.store(y, clamp(f32x4.add(v128.load(y), v128.load(residual)), lo, hi));
  if (n > 0) storeLanes(y, clamp(f32x4.add(v128.load(y), v128.load(residual)), lo, hi), n);
}
