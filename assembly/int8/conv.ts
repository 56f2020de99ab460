// Convolution of integers as a product of panels of up to 8 outputs, each with its own list of pairs of inputs.

import { requantize } from './requantize';
import { storeRow } from './store';
import { Reads, Result, tile4 } from './tile';
import { PanelRecord } from '../generated/layout';
import { evenBand } from '../shared/bands';
import { bytesOf } from '../shared/words';

/**
 * y[m][out(j)] = round((bias[j] + sum over t, k of x[pixel(m) + list[t] + k] * w[t][k][j]) * factor[j]) within `low` and
 * `high`, for every pixel m and every column j of every panel
 *
 * Pixels consist of pairs of 16-bit integers, so that everything is counted in words as for the kernel `conv`: pixel(m) is the
 * byte offset `pixels[m]`, or m * `xStride` words if `pixels` is 0; a pixel of `y` has `yStride` words. `records` holds a
 * `PanelRecord` for each panel; the panel's weights are 8 biases of 32 bits, 8 factors, and 16 weights of 16 bits for each pair that it reads,
 * [8 columns][2]. What is beside an odd last column stays as it is.
 */
export function convInt8(
  y: usize,
  yStride: i32,
  x: usize,
  xStride: i32,
  pixels: usize,
  w: usize,
  lists: usize,
  records: usize,
  panels: i32,
  rows: i32,
  band: i32,
  low: f32,
  high: f32,
): void {
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  const yStep = bytesOf(yStride);
  const xStep = bytesOf(xStride);
  const even = evenBand(rows, band);
  for (let first = 0; first < rows; first += even) {
    const end = min(first + even, rows);
    for (let p = 0, record = records; p < panels; p++, record += PanelRecord.BYTES) {
      if (!pixels && isPlain(record)) plainPanel(y, yStep, x, xStep, w, lists, record, first, end, lo, hi);
      else panel(y, yStep, x, xStep, pixels, w, lists, record, first, end, lo, hi);
    }
  }
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
  first: i32,
  end: i32,
  lo: v128,
  hi: v128,
): void {
  const list = lists + load<u32>(record, PanelRecord.list);
  const listEnd = list + bytesOf(load<i32>(record, PanelRecord.count));
  const run = bytesOf(load<i32>(record, PanelRecord.depth));
  const bias = w + load<u32>(record, PanelRecord.weights);
  const weights = bias + 64;
  const scattered = load<i32>(record, PanelRecord.outputs);
  const outputs = scattered < 0 ? <usize>0 : lists + <usize>scattered;
  const width = load<i32>(record, PanelRecord.width);
  let to = y + <usize>first * yStep + load<u32>(record, PanelRecord.column);
  let m = first;
  for (; m + 4 <= end; m += 4, to += yStep * 4) {
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
      tile4(
        Reads.SINGLES,
        Result.INTEGERS,
        to,
        yStep,
        x0,
        x1,
        x2,
        x3,
        list,
        listEnd,
        4,
        bias,
        weights,
        outputs,
        width,
        lo,
        hi,
      );
    } else {
      tile4(
        Reads.RUNS,
        Result.INTEGERS,
        to,
        yStep,
        x0,
        x1,
        x2,
        x3,
        list,
        listEnd,
        run,
        bias,
        weights,
        outputs,
        width,
        lo,
        hi,
      );
    }
  }
  for (; m < end; m++, to += yStep) {
    const at = x + (pixels ? <usize>load<u32>(pixels + bytesOf(m)) : <usize>m * xStep);
    tile1(to, at, list, listEnd, run, bias, outputs, width, lo, hi);
  }
}

/** Whether a panel reads one run of a pixel, and stores eight neighbouring columns. */
// @ts-ignore: decorator
@inline
function isPlain(record: usize): bool {
  return (
    load<i32>(record, PanelRecord.count) == 1 &&
    load<i32>(record, PanelRecord.outputs) < 0 &&
    load<i32>(record, PanelRecord.width) == 8
  );
}

/** A plain panel, for pixels one after the other: nothing is left to look up or to decide for a tile. */
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
    tile4(Reads.RUN, Result.WHOLE, to, yStep, x0, x1, x2, x3, 0, 0, run, bias, bias + 64, 0, 8, lo, hi);
  }
  for (; m > 0; m--, to += yStep, at += xStep) tile1(to, at, list, list + 4, run, bias, 0, 8, lo, hi);
}

/** One pixel. */
function tile1(
  y: usize,
  x: usize,
  list: usize,
  listEnd: usize,
  run: usize,
  bias: usize,
  outputs: usize,
  width: i32,
  lo: v128,
  hi: v128,
): void {
  let a = v128.load(bias);
  let b = v128.load(bias, 16);
  let w = bias + 64;
  for (; list < listEnd; list += 4) {
    let p = x + load<u32>(list);
    for (const end = p + run; p < end; p += 4, w += 32) {
      const s = v128.load32_splat(p);
      a = i32x4.add(a, i32x4.dot_i16x8_s(s, v128.load(w)));
      b = i32x4.add(b, i32x4.dot_i16x8_s(s, v128.load(w, 16)));
    }
  }
  const row = i16x8.narrow_i32x4_s(
    requantize(a, v128.load(bias, 32), lo, hi),
    requantize(b, v128.load(bias, 48), lo, hi),
  );
  storeRow(y, outputs, width, row);
}
