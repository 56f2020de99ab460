// Transposed convolution: every input pixel is spread over the output through the kernel.

import { gemm } from "./gemm";
import { clamp, madd, storeLanes } from "./simd";

/** y[p][o] = bias[o]: what the taps are added to */
export function convTransposeStart(y: usize, bias: usize, pixels: i32, channels: i32): void {
  for (; pixels > 0; pixels--, y += <usize>channels << 2) {
    let at: usize = 0;
    for (let n = channels; n > 0; n -= 4, at += 16) storeLanes(y + at, v128.load(bias + at), n);
  }
}

/**
 * y[target of run r, pixel m][o] += sum over c of x[source of run r, pixel m][c] * w[panel of run r][o / 8][c][o % 8]
 *
 * A run is (source, target, panel, pixels: i32, the first three byte offsets): neighbouring pixels of `x`, and pixels of
 * `y` that are `stride` apart. Pixels of `x` and `y` have `inputs` and `outputs` channels, of which `depth` and `columns`
 * take part. `zeros` has room for `columns` rounded up to 8.
 */
export function convTransposeRuns(
  y: usize, x: usize, w: usize, zeros: usize, runs: usize, count: i32, stride: i32, inputs: i32, outputs: i32,
  depth: i32, columns: i32,
): void {
  for (const end = runs + (<usize>count << 4); runs < end; runs += 16) {
    const target = y + load<u32>(runs, 4), pixels = load<i32>(runs, 12);
    gemm(
      target, stride * outputs, x + load<u32>(runs), inputs, w + load<u32>(runs, 8), zeros, target,
      pixels, columns, depth, pixels, -Infinity, Infinity,
    );
  }
}

/** As `convTransposeRuns` with one input and one output channel a group: y[...][c] += x[...][c] * w[panel][c] */
export function convTransposeDepthwise(
  y: usize, x: usize, w: usize, runs: usize, count: i32, stride: i32, channels: i32,
): void {
  const xStep = <usize>channels << 2, yStep = xStep * stride;
  for (const end = runs + (<usize>count << 4); runs < end; runs += 16) {
    const taps = w + load<u32>(runs, 8);
    let source = x + load<u32>(runs), target = y + load<u32>(runs, 4);
    for (let pixels = load<i32>(runs, 12); pixels > 0; pixels--, source += xStep, target += yStep) {
      let at: usize = 0;
      for (let n = channels; n > 0; n -= 4, at += 16) {
        const sum = madd(v128.load(source + at), v128.load(taps + at), v128.load(target + at));
        storeLanes(target + at, sum, n);
      }
    }
  }
}

/** y[i] = clamp(y[i], low, high) */
export function convTransposeEnd(y: usize, count: i32, low: f32, high: f32): void {
  const lo = f32x4.splat(low), hi = f32x4.splat(high);
  for (; count > 0; count -= 4, y += 16) storeLanes(y, clamp(v128.load(y), lo, hi), count);
}
