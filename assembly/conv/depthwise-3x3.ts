// Depthwise convolution with a 3x3 kernel: every channel has its own filter. Channels are lanes.

import { clamp, madd, storeLanes } from '../shared/lanes';
import { bytesOf } from '../shared/words';

/** Address of the 64 zero bytes at the start of every memory: columns outside the image are read from here. */
const ZEROS: usize = 0;

/**
 * y[r][c][i] = clamp(bias[i] + sum over ky, kx of x[r * stride + ky - top][c * stride + kx - left][i] * w[ky][kx][i],
 * low, high) for stride 1 or 2, `left` 0 or 1, and at most one column outside the image on the right
 *
 * Computes the rows `first` to `last` - 1 of `y`; only the rows of `x` that they read need to be in memory. Values
 * outside the image count as 0. `x` is [height][width][channels], `y` is [...][columns][channels]; a row of `w` and
 * `bias` has `channels` rounded up to 4.
 */
export function depthwise3x3(
  y: usize,
  x: usize,
  w: usize,
  bias: usize,
  height: i32,
  width: i32,
  channels: i32,
  first: i32,
  last: i32,
  columns: i32,
  stride: i32,
  top: i32,
  left: i32,
  low: f32,
  high: f32,
): void {
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  const pixel = bytesOf(channels);
  const row = pixel * width;
  const wRow = bytesOf((channels + 3) & ~3);
  const wide = stride == 1 ? 4 : 2;
  const tile = columns < wide ? 1 : wide;
  for (let r = first; r < last; r++) {
    const windowTop = r * stride - top;
    const ky = max(0, -windowTop);
    const count = min(3, height - windowTop) - ky;
    const xRow = x + <usize>(windowTop + ky) * row;
    const yRow = y + <usize>(r * columns) * pixel;
    const taps = w + <usize>ky * wRow * 3;
    for (let c = 0; c < columns; c += tile) {
      // the last tile overlaps the previous one
      const column = min(c, columns - tile);
      const x0 = column * stride - left;
      const to = yRow + <usize>column * pixel;
      const from = xRow + <usize>x0 * pixel;
      if (tile == 4) {
        fourColumns(to, from, taps, bias, row, wRow, count, channels, x0 < 0, x0 + 5 >= width, lo, hi);
      } else if (tile == 2) {
        twoColumns(to, from, taps, bias, row, wRow, count, channels, x0 < 0, x0 + 4 >= width, lo, hi);
      } else {
        oneColumn(to, from, taps, bias, row, wRow, count, channels, x0 < 0, x0 + 1 >= width, x0 + 2 >= width, lo, hi);
      }
    }
  }
}

/** Four columns of a row, stride 1. The first and last of the six columns that they read may be outside the image. */
function fourColumns(
  y: usize,
  x: usize,
  w: usize,
  bias: usize,
  row: usize,
  wRow: usize,
  count: i32,
  channels: i32,
  leftOutside: bool,
  rightOutside: bool,
  lo: v128,
  hi: v128,
): void {
  const p1 = bytesOf(channels);
  const p2 = p1 * 2;
  const p3 = p2 + p1;
  const p4 = p2 * 2;
  const p5 = p4 + p1;
  const leftStep = leftOutside ? <usize>0 : row;
  const rightStep = rightOutside ? <usize>0 : row;
  for (let i: usize = 0, n = channels; n > 0; i += 16, n -= 4) {
    let a = v128.load(bias + i);
    let b = a;
    let c = a;
    let d = a;
    let q = w + i;
    let p = x + i;
    let l = leftOutside ? ZEROS : p;
    let r = rightOutside ? ZEROS : p + p5;
    for (let k = count; k > 0; k--) {
      const w0 = v128.load(q);
      const w1 = v128.load(q + wRow);
      const w2 = v128.load(q + wRow * 2);
      let s = v128.load(l);
      a = madd(s, w0, a);
      s = v128.load(p + p1);
      a = madd(s, w1, a);
      b = madd(s, w0, b);
      s = v128.load(p + p2);
      a = madd(s, w2, a);
      b = madd(s, w1, b);
      c = madd(s, w0, c);
      s = v128.load(p + p3);
      b = madd(s, w2, b);
      c = madd(s, w1, c);
      d = madd(s, w0, d);
      s = v128.load(p + p4);
      c = madd(s, w2, c);
      d = madd(s, w1, d);
      s = v128.load(r);
      d = madd(s, w2, d);
      p += row;
      l += leftStep;
      r += rightStep;
      q += wRow * 3;
    }
    storeLanes(y + i, clamp(a, lo, hi), n);
    storeLanes(y + i + p1, clamp(b, lo, hi), n);
    storeLanes(y + i + p2, clamp(c, lo, hi), n);
    storeLanes(y + i + p3, clamp(d, lo, hi), n);
  }
}

/** Two columns of a row, stride 2. The first and last of the five columns that they read may be outside the image. */
function twoColumns(
  y: usize,
  x: usize,
  w: usize,
  bias: usize,
  row: usize,
  wRow: usize,
  count: i32,
  channels: i32,
  leftOutside: bool,
  rightOutside: bool,
  lo: v128,
  hi: v128,
): void {
  const p1 = bytesOf(channels);
  const p2 = p1 * 2;
  const p3 = p2 + p1;
  const p4 = p2 * 2;
  const leftStep = leftOutside ? <usize>0 : row;
  const rightStep = rightOutside ? <usize>0 : row;
  for (let i: usize = 0, n = channels; n > 0; i += 16, n -= 4) {
    let a = v128.load(bias + i);
    let b = a;
    let q = w + i;
    let p = x + i;
    let l = leftOutside ? ZEROS : p;
    let r = rightOutside ? ZEROS : p + p4;
    for (let k = count; k > 0; k--) {
      const w0 = v128.load(q);
      const w1 = v128.load(q + wRow);
      const w2 = v128.load(q + wRow * 2);
      const s = v128.load(p + p2);
      a = madd(v128.load(l), w0, a);
      b = madd(s, w0, b);
      a = madd(v128.load(p + p1), w1, a);
      b = madd(v128.load(p + p3), w1, b);
      a = madd(s, w2, a);
      b = madd(v128.load(r), w2, b);
      p += row;
      l += leftStep;
      r += rightStep;
      q += wRow * 3;
    }
    storeLanes(y + i, clamp(a, lo, hi), n);
    storeLanes(y + i + p1, clamp(b, lo, hi), n);
  }
}

/** One column of a row. Any of the three columns that it reads may be outside the image. */
function oneColumn(
  y: usize,
  x: usize,
  w: usize,
  bias: usize,
  row: usize,
  wRow: usize,
  count: i32,
  channels: i32,
  outside0: bool,
  outside1: bool,
  outside2: bool,
  lo: v128,
  hi: v128,
): void {
  const p1 = bytesOf(channels);
  for (let i: usize = 0, n = channels; n > 0; i += 16, n -= 4) {
    let a = v128.load(bias + i);
    let q = w + i;
    let p = x + i;
    for (let k = count; k > 0; k--) {
      if (!outside0) a = madd(v128.load(p), v128.load(q), a);
      if (!outside1) a = madd(v128.load(p + p1), v128.load(q + wRow), a);
      if (!outside2) a = madd(v128.load(p + p1 * 2), v128.load(q + wRow * 2), a);
      p += row;
      q += wRow * 3;
    }
    storeLanes(y + i, clamp(a, lo, hi), n);
  }
}
