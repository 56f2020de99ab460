// Convolution of any kernel size as a matrix product whose rows start anywhere and whose depth comes in runs.

import { finish4, finish1 } from "./finish";
import { madd } from "./simd";

/**
 * y[m][n] = clamp(bias[n] + sum over t, k of x[pixels[m] + taps[t] + k] * w[n / 8][t][k][n % 8] + residual[m][n], low, high)
 *
 * `pixels` and `taps` are lists of byte offsets: of the output pixels' windows, and of the runs of `depth` floats in a
 * window. Runs may be single channels, so any set of input channels can be read. `w`, `bias`, `y` and `residual` are
 * as in `gemm`.
 */
export function conv(
  y: usize, yStride: i32, x: usize, pixels: usize, taps: usize, w: usize, bias: usize, residual: usize,
  rows: i32, columns: i32, tapCount: i32, depth: i32, band: i32, low: f32, high: f32,
): void {
  const lo = f32x4.splat(low), hi = f32x4.splat(high);
  const yStep = <usize>yStride << 2, run = <usize>depth << 2, panelBytes = <usize>tapCount * (run << 3);
  const tapsEnd = taps + (<usize>tapCount << 2);
  for (let first = 0; first < rows; first += band) {
    const end = min(first + band, rows);
    let panel = w;
    for (let n = 0; n < columns; n += 8) {
      const column = <usize>n << 2, width = columns - n;
      let pixel = pixels + (<usize>first << 2), offset = <usize>first * yStep + column, m = first;
      for (; m + 4 <= end; m += 4) {
        tile4(y + offset, yStep, x, pixel, taps, tapsEnd, run, panel, bias + column, residual, offset, width, lo, hi);
        pixel += 16;
        offset += yStep << 2;
      }
      for (; m < end; m++) {
        tile1(y + offset, x + load<u32>(pixel), taps, tapsEnd, run, panel, bias + column, residual, offset, width, lo, hi);
        pixel += 4;
        offset += yStep;
      }
      panel += panelBytes;
    }
  }
}

/** Four pixels by one panel. */
function tile4(
  y: usize, yStep: usize, x: usize, pixels: usize, taps: usize, tapsEnd: usize, run: usize, w: usize, bias: usize,
  residual: usize, offset: usize, width: i32, lo: v128, hi: v128,
): void {
  let a0 = v128.load(bias), b0 = v128.load(bias, 16);
  let a1 = a0, b1 = b0, a2 = a0, b2 = b0, a3 = a0, b3 = b0;
  const p0 = x + load<u32>(pixels), p1 = x + load<u32>(pixels, 4);
  const p2 = x + load<u32>(pixels, 8), p3 = x + load<u32>(pixels, 12);
  for (; taps < tapsEnd; taps += 4) {
    const tap = <usize>load<u32>(taps);
    let x0 = p0 + tap, x1 = p1 + tap, x2 = p2 + tap, x3 = p3 + tap;
    for (const end = x0 + run; x0 < end; x0 += 4, x1 += 4, x2 += 4, x3 += 4, w += 32) {
      const u = v128.load(w), v = v128.load(w, 16);
      let s = v128.load32_splat(x0);
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
  }
  finish4(y, yStep, residual, offset, width, lo, hi, a0, b0, a1, b1, a2, b2, a3, b3);
}

/** One pixel by one panel. */
function tile1(
  y: usize, x: usize, taps: usize, tapsEnd: usize, run: usize, w: usize, bias: usize,
  residual: usize, offset: usize, width: i32, lo: v128, hi: v128,
): void {
  let a = v128.load(bias), b = v128.load(bias, 16);
  for (; taps < tapsEnd; taps += 4) {
    let p = x + load<u32>(taps);
    for (const end = p + run; p < end; p += 4, w += 32) {
      const s = v128.load32_splat(p);
      a = madd(s, v128.load(w), a);
      b = madd(s, v128.load(w, 16), b);
    }
  }
  finish1(y, residual, offset, width, lo, hi, a, b);
}
