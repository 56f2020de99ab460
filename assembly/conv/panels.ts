// Convolution as a product of panels of up to 8 outputs, each with its own list of inputs.

import { finish1 } from './finish';
import { Reads, tile4 } from './tile';
import { PanelRecord } from '../generated/layout';
import { evenBand } from '../shared/bands';
import { clamp, madd, storeLanes } from '../shared/lanes';
import { bytesOf } from '../shared/words';

/**
 * y[m][out(j)] = clamp(bias[j] + sum over t, k of x[pixel(m) + list[t] + k] * w[t][k][j] + residual[m][out(j)],
 * low, high) for every pixel m and every column j of every panel
 *
 * pixel(m) is the byte offset `pixels[m]`, or m * `xStride` floats if `pixels` is 0. `records` holds a `PanelRecord`
 * for each panel, with the offsets of its list, biases, weights and columns. A pixel of `y` and `residual` (0: none)
 * has `yStride` floats. Pixels are computed in bands of about `band`, so that a band of `x` stays in the cache for all
 * panels.
 *
 * The residual is added panel by panel and may be `y`. With `late` 1 it is added to each band after all of its panels
 * instead, which is required if the columns of any panel are not neighbours; the panels must then compute all columns.
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
  const lo = f32x4.splat(late ? -Infinity : low);
  const hi = f32x4.splat(late ? Infinity : high);
  const early = late ? <usize>0 : residual;
  const yStep = bytesOf(yStride);
  const xStep = bytesOf(xStride);
  const even = evenBand(rows, band);
  for (let first = 0; first < rows; first += even) {
    const end = min(first + even, rows);
    for (let p = 0, record = records; p < panels; p++, record += PanelRecord.BYTES) {
      if (!pixels && !early && isPlain(record)) plainPanel(y, yStep, x, xStep, w, lists, record, first, end, lo, hi);
      else panel(y, yStep, x, xStep, pixels, w, lists, record, early, first, end, lo, hi);
    }
    if (late) {
      const start = <usize>first * yStep;
      addResidual(y + start, residual + start, (end - first) * yStride, low, high);
    }
  }
}

/** Panels of more inputs are 2 % slower in `plainPanel` if products and sums are separate instructions. */
const MOST_INPUTS = 128;

/** Whether a panel reads one short run of a pixel, and stores eight neighbouring columns. */
// @ts-ignore: decorator
@inline
function isPlain(record: usize): bool {
  return (
    load<i32>(record, PanelRecord.count) == 1 &&
    load<i32>(record, PanelRecord.depth) <= MOST_INPUTS &&
    load<i32>(record, PanelRecord.outputs) < 0 &&
    load<i32>(record, PanelRecord.width) == 8
  );
}

/** A plain panel, for pixels one after the other without residual: nothing is left to look up or to decide for a tile. */
function plainPanel(
  y: usize,
  yStep: usize,
  x: usize,
  xStep: usize,
  w: usize,
  lists: usize,
  record: usize,
  first: i32,
  end: i32,
  lo: v128,
  hi: v128,
): void {
  const list = lists + load<u32>(record, PanelRecord.list);
  const run = bytesOf(load<i32>(record, PanelRecord.depth));
  const bias = w + load<u32>(record, PanelRecord.weights);
  let at = x + <usize>first * xStep;
  let to = y + <usize>first * yStep + load<u32>(record, PanelRecord.column);
  let m = end - first;
  for (; m >= 4; m -= 4, to += yStep * 4, at += xStep * 4) {
    const x0 = at + load<u32>(list);
    const x1 = x0 + xStep;
    const x2 = x1 + xStep;
    const x3 = x2 + xStep;
    tile4(Reads.RUN, to, yStep, x0, x1, x2, x3, 0, 0, run, bias, bias + 32, 0, 0, 8, lo, hi);
  }
  for (; m > 0; m--, to += yStep, at += xStep) tile1(to, at, list, list + 4, run, bias, 0, 0, 8, lo, hi);
}

/** One panel for the pixels `first` to `end` - 1. */
function panel(
  y: usize,
  yStep: usize,
  x: usize,
  xStep: usize,
  pixels: usize,
  w: usize,
  lists: usize,
  record: usize,
  residual: usize,
  first: i32,
  end: i32,
  lo: v128,
  hi: v128,
): void {
  const list = lists + load<u32>(record, PanelRecord.list);
  const listEnd = list + bytesOf(load<i32>(record, PanelRecord.count));
  const run = bytesOf(load<i32>(record, PanelRecord.depth));
  const bias = w + load<u32>(record, PanelRecord.weights);
  const weights = bias + 32;
  const scattered = load<i32>(record, PanelRecord.outputs);
  const outputs = scattered < 0 ? <usize>0 : lists + <usize>scattered;
  const width = load<i32>(record, PanelRecord.width);
  let offset = <usize>first * yStep + load<u32>(record, PanelRecord.column);
  let m = first;
  for (; m + 4 <= end; m += 4, offset += yStep * 4) {
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
    const to = y + offset;
    const added = residual ? residual + offset : 0;
    if (run == 4) {
      tile4(Reads.SINGLES, to, yStep, x0, x1, x2, x3, list, listEnd, 4, bias, weights, outputs, added, width, lo, hi);
    } else {
      tile4(Reads.RUNS, to, yStep, x0, x1, x2, x3, list, listEnd, run, bias, weights, outputs, added, width, lo, hi);
    }
  }
  for (; m < end; m++, offset += yStep) {
    const at = x + (pixels ? <usize>load<u32>(pixels + bytesOf(m)) : <usize>m * xStep);
    tile1(y + offset, at, list, listEnd, run, bias, outputs, residual ? residual + offset : 0, width, lo, hi);
  }
}

/** One pixel. Inputs go to two sums alternately, because each addition waits for the previous one. */
function tile1(
  y: usize,
  x: usize,
  list: usize,
  listEnd: usize,
  run: usize,
  w: usize,
  outputs: usize,
  residual: usize,
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
  finish1(y, outputs, residual, width, lo, hi, a, b);
}

/** y[i] = clamp(y[i] + residual[i], low, high) for `count` floats */
function addResidual(y: usize, residual: usize, count: i32, low: f32, high: f32): void {
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  let n = count;
  for (; n >= 4; n -= 4, y += 16, residual += 16)
    v128.store(y, clamp(f32x4.add(v128.load(y), v128.load(residual)), lo, hi));
  if (n > 0) storeLanes(y, clamp(f32x4.add(v128.load(y), v128.load(residual)), lo, hi), n);
}
