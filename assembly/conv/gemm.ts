// Matrix product with packed weights: fully connected layers and other products of matrices.

import { finish1 } from './finish';
import { Reads, tile4 } from './tile';
import { evenBand } from '../shared/bands';
import { madd } from '../shared/lanes';
import { bytesOf } from '../shared/words';

/**
 * y[m][n] = clamp(bias[n] + sum over k of x[m][k] * w[n / 8][k][n % 8] + residual[m][n], low, high)
 *
 * A row of `x` has `xStride` floats, a row of `y` and `residual` (0: none) has `yStride`. `w` and `bias` are padded
 * with zeros to panels of 8 columns. Exactly rows x columns floats are written. `residual` may be `y`. Rows are
 * computed in bands of about `band` rows, so that a band of `x` stays in the cache for all panels.
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
  const run = bytesOf(depth);
  const even = evenBand(rows, band);
  for (let first = 0; first < rows; first += even) {
    const end = min(first + even, rows);
    let panel = w;
    for (let n = 0; n < columns; n += 8) {
      const column = bytesOf(n);
      const width = columns - n;
      const start = bias + column;
      let x0 = x + <usize>first * xStep;
      let offset = <usize>first * yStep + column;
      let m = first;
      for (; m + 4 <= end; m += 4) {
        const x1 = x0 + xStep;
        const x2 = x1 + xStep;
        const x3 = x2 + xStep;
        const added = residual ? residual + offset : 0;
        tile4(Reads.RUN, y + offset, yStep, x0, x1, x2, x3, 0, 0, run, start, panel, 0, added, width, lo, hi);
        x0 = x3 + xStep;
        offset += yStep * 4;
      }
      for (; m < end; m++) {
        tile1(y + offset, x0, run, start, panel, residual ? residual + offset : 0, width, lo, hi);
        x0 += xStep;
        offset += yStep;
      }
      panel += run * 8;
    }
  }
}

/** One row by one panel. */
function tile1(
  y: usize,
  x: usize,
  run: usize,
  bias: usize,
  w: usize,
  residual: usize,
  width: i32,
  lo: v128,
  hi: v128,
): void {
  let a = v128.load(bias);
  let b = v128.load(bias, 16);
  for (const end = x + run; x < end; x += 4, w += 32) {
    const s = v128.load32_splat(x);
    a = madd(s, v128.load(w), a);
    b = madd(s, v128.load(w, 16), b);
  }
  finish1(y, 0, residual, width, lo, hi, a, b);
}
