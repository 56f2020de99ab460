// Tiles of a depthwise convolution: neighbouring columns of a row. Each takes the addresses of its first output, of its first
// window, of the filters' first row and of the biases; the bytes of a row of the image, how many rows of the filters are
// inside the image, and the bytes of a filter of four channels. Of the columns that filters 3 or 5 wide read, the first
// `before` and the last `after` are outside the image, at most half a filter: they count as 0.
//
// The products of each row are added first: in a single chain, every addition would wait for the one before it. `if (!p) break`
// never happens: sums have to be ready there, so that engines do not load all columns first, for which there are too few registers.

import { clamp, madd, storeLanes } from '../shared/lanes';
import { bytesOf } from '../shared/words';

/** Four columns, filters 3 wide, stride 1. */
export function fourColumns3(
  y: usize,
  x: usize,
  w: usize,
  bias: usize,
  channels: i32,
  row: usize,
  rows: i32,
  filter: usize,
  before: i32,
  after: i32,
  lo: v128,
  hi: v128,
): void {
  const pixel = bytesOf(channels);
  const none = f32x4.splat(0);
  const p2 = pixel * 2;
  const p3 = p2 + pixel;
  const p4 = p2 * 2;
  const p5 = p4 + pixel;
  for (let n = channels; n > 0; n -= 4, x += 16, y += 16, bias += 16, w += filter) {
    let a = v128.load(bias);
    let b = a;
    let c = a;
    let d = a;
    let p = x;
    let q = w;
    for (let r = rows; r > 0; r--, p += row, q += 48) {
      const w0 = v128.load(q);
      const w1 = v128.load(q, 16);
      const w2 = v128.load(q, 32);
      const x0 = before > 0 ? none : v128.load(p);
      const x1 = v128.load(p + pixel);
      const x2 = v128.load(p + p2);
      const x3 = v128.load(p + p3);
      const x4 = v128.load(p + p4);
      const x5 = after > 0 ? none : v128.load(p + p5);
      a = f32x4.add(a, dot3(x0, x1, x2, w0, w1, w2));
      b = f32x4.add(b, dot3(x1, x2, x3, w0, w1, w2));
      c = f32x4.add(c, dot3(x2, x3, x4, w0, w1, w2));
      d = f32x4.add(d, dot3(x3, x4, x5, w0, w1, w2));
    }
    storeLanes(y, clamp(a, lo, hi), n);
    storeLanes(y + pixel, clamp(b, lo, hi), n);
    storeLanes(y + p2, clamp(c, lo, hi), n);
    storeLanes(y + p3, clamp(d, lo, hi), n);
  }
}

/** Four columns, filters 3 wide, stride 2. */
export function fourColumns3By2(
  y: usize,
  x: usize,
  w: usize,
  bias: usize,
  channels: i32,
  row: usize,
  rows: i32,
  filter: usize,
  before: i32,
  after: i32,
  lo: v128,
  hi: v128,
): void {
  const pixel = bytesOf(channels);
  const none = f32x4.splat(0);
  const p2 = pixel * 2;
  const p3 = p2 + pixel;
  const p4 = p2 * 2;
  const p5 = p4 + pixel;
  const p6 = p3 * 2;
  const p7 = p4 + p3;
  const p8 = p4 * 2;
  for (let n = channels; n > 0; n -= 4, x += 16, y += 16, bias += 16, w += filter) {
    let a = v128.load(bias);
    let b = a;
    let c = a;
    let d = a;
    let p = x;
    let q = w;
    for (let r = rows; r > 0; r--, p += row, q += 48) {
      const w0 = v128.load(q);
      const w1 = v128.load(q, 16);
      const w2 = v128.load(q, 32);
      const x0 = before > 0 ? none : v128.load(p);
      const x1 = v128.load(p + pixel);
      const x2 = v128.load(p + p2);
      const x3 = v128.load(p + p3);
      const x4 = v128.load(p + p4);
      a = f32x4.add(a, dot3(x0, x1, x2, w0, w1, w2));
      b = f32x4.add(b, dot3(x2, x3, x4, w0, w1, w2));
      if (!p) break;
      const x5 = v128.load(p + p5);
      const x6 = v128.load(p + p6);
      const x7 = v128.load(p + p7);
      const x8 = after > 0 ? none : v128.load(p + p8);
      c = f32x4.add(c, dot3(x4, x5, x6, w0, w1, w2));
      d = f32x4.add(d, dot3(x6, x7, x8, w0, w1, w2));
    }
    storeLanes(y, clamp(a, lo, hi), n);
    storeLanes(y + pixel, clamp(b, lo, hi), n);
    storeLanes(y + p2, clamp(c, lo, hi), n);
    storeLanes(y + p3, clamp(d, lo, hi), n);
  }
}

/** Four columns, filters 5 wide, stride 1. */
export function fourColumns5(
  y: usize,
  x: usize,
  w: usize,
  bias: usize,
  channels: i32,
  row: usize,
  rows: i32,
  filter: usize,
  before: i32,
  after: i32,
  lo: v128,
  hi: v128,
): void {
  const pixel = bytesOf(channels);
  const none = f32x4.splat(0);
  const p2 = pixel * 2;
  const p3 = p2 + pixel;
  const p4 = p2 * 2;
  const p5 = p4 + pixel;
  const p6 = p3 * 2;
  const p7 = p4 + p3;
  for (let n = channels; n > 0; n -= 4, x += 16, y += 16, bias += 16, w += filter) {
    let a = v128.load(bias);
    let b = a;
    let c = a;
    let d = a;
    let p = x;
    let q = w;
    for (let r = rows; r > 0; r--, p += row, q += 80) {
      const w0 = v128.load(q);
      const w1 = v128.load(q, 16);
      const w2 = v128.load(q, 32);
      const w3 = v128.load(q, 48);
      const w4 = v128.load(q, 64);
      const x0 = before > 0 ? none : v128.load(p);
      const x1 = before > 1 ? none : v128.load(p + pixel);
      const x2 = v128.load(p + p2);
      const x3 = v128.load(p + p3);
      const x4 = v128.load(p + p4);
      a = f32x4.add(a, dot5(x0, x1, x2, x3, x4, w0, w1, w2, w3, w4));
      if (!p) break;
      const x5 = v128.load(p + p5);
      b = f32x4.add(b, dot5(x1, x2, x3, x4, x5, w0, w1, w2, w3, w4));
      if (!p) break;
      const x6 = after > 1 ? none : v128.load(p + p6);
      c = f32x4.add(c, dot5(x2, x3, x4, x5, x6, w0, w1, w2, w3, w4));
      if (!p) break;
      const x7 = after > 0 ? none : v128.load(p + p7);
      d = f32x4.add(d, dot5(x3, x4, x5, x6, x7, w0, w1, w2, w3, w4));
    }
    storeLanes(y, clamp(a, lo, hi), n);
    storeLanes(y + pixel, clamp(b, lo, hi), n);
    storeLanes(y + p2, clamp(c, lo, hi), n);
    storeLanes(y + p3, clamp(d, lo, hi), n);
  }
}

/** Four columns, filters of any width, windows `step` bytes apart. */
export function fourColumns(
  y: usize,
  x: usize,
  w: usize,
  bias: usize,
  channels: i32,
  row: usize,
  rows: i32,
  filter: usize,
  width: i32,
  step: usize,
  lo: v128,
  hi: v128,
): void {
  const pixel = bytesOf(channels);
  const step3 = step * 3;
  for (let n = channels; n > 0; n -= 4, x += 16, y += 16, bias += 16, w += filter) {
    let a = v128.load(bias);
    let b = a;
    let c = a;
    let d = a;
    let q = w;
    let p = x;
    for (let r = rows; r > 0; r--, p += row) {
      let sa = f32x4.splat(0);
      let sb = sa;
      let sc = sa;
      let sd = sa;
      let t = p;
      for (let k = width; k > 0; k--, t += pixel, q += 16) {
        const v = v128.load(q);
        sa = madd(v128.load(t), v, sa);
        sb = madd(v128.load(t + step), v, sb);
        sc = madd(v128.load(t + step * 2), v, sc);
        sd = madd(v128.load(t + step3), v, sd);
      }
      a = f32x4.add(a, sa);
      b = f32x4.add(b, sb);
      c = f32x4.add(c, sc);
      d = f32x4.add(d, sd);
    }
    storeLanes(y, clamp(a, lo, hi), n);
    storeLanes(y + pixel, clamp(b, lo, hi), n);
    storeLanes(y + pixel * 2, clamp(c, lo, hi), n);
    storeLanes(y + pixel * 3, clamp(d, lo, hi), n);
  }
}

// @ts-ignore: decorator
@inline
function dot3(x0: v128, x1: v128, x2: v128, w0: v128, w1: v128, w2: v128): v128 {
  return madd(x2, w2, madd(x1, w1, f32x4.mul(x0, w0)));
}

// @ts-ignore: decorator
@inline
function dot5(
  x0: v128,
  x1: v128,
  x2: v128,
  x3: v128,
  x4: v128,
  w0: v128,
  w1: v128,
  w2: v128,
  w3: v128,
  w4: v128,
): v128 {
  return madd(x4, w4, madd(x3, w3, dot3(x0, x1, x2, w0, w1, w2)));
}
