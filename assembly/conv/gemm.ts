// Matrix product with packed weights: 1x1 convolutions and fully connected layers.

import { finish4, finish1 } from './finish';
import { madd } from '../shared/lanes';
import { bytesOf } from '../shared/words';

/**
 * y[m][n] = clamp(bias[n] + sum over k of x[m][k] * w[n / 8][k][n % 8] + residual[m][n], low, high)
 *
 * `x` has `xStride` floats a row; `y` and `residual` (0: none) have `yStride`. `w` and `bias` are padded with zeros to
 * panels of 8 columns. Exactly rows x columns floats are written. `residual` may be `y`. Rows go in bands of `band`, so
 * that a band of `x` stays in cache while all panels pass.
 */
export function gemm(
  y: usize,
  yStride: i32,
  x: usize,
  xStride: i32,
  w: usize,
  bias: usize,
  residual: usize,
  rows: i32,
  columns: i32,
  depth: i32,
  band: i32,
  low: f32,
  high: f32,
): void {
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  const xStep = bytesOf(xStride);
  const yStep = bytesOf(yStride);
  const panelBytes = (<usize>depth) << 5;
  for (let first = 0; first < rows; first += band) {
    const end = min(first + band, rows);
    let panel = w;
    for (let n = 0; n < columns; n += 8) {
      const column = bytesOf(n);
      const width = columns - n;
      let xRow = x + <usize>first * xStep;
      let offset = <usize>first * yStep + column;
      let m = first;
      for (; m + 4 <= end; m += 4) {
        tile4(y + offset, yStep, xRow, xStep, panel, bias + column, residual, offset, depth, width, lo, hi);
        xRow += xStep << 2;
        offset += yStep << 2;
      }
      for (; m < end; m++) {
        tile1(y + offset, xRow, panel, bias + column, residual, offset, depth, width, lo, hi);
        xRow += xStep;
        offset += yStep;
      }
      panel += panelBytes;
    }
  }
}

/** Four rows by one panel. */
function tile4(
  y: usize,
  yStep: usize,
  x: usize,
  xStep: usize,
  w: usize,
  bias: usize,
  residual: usize,
  offset: usize,
  depth: i32,
  width: i32,
  lo: v128,
  hi: v128,
): void {
  let a0 = v128.load(bias);
  let b0 = v128.load(bias, 16);
  let a1 = a0;
  let b1 = b0;
  let a2 = a0;
  let b2 = b0;
  let a3 = a0;
  let b3 = b0;
  let x1 = x + xStep;
  let x2 = x1 + xStep;
  let x3 = x2 + xStep;
  for (const end = x + bytesOf(depth); x < end; x += 4, x1 += 4, x2 += 4, x3 += 4, w += 32) {
    const u = v128.load(w);
    const v = v128.load(w, 16);
    let s = v128.load32_splat(x);
    a0 = madd(s, u, a0);
    b0 = madd(s, v, b0);
    s = v128.load32_splat(x1);
    a1 = madd(s, u, a1);
    b1 = madd(s, v, b1);
    s = v128.load32_splat(x2);
    a2 = madd(s, u, a2);
    b2 = madd(s, v, b2);
    s = v128.load32_splat(x3);
    a3 = madd(s, u, a3);
    b3 = madd(s, v, b3);
  }
  finish4(y, yStep, residual, offset, width, lo, hi, a0, b0, a1, b1, a2, b2, a3, b3);
}

/** One row by one panel. */
function tile1(
  y: usize,
  x: usize,
  w: usize,
  bias: usize,
  residual: usize,
  offset: usize,
  depth: i32,
  width: i32,
  lo: v128,
  hi: v128,
): void {
  let a = v128.load(bias);
  let b = v128.load(bias, 16);
  for (const end = x + bytesOf(depth); x < end; x += 4, w += 32) {
    const s = v128.load32_splat(x);
    a = madd(s, v128.load(w), a);
    b = madd(s, v128.load(w, 16), b);
  }
  finish1(y, residual, offset, width, lo, hi, a, b);
}
