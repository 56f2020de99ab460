// Tiles of a depthwise convolution of integers: four neighbouring columns of a row. Each takes the addresses of its first output,
// of its first window, of the filters' first row, of the biases and factors; the words of a pixel, the bytes of a row of the
// image, how many rows of the filters are inside the image, and the bytes of a filter of four channels. Of the columns that
// windows read, the first `before` and the last `after` are outside the image, at most half a filter: they count as 0.
//
// Neighbouring columns are interleaved once for all windows in which both are taps of a pair. `if (!p) break` never happens:
// sums have to be ready there, so that engines do not load all columns first, for which there are too few registers.

import { pairOf, storeColumns } from './depthwise-pairs';
import { bytesOf } from '../shared/words';

/** Filters 3 wide, stride 1. */
export function fourColumns3(
  y: usize,
  x: usize,
  w: usize,
  bias: usize,
  factors: usize,
  words: i32,
  row: usize,
  rows: i32,
  filter: usize,
  before: i32,
  after: i32,
  lo: v128,
  hi: v128,
): void {
  const none = f32x4.splat(0);
  const pixel = bytesOf(words);
  const p2 = pixel * 2;
  const p3 = pixel * 3;
  const p4 = pixel * 4;
  const p5 = pixel * 5;
  for (let n = words; n > 0; n -= 2, x += 8, y += 8, bias += 16, factors += 16, w += filter) {
    let a = v128.load(bias);
    let b = a;
    let c = a;
    let d = a;
    let s: v128;
    let p = x;
    let q = w;
    for (let r = rows; r > 0; r--, p += row, q += 32) {
      const x0 = before > 0 ? none : v128.load64_zero(p);
      const x1 = v128.load64_zero(p + pixel);
      s = pairOf(x0, x1);
      a = i32x4.add(a, i32x4.dot_i16x8_s(s, v128.load(q)));
      const x2 = v128.load64_zero(p + p2);
      s = pairOf(x1, x2);
      b = i32x4.add(b, i32x4.dot_i16x8_s(s, v128.load(q)));
      if (!p) break;
      const x3 = v128.load64_zero(p + p3);
      s = pairOf(x2, x3);
      a = i32x4.add(a, i32x4.dot_i16x8_s(s, v128.load(q, 16)));
      c = i32x4.add(c, i32x4.dot_i16x8_s(s, v128.load(q)));
      const x4 = v128.load64_zero(p + p4);
      s = pairOf(x3, x4);
      b = i32x4.add(b, i32x4.dot_i16x8_s(s, v128.load(q, 16)));
      d = i32x4.add(d, i32x4.dot_i16x8_s(s, v128.load(q)));
      const x5 = after > 0 ? none : v128.load64_zero(p + p5);
      s = pairOf(x4, x5);
      c = i32x4.add(c, i32x4.dot_i16x8_s(s, v128.load(q, 16)));
      s = pairOf(x5, none);
      d = i32x4.add(d, i32x4.dot_i16x8_s(s, v128.load(q, 16)));
    }
    storeColumns(y, pixel, a, b, factors, n, lo, hi);
    storeColumns(y + p2, pixel, c, d, factors, n, lo, hi);
  }
}

/** Filters 3 wide, stride 2. */
export function fourColumns3By2(
  y: usize,
  x: usize,
  w: usize,
  bias: usize,
  factors: usize,
  words: i32,
  row: usize,
  rows: i32,
  filter: usize,
  before: i32,
  after: i32,
  lo: v128,
  hi: v128,
): void {
  const none = f32x4.splat(0);
  const pixel = bytesOf(words);
  const p2 = pixel * 2;
  const p3 = pixel * 3;
  const p4 = pixel * 4;
  const p5 = pixel * 5;
  const p6 = pixel * 6;
  const p7 = pixel * 7;
  const p8 = pixel * 8;
  for (let n = words; n > 0; n -= 2, x += 8, y += 8, bias += 16, factors += 16, w += filter) {
    let a = v128.load(bias);
    let b = a;
    let c = a;
    let d = a;
    let s: v128;
    let p = x;
    let q = w;
    for (let r = rows; r > 0; r--, p += row, q += 32) {
      const x0 = before > 0 ? none : v128.load64_zero(p);
      const x1 = v128.load64_zero(p + pixel);
      s = pairOf(x0, x1);
      a = i32x4.add(a, i32x4.dot_i16x8_s(s, v128.load(q)));
      const x2 = v128.load64_zero(p + p2);
      const x3 = v128.load64_zero(p + p3);
      s = pairOf(x2, x3);
      a = i32x4.add(a, i32x4.dot_i16x8_s(s, v128.load(q, 16)));
      b = i32x4.add(b, i32x4.dot_i16x8_s(s, v128.load(q)));
      if (!p) break;
      const x4 = v128.load64_zero(p + p4);
      const x5 = v128.load64_zero(p + p5);
      s = pairOf(x4, x5);
      b = i32x4.add(b, i32x4.dot_i16x8_s(s, v128.load(q, 16)));
      c = i32x4.add(c, i32x4.dot_i16x8_s(s, v128.load(q)));
      const x6 = v128.load64_zero(p + p6);
      const x7 = v128.load64_zero(p + p7);
      s = pairOf(x6, x7);
      c = i32x4.add(c, i32x4.dot_i16x8_s(s, v128.load(q, 16)));
      d = i32x4.add(d, i32x4.dot_i16x8_s(s, v128.load(q)));
      const x8 = after > 0 ? none : v128.load64_zero(p + p8);
      s = pairOf(x8, none);
      d = i32x4.add(d, i32x4.dot_i16x8_s(s, v128.load(q, 16)));
    }
    storeColumns(y, pixel, a, b, factors, n, lo, hi);
    storeColumns(y + p2, pixel, c, d, factors, n, lo, hi);
  }
}

/** Filters 5 wide, stride 1. */
export function fourColumns5(
  y: usize,
  x: usize,
  w: usize,
  bias: usize,
  factors: usize,
  words: i32,
  row: usize,
  rows: i32,
  filter: usize,
  before: i32,
  after: i32,
  lo: v128,
  hi: v128,
): void {
  const none = f32x4.splat(0);
  const pixel = bytesOf(words);
  const p2 = pixel * 2;
  const p3 = pixel * 3;
  const p4 = pixel * 4;
  const p5 = pixel * 5;
  const p6 = pixel * 6;
  const p7 = pixel * 7;
  for (let n = words; n > 0; n -= 2, x += 8, y += 8, bias += 16, factors += 16, w += filter) {
    let a = v128.load(bias);
    let b = a;
    let c = a;
    let d = a;
    let s: v128;
    let p = x;
    let q = w;
    for (let r = rows; r > 0; r--, p += row, q += 48) {
      const x0 = before > 0 ? none : v128.load64_zero(p);
      const x1 = before > 1 ? none : v128.load64_zero(p + pixel);
      s = pairOf(x0, x1);
      a = i32x4.add(a, i32x4.dot_i16x8_s(s, v128.load(q)));
      const x2 = v128.load64_zero(p + p2);
      s = pairOf(x1, x2);
      b = i32x4.add(b, i32x4.dot_i16x8_s(s, v128.load(q)));
      const x3 = v128.load64_zero(p + p3);
      s = pairOf(x2, x3);
      a = i32x4.add(a, i32x4.dot_i16x8_s(s, v128.load(q, 16)));
      c = i32x4.add(c, i32x4.dot_i16x8_s(s, v128.load(q)));
      const x4 = v128.load64_zero(p + p4);
      s = pairOf(x3, x4);
      b = i32x4.add(b, i32x4.dot_i16x8_s(s, v128.load(q, 16)));
      d = i32x4.add(d, i32x4.dot_i16x8_s(s, v128.load(q)));
      if (!p) break;
      const x5 = v128.load64_zero(p + p5);
      s = pairOf(x4, x5);
      a = i32x4.add(a, i32x4.dot_i16x8_s(s, v128.load(q, 32)));
      c = i32x4.add(c, i32x4.dot_i16x8_s(s, v128.load(q, 16)));
      const x6 = after > 1 ? none : v128.load64_zero(p + p6);
      s = pairOf(x5, x6);
      b = i32x4.add(b, i32x4.dot_i16x8_s(s, v128.load(q, 32)));
      d = i32x4.add(d, i32x4.dot_i16x8_s(s, v128.load(q, 16)));
      const x7 = after > 0 ? none : v128.load64_zero(p + p7);
      s = pairOf(x6, x7);
      c = i32x4.add(c, i32x4.dot_i16x8_s(s, v128.load(q, 32)));
      s = pairOf(x7, none);
      d = i32x4.add(d, i32x4.dot_i16x8_s(s, v128.load(q, 32)));
    }
    storeColumns(y, pixel, a, b, factors, n, lo, hi);
    storeColumns(y + p2, pixel, c, d, factors, n, lo, hi);
  }
}

/** Filters 5 wide, stride 2. */
export function fourColumns5By2(
  y: usize,
  x: usize,
  w: usize,
  bias: usize,
  factors: usize,
  words: i32,
  row: usize,
  rows: i32,
  filter: usize,
  before: i32,
  after: i32,
  lo: v128,
  hi: v128,
): void {
  const none = f32x4.splat(0);
  const pixel = bytesOf(words);
  const p2 = pixel * 2;
  const p3 = pixel * 3;
  const p4 = pixel * 4;
  const p5 = pixel * 5;
  const p6 = pixel * 6;
  const p7 = pixel * 7;
  const p8 = pixel * 8;
  const p9 = pixel * 9;
  const p10 = pixel * 10;
  for (let n = words; n > 0; n -= 2, x += 8, y += 8, bias += 16, factors += 16, w += filter) {
    let a = v128.load(bias);
    let b = a;
    let c = a;
    let d = a;
    let s: v128;
    let p = x;
    let q = w;
    for (let r = rows; r > 0; r--, p += row, q += 48) {
      const x0 = before > 0 ? none : v128.load64_zero(p);
      const x1 = before > 1 ? none : v128.load64_zero(p + pixel);
      s = pairOf(x0, x1);
      a = i32x4.add(a, i32x4.dot_i16x8_s(s, v128.load(q)));
      const x2 = v128.load64_zero(p + p2);
      const x3 = v128.load64_zero(p + p3);
      s = pairOf(x2, x3);
      a = i32x4.add(a, i32x4.dot_i16x8_s(s, v128.load(q, 16)));
      b = i32x4.add(b, i32x4.dot_i16x8_s(s, v128.load(q)));
      const x4 = v128.load64_zero(p + p4);
      const x5 = v128.load64_zero(p + p5);
      s = pairOf(x4, x5);
      a = i32x4.add(a, i32x4.dot_i16x8_s(s, v128.load(q, 32)));
      b = i32x4.add(b, i32x4.dot_i16x8_s(s, v128.load(q, 16)));
      c = i32x4.add(c, i32x4.dot_i16x8_s(s, v128.load(q)));
      if (!p) break;
      const x6 = v128.load64_zero(p + p6);
      const x7 = v128.load64_zero(p + p7);
      s = pairOf(x6, x7);
      b = i32x4.add(b, i32x4.dot_i16x8_s(s, v128.load(q, 32)));
      c = i32x4.add(c, i32x4.dot_i16x8_s(s, v128.load(q, 16)));
      d = i32x4.add(d, i32x4.dot_i16x8_s(s, v128.load(q)));
      const x8 = v128.load64_zero(p + p8);
      const x9 = after > 1 ? none : v128.load64_zero(p + p9);
      s = pairOf(x8, x9);
      c = i32x4.add(c, i32x4.dot_i16x8_s(s, v128.load(q, 32)));
      d = i32x4.add(d, i32x4.dot_i16x8_s(s, v128.load(q, 16)));
      const x10 = after > 0 ? none : v128.load64_zero(p + p10);
      s = pairOf(x10, none);
      d = i32x4.add(d, i32x4.dot_i16x8_s(s, v128.load(q, 32)));
    }
    storeColumns(y, pixel, a, b, factors, n, lo, hi);
    storeColumns(y + p2, pixel, c, d, factors, n, lo, hi);
  }
}
