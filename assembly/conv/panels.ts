// Convolution as panels of up to 8 outputs, each of which reads inputs of its own.

import { addResidual, finish1, finish4, scatter1, scatter4 } from './finish';
import { PanelRecord } from '../generated/layout';
import { madd } from '../shared/lanes';
import { bytesOf } from '../shared/words';

/**
 * y[m][out(j)] = clamp(bias[j] + sum over t, k of x[pixel(m) + list[t] + k] * w[t][k][j] + residual[m][out(j)], low, high)
 * for every pixel m and every column j of every panel.
 *
 * pixel(m) is `pixels[m]`, a byte offset, or m * `xStride` floats if `pixels` is 0. A record of `records` holds: offset and
 * number of a panel's byte offsets in `lists`, the run length k counts, offset of its 8 biases and [t][k][8] weights in
 * `w`, offset of its columns' byte offsets in `lists` or -1 if they follow each other from the byte offset `column`, that
 * offset, and the number of columns. `y` and `residual` (0: none) have `yStride` floats a pixel. Pixels go in bands of
 * `band`, so that a band of `x` stays in cache while all panels pass. If a panel's columns do not follow each other, the
 * residual is `late`, added when all panels of a band are done, and the panels make all columns; otherwise it may be `y`.
 */
export function conv(
  y: usize,
  yStride: i32,
  x: usize,
  xStride: i32,
  pixels: usize,
  w: usize,
  lists: usize,
  records: usize,
  panels: i32,
  residual: usize,
  late: i32,
  rows: i32,
  band: i32,
  low: f32,
  high: f32,
): void {
  const clampLow = f32x4.splat(low);
  const clampHigh = f32x4.splat(high);
  const lo = late ? f32x4.splat(-Infinity) : clampLow;
  const hi = late ? f32x4.splat(Infinity) : clampHigh;
  const early = late ? <usize>0 : residual;
  const yStep = bytesOf(yStride);
  const xStep = bytesOf(xStride);
  for (let first = 0; first < rows; first += band) {
    const end = min(first + band, rows);
    for (let p = 0, record = records; p < panels; p++, record += PanelRecord.BYTES) {
      const list = lists + load<u32>(record, PanelRecord.list);
      const listEnd = list + bytesOf(load<i32>(record, PanelRecord.count));
      const run = bytesOf(load<i32>(record, PanelRecord.depth));
      const weights = w + load<u32>(record, PanelRecord.weights);
      const scattered = load<i32>(record, PanelRecord.outputs);
      const outputs = scattered < 0 ? <usize>0 : lists + <usize>scattered;
      const width = load<i32>(record, PanelRecord.width);
      let offset = <usize>first * yStep + load<u32>(record, PanelRecord.column);
      let m = first;
      for (; m + 4 <= end; m += 4, offset += yStep << 2) {
        let x0: usize;
        let x1: usize;
        let x2: usize;
        let x3: usize;
        if (pixels) {
          const at = pixels + bytesOf(m);
          x0 = x + load<u32>(at);
          x1 = x + load<u32>(at, 4);
          x2 = x + load<u32>(at, 8);
          x3 = x + load<u32>(at, 12);
        } else {
          x0 = x + <usize>m * xStep;
          x1 = x0 + xStep;
          x2 = x1 + xStep;
          x3 = x2 + xStep;
        }
        if (run == 4) {
          list4(y + offset, yStep, x0, x1, x2, x3, list, listEnd, weights, outputs, early, offset, width, lo, hi);
        } else {
          runs4(y + offset, yStep, x0, x1, x2, x3, list, listEnd, run, weights, outputs, early, offset, width, lo, hi);
        }
      }
      for (; m < end; m++, offset += yStep) {
        const at = x + (pixels ? <usize>load<u32>(pixels + bytesOf(m)) : <usize>m * xStep);
        runs1(y + offset, at, list, listEnd, run, weights, outputs, early, offset, width, lo, hi);
      }
    }
    if (late) {
      const start = <usize>first * yStep;
      addResidual(y + start, residual + start, (end - first) * yStride, clampLow, clampHigh);
    }
  }
}

/** Four pixels, single channels of a list. */
// @ts-ignore: decorator
@inline
function list4(
  y: usize,
  yStep: usize,
  x0: usize,
  x1: usize,
  x2: usize,
  x3: usize,
  list: usize,
  end: usize,
  w: usize,
  outputs: usize,
  residual: usize,
  offset: usize,
  width: i32,
  lo: v128,
  hi: v128,
): void {
  let a0 = v128.load(w);
  let b0 = v128.load(w, 16);
  let a1 = a0;
  let b1 = b0;
  let a2 = a0;
  let b2 = b0;
  let a3 = a0;
  let b3 = b0;
  for (w += 32; list < end; list += 4, w += 32) {
    const o = <usize>load<u32>(list);
    const u = v128.load(w);
    const v = v128.load(w, 16);
    let s = v128.load32_splat(x0 + o);
    a0 = madd(s, u, a0);
    b0 = madd(s, v, b0);
    s = v128.load32_splat(x1 + o);
    a1 = madd(s, u, a1);
    b1 = madd(s, v, b1);
    s = v128.load32_splat(x2 + o);
    a2 = madd(s, u, a2);
    b2 = madd(s, v, b2);
    s = v128.load32_splat(x3 + o);
    a3 = madd(s, u, a3);
    b3 = madd(s, v, b3);
  }
  if (outputs) scatter4(y, yStep, outputs, width, lo, hi, a0, b0, a1, b1, a2, b2, a3, b3);
  else finish4(y, yStep, residual, offset, width, lo, hi, a0, b0, a1, b1, a2, b2, a3, b3);
}

/** Four pixels, runs of `run` bytes. */
// @ts-ignore: decorator
@inline
function runs4(
  y: usize,
  yStep: usize,
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  list: usize,
  listEnd: usize,
  run: usize,
  w: usize,
  outputs: usize,
  residual: usize,
  offset: usize,
  width: i32,
  lo: v128,
  hi: v128,
): void {
  let a0 = v128.load(w);
  let b0 = v128.load(w, 16);
  let a1 = a0;
  let b1 = b0;
  let a2 = a0;
  let b2 = b0;
  let a3 = a0;
  let b3 = b0;
  for (w += 32; list < listEnd; list += 4) {
    const o = <usize>load<u32>(list);
    let x0 = p0 + o;
    let x1 = p1 + o;
    let x2 = p2 + o;
    let x3 = p3 + o;
    for (const end = x0 + run; x0 < end; x0 += 4, x1 += 4, x2 += 4, x3 += 4, w += 32) {
      const u = v128.load(w);
      const v = v128.load(w, 16);
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
  if (outputs) scatter4(y, yStep, outputs, width, lo, hi, a0, b0, a1, b1, a2, b2, a3, b3);
  else finish4(y, yStep, residual, offset, width, lo, hi, a0, b0, a1, b1, a2, b2, a3, b3);
}

/** One pixel. Two sums take turns, since each waits for its last addition. */
function runs1(
  y: usize,
  x: usize,
  list: usize,
  listEnd: usize,
  run: usize,
  w: usize,
  outputs: usize,
  residual: usize,
  offset: usize,
  width: i32,
  lo: v128,
  hi: v128,
): void {
  let a = v128.load(w);
  let b = v128.load(w, 16);
  let c = f32x4.splat(0);
  let d = c;
  w += 32;
  if (run == 4) {
    for (; list + 8 <= listEnd; list += 8, w += 64) {
      let s = v128.load32_splat(x + load<u32>(list));
      a = madd(s, v128.load(w), a);
      b = madd(s, v128.load(w, 16), b);
      s = v128.load32_splat(x + load<u32>(list, 4));
      c = madd(s, v128.load(w, 32), c);
      d = madd(s, v128.load(w, 48), d);
    }
  }
  for (; list < listEnd; list += 4) {
    let p = x + load<u32>(list);
    const end = p + run;
    for (; p + 8 <= end; p += 8, w += 64) {
      let s = v128.load32_splat(p);
      a = madd(s, v128.load(w), a);
      b = madd(s, v128.load(w, 16), b);
      s = v128.load32_splat(p, 4);
      c = madd(s, v128.load(w, 32), c);
      d = madd(s, v128.load(w, 48), d);
    }
    for (; p < end; p += 4, w += 32) {
      const s = v128.load32_splat(p);
      a = madd(s, v128.load(w), a);
      b = madd(s, v128.load(w, 16), b);
    }
  }
  a = f32x4.add(a, c);
  b = f32x4.add(b, d);
  if (outputs) scatter1(y, outputs, width, lo, hi, a, b);
  else finish1(y, residual, offset, width, lo, hi, a, b);
}
