// Convolutions F(2 x 2, 3 x 3) of integers by Winograd's algorithm (Lavin and Gray 2015, arXiv:1509.09308), without any rounding:
// filters are transformed by 2 G, so that they stay integers, and sums come out four times as large.
//
// Transformed inputs are at most 4 * 255, transformed weights 9 * 255. Sums may exceed 32 bits on the way: only their
// remainders count, as long as the results fit.

import { Reads, Result, tile4 } from './tile';
import { requantize } from './requantize';
import { PanelRecord } from '../generated/layout';
import { bytesOf } from '../shared/words';

/**
 * v[p][i] = (B^T d B)[p] for the tiles d numbered `first` to `first` + `count` - 1, at the place i from 0 on
 *
 * `x` is the padded image, its rows `row` words of pixels of `words` words, pairs of 16-bit integers; a row of tiles has
 * `across` tiles. A pixel of `v` has `words` rounded up to 4, a place `plane` bytes. `spare` has room for 16 vectors.
 */
export function winogradInputInt8(
  v: usize,
  x: usize,
  spare: usize,
  row: i32,
  words: i32,
  across: i32,
  first: i32,
  count: i32,
  plane: i32,
): void {
  const pixel = bytesOf(words);
  const line = bytesOf(row);
  const end = first + count;
  for (let tile = first; tile < end; tile++) {
    let at = x + <usize>((tile / across) * 2) * line + <usize>((tile % across) * 2) * pixel;
    for (let n = words; n > 0; n -= 4, v += 16, at += 16) {
      for (let i: usize = 0; i < 4; i++) inputs(spare + i * 16, 64, at + i * pixel, line);
      for (let i: usize = 0; i < 4; i++) inputs(v + i * 4 * plane, plane, spare + i * 64, 16);
    }
  }
}

/** B^T d, for 4 vectors d of 16-bit integers. */
// @ts-ignore: decorator
@inline
function inputs(y: usize, yStep: usize, d: usize, step: usize): void {
  const d1 = v128.load(d + step);
  const d2 = v128.load(d + step * 2);
  v128.store(y, i16x8.sub(v128.load(d), d2));
  v128.store(y + yStep, i16x8.add(d1, d2));
  v128.store(y + yStep * 2, i16x8.sub(d2, d1));
  v128.store(y + yStep * 3, i16x8.sub(d1, v128.load(d + step * 3)));
}

/**
 * The sums y[p] = x[p] * w[p] for `places` places p of a tile, for `rows` tiles, a multiple of 4
 *
 * `yPlane`, `xPlane` and `wPlane` are the bytes between places; pixels have `yStride` and `xStride` words. `records` holds a
 * `PanelRecord` for each panel, whose weights are [pairs][8 columns][2] with 16 bits.
 */
export function winogradSumsInt8(
  y: usize,
  yStride: i32,
  yPlane: i32,
  x: usize,
  xStride: i32,
  xPlane: i32,
  w: usize,
  wPlane: i32,
  lists: usize,
  records: usize,
  panels: i32,
  rows: i32,
  places: i32,
): void {
  for (; places > 0; places--, y += yPlane, x += xPlane, w += wPlane) {
    for (let i = 0, record = records; i < panels; i++, record += PanelRecord.BYTES)
      panel(y, bytesOf(yStride), x, bytesOf(xStride), w, lists, record, rows);
  }
}

/** The sums of one panel. */
function panel(y: usize, yStep: usize, x: usize, xStep: usize, w: usize, lists: usize, record: usize, rows: i32): void {
  const none = i32x4.splat(0);
  const list = lists + load<u32>(record, PanelRecord.list);
  const listEnd = list + bytesOf(load<i32>(record, PanelRecord.count));
  const run = bytesOf(load<i32>(record, PanelRecord.depth));
  const weights = w + load<u32>(record, PanelRecord.weights);
  const scattered = load<i32>(record, PanelRecord.outputs);
  const outputs = scattered < 0 ? <usize>0 : lists + <usize>scattered;
  const width = load<i32>(record, PanelRecord.width);
  let to = y + load<u32>(record, PanelRecord.column);
  let at = x;
  for (let m = rows; m > 0; m -= 4, to += yStep * 4, at += xStep * 4) {
    const x1 = at + xStep;
    const x2 = x1 + xStep;
    const x3 = x2 + xStep;
    if (listEnd - list == 4) {
      const offset = load<u32>(list);
      tile4(
        Reads.RUN,
        Result.SUMS,
        to,
        yStep,
        at + offset,
        x1 + offset,
        x2 + offset,
        x3 + offset,
        0,
        0,
        run,
        0,
        weights,
        outputs,
        width,
        none,
        none,
      );
    } else {
      tile4(
        Reads.SINGLES,
        Result.SUMS,
        to,
        yStep,
        at,
        x1,
        x2,
        x3,
        list,
        listEnd,
        run,
        0,
        weights,
        outputs,
        width,
        none,
        none,
      );
    }
  }
}

/**
 * y = round((bias + (A^T p A) / 4) * factor) within `low` and `high` for the tiles p numbered `first` to `first` + `count` - 1
 *
 * `p` is as `v` of `winogradInputInt8`, but sums of 32 bits for `outputs` channels, rounded up to 4. `y` is an image of
 * `height` x `width` pixels of int8 values, over whose right and lower edge tiles may reach. `ends` has biases, then
 * factors, for the channels rounded up to 4. `spare` has room for 12 vectors.
 */
export function winogradOutputInt8(
  y: usize,
  p: usize,
  spare: usize,
  ends: usize,
  height: i32,
  width: i32,
  outputs: i32,
  across: i32,
  first: i32,
  count: i32,
  plane: i32,
  low: f32,
  high: f32,
): void {
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  const pixel = bytesOf((outputs + 1) >> 1);
  const line = pixel * width;
  const factors = bytesOf((outputs + 3) & ~3);
  const end = first + count;
  for (let tile = first; tile < end; tile++) {
    const top = (tile / across) * 2;
    const left = (tile % across) * 2;
    const below = top + 1 < height;
    const beside = left + 1 < width;
    let to = y + <usize>top * line + <usize>left * pixel;
    for (let n = outputs, bias = ends; n > 0; n -= 4, p += 16, to += 8, bias += 16) {
      for (let i: usize = 0; i < 4; i++) results(spare + i * 16, 64, p + i * plane, plane * 4);
      const by = v128.load(bias + factors);
      storeTwo(to, pixel, spare, v128.load(bias), by, lo, hi, beside, n);
      if (below) storeTwo(to + line, pixel, spare + 64, v128.load(bias), by, lo, hi, beside, n);
    }
  }
}

/** A^T p, for 4 vectors p of sums. */
// @ts-ignore: decorator
@inline
function results(y: usize, yStep: usize, p: usize, step: usize): void {
  const p1 = v128.load(p + step);
  const p2 = v128.load(p + step * 2);
  v128.store(y, i32x4.add(i32x4.add(v128.load(p), p1), p2));
  v128.store(y + yStep, i32x4.sub(i32x4.sub(p1, p2), v128.load(p + step * 3)));
}

/** Stores a row of a tile: the second pixel only if it is inside the image, four channels or as many as there are. */
// @ts-ignore: decorator
@inline
function storeTwo(
  y: usize,
  pixel: usize,
  p: usize,
  bias: v128,
  by: v128,
  lo: v128,
  hi: v128,
  beside: bool,
  channels: i32,
): void {
  const p1 = v128.load(p, 16);
  const p2 = v128.load(p, 32);
  const even = i32x4.add(i32x4.add(v128.load(p), p1), p2);
  const odd = i32x4.sub(i32x4.sub(p1, p2), v128.load(p, 48));
  const packed = i16x8.narrow_i32x4_s(
    requantize(i32x4.add(i32x4.shr_s(even, 2), bias), by, lo, hi),
    requantize(i32x4.add(i32x4.shr_s(odd, 2), bias), by, lo, hi),
  );
  if (channels > 2) {
    v128.store64_lane(y, packed, 0);
    if (beside) v128.store64_lane(y + pixel, packed, 1);
  } else {
    v128.store32_lane(y, packed, 0);
    if (beside) v128.store32_lane(y + pixel, packed, 2);
  }
}
