// The sigmoid and its product with x (SiLU, swish), in which detectors spend most of their elementwise time.

import { clamp, madd, storeLanes } from '../shared/lanes';

/** Bytes of a part, for which `spare` has room twice. */
const PART: i32 = 1024;

/**
 * y[i] = s(x[i]), or x[i] * s(x[i]) if `times` is 1, for s(x) = 1 / (1 + e ** (-alpha * x)); `y` may be `x`
 *
 * s is as accurate as `exp` in ../shared/math, but 0 below 4e-39. Three loops pass over each part of the data: a
 * processor overlaps many steps of a short chain of operations, but few of a long one (3.4 ns for a vector; 4.5 in two loops).
 * They test at their end: V8 makes the vectors of constants before such loops, but in each step of one that tests first.
 */
export function sigmoid(y: usize, x: usize, spare: usize, length: i32, alpha: f32, times: i32): void {
  for (let left = length * 4; left > 0; left -= PART, y += PART, x += PART) {
    const bytes = min(left, PART);
    reduce(spare, x, bytes, -alpha);
    exponential(spare, bytes);
    divide(y, x, spare, bytes, times);
  }
}

/** z = clamp(x * factor) as n * ln 2 + r: r to the first part of `spare`, 2 ** n to the second. */
function reduce(spare: usize, x: usize, bytes: usize, factor: f32): void {
  const factors = f32x4.splat(factor);
  const low = f32x4.splat(-88);
  const high = f32x4.splat(89); // 2 ** n is infinite, and so s is 0
  const perLn2 = f32x4.splat(1.44269504088896341);
  const rounding = f32x4.splat(12582912); // 1.5 * 2 ** 23: the low bits of a sum hold it as an integer
  const ln2High = f32x4.splat(-0.693359375); // Cephes expf.c: ln 2 in two parts
  const ln2Low = f32x4.splat(2.1219444e-4);
  const ones = f32x4.splat(1);
  let i: usize = 0;
  do {
    const z = clamp(f32x4.mul(v128.load(x + i), factors), low, high);
    const t = f32x4.add(f32x4.mul(z, perLn2), rounding);
    const n = f32x4.sub(t, rounding);
    v128.store(spare + i, madd(n, ln2Low, madd(n, ln2High, z)));
    v128.store(spare + i, i32x4.add(i32x4.shl(t, 23), ones), PART);
    i += 16;
  } while (i < bytes);
}

/** e ** r - 1 for r from -ln 2 / 2 to ln 2 / 2, in place. */
function exponential(spare: usize, bytes: usize): void {
  const c5 = f32x4.splat(1.98756915e-4); // Cephes expf.c, up to c0
  const c4 = f32x4.splat(1.3981999507e-3);
  const c3 = f32x4.splat(8.3334519073e-3);
  const c2 = f32x4.splat(4.1665795894e-2);
  const c1 = f32x4.splat(1.6666665459e-1);
  const c0 = f32x4.splat(5.0000001201e-1);
  let i: usize = 0;
  do {
    const r = v128.load(spare + i);
    const square = f32x4.mul(r, r);
    const p = madd(madd(madd(c5, r, c4), square, madd(c3, r, c2)), square, madd(c1, r, c0));
    v128.store(spare + i, madd(p, square, r));
    i += 16;
  } while (i < bytes);
}

/** 1 / (1 + e ** z), or x times it. */
function divide(y: usize, x: usize, spare: usize, bytes: usize, times: i32): void {
  const ones = f32x4.splat(1);
  let i: usize = 0;
  do {
    // 2 ** n may be infinite: times r and plus itself, r negative, it would be no number
    const e = f32x4.mul(f32x4.add(v128.load(spare + i), ones), v128.load(spare + i, PART));
    let s = f32x4.div(ones, f32x4.add(ones, e));
    if (times) s = f32x4.mul(s, v128.load(x + i));
    storeLanes(y + i, s, <i32>((bytes - i) >> 2));
    i += 16;
  } while (i < bytes);
}
