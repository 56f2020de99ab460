// Depthwise convolution: every channel has its own filter. Channels are lanes.

import { clamp, madd, storeLanes } from '../shared/lanes';
import { bytesOf } from '../shared/words';

/** Address of 64 bytes of zeros that every memory begins with; a column outside the image is read from here. */
const ZEROS: usize = 0;

/**
 * y[r][c][i] = clamp(bias[i] + sum over ky, kx of x[r * stride + ky - top][c * stride + kx - left][i] * w[ky][kx][i],
 * low, high) for a 3x3 kernel, stride 1 or 2, `left` 0 or 1, and at most one column outside the image on the right.
 *
 * Rows `first` to `last` - 1 of `y` are made; only the rows of `x` that they read need to be there. Values outside the
 * image count as 0. `x` is [height][width][channels], `y` [...][columns][channels]; `w` and `bias` have `channels`
 * rounded up to 4 per row.
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
  const tile = stride == 1 ? 4 : 2;
  for (let r = first; r < last; r++) {
    const y0 = r * stride - top;
    const ky = max(0, -y0);
    const kyEnd = min(3, height - y0);
    const xRow = x + <usize>(y0 + ky) * row;
    const w0 = w + <usize>ky * wRow * 3;
    const count = kyEnd - ky;
    for (let c = 0; c < columns; c += tile) {
      if (columns >= tile) c = min(c, columns - tile);
      const x0 = c * stride - left;
      const target = y + <usize>(r * columns + c) * pixel;
      const window = xRow + <usize>x0 * pixel;
      if (columns < tile) {
        for (; c < columns; c++) {
          const at = c * stride - left;
          one(
            y + <usize>(r * columns + c) * pixel,
            xRow + <usize>at * pixel,
            w0,
            bias,
            row,
            wRow,
            count,
            channels,
            at < 0,
            at + 1 >= width,
            at + 2 >= width,
            lo,
            hi,
          );
        }
      } else if (stride == 1) {
        four(target, window, w0, bias, row, wRow, count, channels, x0 < 0, x0 + 5 >= width, lo, hi);
      } else {
        two(target, window, w0, bias, row, wRow, count, channels, x0 < 0, x0 + 4 >= width, lo, hi);
      }
    }
  }
}

/** Four outputs in a row, stride 1. The outer two of the six columns may be outside the image. */
function four(
  y: usize,
  x: usize,
  w: usize,
  bias: usize,
  row: usize,
  wRow: usize,
  count: i32,
  channels: i32,
  leftOut: bool,
  rightOut: bool,
  lo: v128,
  hi: v128,
): void {
  const p1 = bytesOf(channels);
  const p2 = p1 << 1;
  const p3 = p2 + p1;
  const p4 = p2 << 1;
  const p5 = p4 + p1;
  const leftStep = leftOut ? <usize>0 : row;
  const rightStep = rightOut ? <usize>0 : row;
  for (let i: usize = 0, n = channels; n > 0; i += 16, n -= 4) {
    let a = v128.load(bias + i);
    let b = a;
    let c = a;
    let d = a;
    let q = w + i;
    let p = x + i;
    let l = leftOut ? ZEROS : p;
    let r = rightOut ? ZEROS : p + p5;
    for (let k = count; k > 0; k--) {
      const w0 = v128.load(q);
      const w1 = v128.load(q + wRow);
      const w2 = v128.load(q + (wRow << 1));
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

/** Two outputs in a row, stride 2. The outer two of the five columns may be outside the image. */
function two(
  y: usize,
  x: usize,
  w: usize,
  bias: usize,
  row: usize,
  wRow: usize,
  count: i32,
  channels: i32,
  leftOut: bool,
  rightOut: bool,
  lo: v128,
  hi: v128,
): void {
  const p1 = bytesOf(channels);
  const p2 = p1 << 1;
  const p3 = p2 + p1;
  const p4 = p2 << 1;
  const leftStep = leftOut ? <usize>0 : row;
  const rightStep = rightOut ? <usize>0 : row;
  for (let i: usize = 0, n = channels; n > 0; i += 16, n -= 4) {
    let a = v128.load(bias + i);
    let b = a;
    let q = w + i;
    let p = x + i;
    let l = leftOut ? ZEROS : p;
    let r = rightOut ? ZEROS : p + p4;
    for (let k = count; k > 0; k--) {
      const w0 = v128.load(q);
      const w1 = v128.load(q + wRow);
      const w2 = v128.load(q + (wRow << 1));
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

/** One output; any of its three columns may be outside the image. */
function one(
  y: usize,
  x: usize,
  w: usize,
  bias: usize,
  row: usize,
  wRow: usize,
  count: i32,
  channels: i32,
  out0: bool,
  out1: bool,
  out2: bool,
  lo: v128,
  hi: v128,
): void {
  const p1 = bytesOf(channels);
  for (let i: usize = 0, n = channels; n > 0; i += 16, n -= 4) {
    let a = v128.load(bias + i);
    let q = w + i;
    let p = x + i;
    for (let k = count; k > 0; k--) {
      if (!out0) a = madd(v128.load(p), v128.load(q), a);
      if (!out1) a = madd(v128.load(p + p1), v128.load(q + wRow), a);
      if (!out2) a = madd(v128.load(p + (p1 << 1)), v128.load(q + (wRow << 1)), a);
      p += row;
      q += wRow * 3;
    }
    storeLanes(y + i, clamp(a, lo, hi), n);
  }
}

/**
 * The same for any kernel on an image whose padding is already there: `pixels` and `taps` are byte offsets of the
 * windows and of the places in a window; `w` is [taps][channels rounded up to 4].
 */
export function depthwise(
  y: usize,
  x: usize,
  pixels: usize,
  taps: usize,
  w: usize,
  bias: usize,
  rows: i32,
  tapCount: i32,
  channels: i32,
  low: f32,
  high: f32,
): void {
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  const pixel = bytesOf(channels);
  const wRow = bytesOf((channels + 3) & ~3);
  const tapsEnd = taps + bytesOf(tapCount);
  const last = pixels + bytesOf(rows);
  for (; pixels < last; pixels += 4, y += pixel) {
    const window = x + load<u32>(pixels);
    let n = channels;
    for (let i: usize = 0; n > 0; i += 16, n -= 4) {
      let a = v128.load(bias + i);
      let q = w + i;
      for (let t = taps; t < tapsEnd; t += 4, q += wRow)
        a = madd(v128.load(window + load<u32>(t) + i), v128.load(q), a);
      storeLanes(y + i, clamp(a, lo, hi), n);
    }
  }
}
