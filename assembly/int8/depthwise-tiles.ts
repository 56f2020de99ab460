// Tiles of a depthwise convolution of integers: four neighbouring columns of a row. Each takes the addresses of its first output,
// of its first window, of the filters' first row, of the biases and factors; the words of a pixel, the bytes of a row of the
// image, how many rows of the filters are inside the image, and the bytes of a filter of four channels. Of the columns that
// windows read, the first `before` and the last `after` are outside the image, at most half a filter: they count as 0.
//
// Neighbouring columns are interleaved once for all windows in which both are taps of a pair.

import { pairOf, storeFour } from './depthwise-pairs';
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
  const pixel = bytesOf(words);
  const none = f32x4.splat(0);
  const p2 = pixel * 2;
  const p3 = pixel * 3;
  const p4 = pixel * 4;
  const p5 = pixel * 5;
  for (let n = words; n > 0; n -= 2, x += 8, y += 8, bias += 16, factors += 16, w += filter) {
    let a = v128.load(bias);
    let b = a;
    let c = a;
    let d = a;
    let p = x;
    let q = w;
    for (let r = rows; r > 0; r--, p += row, q += 32) {
      const w0 = v128.load(q);
      const w1 = v128.load(q, 16);
      const x0 = before > 0 ? none : v128.load64_zero(p);
      const x1 = v128.load64_zero(p + pixel);
      const x2 = v128.load64_zero(p + p2);
      const x3 = v128.load64_zero(p + p3);
      const x4 = v128.load64_zero(p + p4);
      const x5 = after > 0 ? none : v128.load64_zero(p + p5);
      const s0 = pairOf(x0, x1);
      a = i32x4.add(a, i32x4.dot_i16x8_s(s0, w0));
      const s1 = pairOf(x1, x2);
      b = i32x4.add(b, i32x4.dot_i16x8_s(s1, w0));
      const s2 = pairOf(x2, x3);
      a = i32x4.add(a, i32x4.dot_i16x8_s(s2, w1));
      c = i32x4.add(c, i32x4.dot_i16x8_s(s2, w0));
      const s3 = pairOf(x3, x4);
      b = i32x4.add(b, i32x4.dot_i16x8_s(s3, w1));
      d = i32x4.add(d, i32x4.dot_i16x8_s(s3, w0));
      const s4 = pairOf(x4, x5);
      c = i32x4.add(c, i32x4.dot_i16x8_s(s4, w1));
      const s5 = pairOf(x5, none);
      d = i32x4.add(d, i32x4.dot_i16x8_s(s5, w1));
    }
    storeFour(y, a, factors, n, lo, hi);
    storeFour(y + pixel, b, factors, n, lo, hi);
    storeFour(y + p2, c, factors, n, lo, hi);
    storeFour(y + p3, d, factors, n, lo, hi);
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
  const pixel = bytesOf(words);
  const none = f32x4.splat(0);
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
    let p = x;
    let q = w;
    for (let r = rows; r > 0; r--, p += row, q += 32) {
      const w0 = v128.load(q);
      const w1 = v128.load(q, 16);
      const x0 = before > 0 ? none : v128.load64_zero(p);
      const x1 = v128.load64_zero(p + pixel);
      const x2 = v128.load64_zero(p + p2);
      const x3 = v128.load64_zero(p + p3);
      const x4 = v128.load64_zero(p + p4);
      const x5 = v128.load64_zero(p + p5);
      const x6 = v128.load64_zero(p + p6);
      const x7 = v128.load64_zero(p + p7);
      const x8 = after > 0 ? none : v128.load64_zero(p + p8);
      const s0 = pairOf(x0, x1);
      a = i32x4.add(a, i32x4.dot_i16x8_s(s0, w0));
      const s2 = pairOf(x2, x3);
      a = i32x4.add(a, i32x4.dot_i16x8_s(s2, w1));
      b = i32x4.add(b, i32x4.dot_i16x8_s(s2, w0));
      const s4 = pairOf(x4, x5);
      b = i32x4.add(b, i32x4.dot_i16x8_s(s4, w1));
      c = i32x4.add(c, i32x4.dot_i16x8_s(s4, w0));
      const s6 = pairOf(x6, x7);
      c = i32x4.add(c, i32x4.dot_i16x8_s(s6, w1));
      d = i32x4.add(d, i32x4.dot_i16x8_s(s6, w0));
      const s8 = pairOf(x8, none);
      d = i32x4.add(d, i32x4.dot_i16x8_s(s8, w1));
    }
    storeFour(y, a, factors, n, lo, hi);
    storeFour(y + pixel, b, factors, n, lo, hi);
    storeFour(y + p2, c, factors, n, lo, hi);
    storeFour(y + p3, d, factors, n, lo, hi);
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
  const pixel = bytesOf(words);
  const none = f32x4.splat(0);
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
    let p = x;
    let q = w;
    for (let r = rows; r > 0; r--, p += row, q += 48) {
      const w0 = v128.load(q);
      const w1 = v128.load(q, 16);
      const w2 = v128.load(q, 32);
      const x0 = before > 0 ? none : v128.load64_zero(p);
      const x1 = before > 1 ? none : v128.load64_zero(p + pixel);
      const x2 = v128.load64_zero(p + p2);
      const x3 = v128.load64_zero(p + p3);
      const x4 = v128.load64_zero(p + p4);
      const x5 = v128.load64_zero(p + p5);
      const x6 = after > 1 ? none : v128.load64_zero(p + p6);
      const x7 = after > 0 ? none : v128.load64_zero(p + p7);
      const s0 = pairOf(x0, x1);
      a = i32x4.add(a, i32x4.dot_i16x8_s(s0, w0));
      const s1 = pairOf(x1, x2);
      b = i32x4.add(b, i32x4.dot_i16x8_s(s1, w0));
      const s2 = pairOf(x2, x3);
      a = i32x4.add(a, i32x4.dot_i16x8_s(s2, w1));
      c = i32x4.add(c, i32x4.dot_i16x8_s(s2, w0));
      const s3 = pairOf(x3, x4);
      b = i32x4.add(b, i32x4.dot_i16x8_s(s3, w1));
      d = i32x4.add(d, i32x4.dot_i16x8_s(s3, w0));
      const s4 = pairOf(x4, x5);
      a = i32x4.add(a, i32x4.dot_i16x8_s(s4, w2));
      c = i32x4.add(c, i32x4.dot_i16x8_s(s4, w1));
      const s5 = pairOf(x5, x6);
      b = i32x4.add(b, i32x4.dot_i16x8_s(s5, w2));
      d = i32x4.add(d, i32x4.dot_i16x8_s(s5, w1));
      const s6 = pairOf(x6, x7);
      c = i32x4.add(c, i32x4.dot_i16x8_s(s6, w2));
      const s7 = pairOf(x7, none);
      d = i32x4.add(d, i32x4.dot_i16x8_s(s7, w2));
    }
    storeFour(y, a, factors, n, lo, hi);
    storeFour(y + pixel, b, factors, n, lo, hi);
    storeFour(y + p2, c, factors, n, lo, hi);
    storeFour(y + p3, d, factors, n, lo, hi);
  }
}
