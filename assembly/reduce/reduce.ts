// Reduces an axis to one value: sums, products, maxima, minima.

import { exp, log } from '../shared/math';
import { firstLanes, swapHalves, swapPairs } from '../shared/lanes';
import { madd, storeLanes } from '../shared/lanes';
import { bytesOf } from '../shared/words';

// Kinds of reductions. Always a constant argument of an inlined function.
const SUM: i32 = 0;
const ABS: i32 = 1;
const SQUARES: i32 = 2;
const MAX: i32 = 3;
const MIN: i32 = 4;
const PRODUCT: i32 = 5;

/** y[o][i] = scale * sum over a of x[o][a][i] */
export function reduceSum(y: usize, x: usize, outer: i32, axis: i32, inner: i32, scale: f32): void {
  reduce(SUM, y, x, outer, axis, inner, scale);
}

/** y[o][i] = sum over a of |x[o][a][i]| */
export function reduceAbs(y: usize, x: usize, outer: i32, axis: i32, inner: i32): void {
  reduce(ABS, y, x, outer, axis, inner, 1);
}

/** y[o][i] = sum over a of x[o][a][i]^2 */
export function reduceSquares(y: usize, x: usize, outer: i32, axis: i32, inner: i32): void {
  reduce(SQUARES, y, x, outer, axis, inner, 1);
}

/** y[o][i] = max over a of x[o][a][i] */
export function reduceMax(y: usize, x: usize, outer: i32, axis: i32, inner: i32): void {
  reduce(MAX, y, x, outer, axis, inner, 1);
}

/** y[o][i] = min over a of x[o][a][i] */
export function reduceMin(y: usize, x: usize, outer: i32, axis: i32, inner: i32): void {
  reduce(MIN, y, x, outer, axis, inner, 1);
}

/** y[o][i] = product over a of x[o][a][i] */
export function reduceProduct(y: usize, x: usize, outer: i32, axis: i32, inner: i32): void {
  reduce(PRODUCT, y, x, outer, axis, inner, 1);
}

/** y[i] = sqrt(y[i]) */
export function reduceRoot(y: usize, count: i32): void {
  for (; count > 0; count -= 4, y += 16) storeLanes(y, f32x4.sqrt(v128.load(y)), count);
}

/** y[i] = log(y[i]) */
export function reduceLog(y: usize, count: i32): void {
  for (; count > 0; count -= 4, y += 16) storeLanes(y, log(v128.load(y)), count);
}

/** y[o][i] = log(sum over a of exp(x[o][a][i])) without overflow; `y` holds the maxima from `reduceMax` */
export function reduceLogSumExp(y: usize, x: usize, outer: i32, axis: i32, inner: i32): void {
  const step = bytesOf(inner);
  const zero = f32x4.splat(0);
  const huge = f32x4.splat(Infinity);
  for (let o = 0; o < outer; o++, x += step * axis, y += step) {
    let column = x;
    let target = y;
    for (let n = inner; n > 0; n -= 4, column += 16, target += 16) {
      const most = v128.load(target);
      const shift = v128.and(most, f32x4.lt(f32x4.abs(most), huge));
      let a = zero;
      let p = column;
      for (let k = axis; k > 0; k--, p += step) a = f32x4.add(a, exp(f32x4.sub(v128.load(p), shift)));
      storeLanes(target, f32x4.add(log(a), shift), n);
    }
  }
}

// @ts-ignore: decorator
@inline
function reduce(kind: i32, y: usize, x: usize, outer: i32, axis: i32, inner: i32, scale: f32): void {
  if (inner == 1) reduceRows(kind, y, x, outer, axis, scale);
  else reduceColumns(kind, y, x, outer, axis, inner, scale);
}

/** The values of an axis are contiguous: lanes run along it. */
// @ts-ignore: decorator
@inline
function reduceRows(kind: i32, y: usize, x: usize, outer: i32, axis: i32, scale: f32): void {
  const start = initial(kind);
  const rest = axis & 3;
  const mask = firstLanes(rest);
  for (let o = 0; o < outer; o++, y += 4) {
    let a = start;
    let b = start;
    let c = start;
    let d = start;
    let n = axis;
    for (; n >= 16; n -= 16, x += 64) {
      a = join(kind, a, v128.load(x));
      b = join(kind, b, v128.load(x, 16));
      c = join(kind, c, v128.load(x, 32));
      d = join(kind, d, v128.load(x, 48));
    }
    for (; n >= 4; n -= 4, x += 16) a = join(kind, a, v128.load(x));
    if (rest) b = join(kind, b, v128.bitselect(v128.load(x), start, mask));
    x += bytesOf(rest);
    a = merge(kind, merge(kind, a, b), merge(kind, c, d));
    a = merge(kind, a, swapHalves(a));
    a = merge(kind, a, swapPairs(a));
    store<f32>(y, f32x4.extract_lane(a, 0) * scale);
  }
}

/** Adjacent elements belong to different results: one per lane. */
// @ts-ignore: decorator
@inline
function reduceColumns(kind: i32, y: usize, x: usize, outer: i32, axis: i32, inner: i32, scale: f32): void {
  const start = initial(kind);
  const factor = f32x4.splat(scale);
  const step = bytesOf(inner);
  for (let o = 0; o < outer; o++, x += step * axis, y += step) {
    let column = x;
    let target = y;
    let n = inner;
    for (; n >= 16; n -= 16, column += 64, target += 64) {
      let a = start;
      let b = start;
      let c = start;
      let d = start;
      let p = column;
      for (let k = axis; k > 0; k--, p += step) {
        a = join(kind, a, v128.load(p));
        b = join(kind, b, v128.load(p, 16));
        c = join(kind, c, v128.load(p, 32));
        d = join(kind, d, v128.load(p, 48));
      }
      v128.store(target, f32x4.mul(a, factor));
      v128.store(target, f32x4.mul(b, factor), 16);
      v128.store(target, f32x4.mul(c, factor), 32);
      v128.store(target, f32x4.mul(d, factor), 48);
    }
    for (; n > 0; n -= 4, column += 16, target += 16) {
      let a = start;
      let p = column;
      for (let k = axis; k > 0; k--, p += step) a = join(kind, a, v128.load(p));
      storeLanes(target, f32x4.mul(a, factor), n);
    }
  }
}

/** The neutral element. */
// @ts-ignore: decorator
@inline
function initial(kind: i32): v128 {
  return f32x4.splat(kind == MAX ? -Infinity : kind == MIN ? Infinity : kind == PRODUCT ? 1 : 0);
}

/** Adds a value to a result. */
// @ts-ignore: decorator
@inline
function join(kind: i32, a: v128, x: v128): v128 {
  if (kind == ABS) return f32x4.add(a, f32x4.abs(x));
  if (kind == SQUARES) return madd(x, x, a);
  return merge(kind, a, x);
}

/** Combines two results. */
// @ts-ignore: decorator
@inline
function merge(kind: i32, a: v128, b: v128): v128 {
  if (kind == MAX) return f32x4.pmax(a, b);
  if (kind == MIN) return f32x4.pmin(a, b);
  if (kind == PRODUCT) return f32x4.mul(a, b);
  return f32x4.add(a, b);
}
