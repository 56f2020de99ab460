// Softmax and its logarithm along an axis.

import { firstLanes, maxLanes, sumLanes } from '../shared/lanes';
import { exp, inlineExp, log } from '../shared/math';
import { storeLanes } from '../shared/lanes';
import { bytesOf } from '../shared/words';

/** y[o][a][i] = exp(x[o][a][i] - most) / sum over a of exp(x[o][a][i] - most), most = max over a; `y` may be `x` */
export function softmax(y: usize, x: usize, outer: i32, axis: i32, inner: i32): void {
  if (inner == 1) {
    for (let o = 0; o < outer; o++, x += bytesOf(axis), y += bytesOf(axis)) softmaxRow(y, x, axis);
    return;
  }
  const step = bytesOf(inner);
  const one = f32x4.splat(1);
  for (let o = 0; o < outer; o++, x += step * axis, y += step * axis) {
    let from = x;
    let to = y;
    for (let n = inner; n > 0; n -= 4, from += 16, to += 16) {
      const most = columnMax(from, step, axis);
      let sum = f32x4.splat(0);
      let p = from;
      let q = to;
      for (let k = axis; k > 0; k--, p += step, q += step) {
        const e = inlineExp(f32x4.sub(v128.load(p), most));
        sum = f32x4.add(sum, e);
        storeLanes(q, e, n);
      }
      const factor = f32x4.div(one, sum);
      q = to;
      for (let k = axis; k > 0; k--, q += step) storeLanes(q, f32x4.mul(v128.load(q), factor), n);
    }
  }
}

/** y[o][a][i] = x[o][a][i] - most - log(sum over a of exp(x[o][a][i] - most)), most = max over a; `y` may be `x` */
export function logSoftmax(y: usize, x: usize, outer: i32, axis: i32, inner: i32): void {
  if (inner == 1) {
    for (let o = 0; o < outer; o++, x += bytesOf(axis), y += bytesOf(axis)) logSoftmaxRow(y, x, axis);
    return;
  }
  const step = bytesOf(inner);
  for (let o = 0; o < outer; o++, x += step * axis, y += step * axis) {
    let from = x;
    let to = y;
    for (let n = inner; n > 0; n -= 4, from += 16, to += 16) {
      const most = columnMax(from, step, axis);
      let sum = f32x4.splat(0);
      let p = from;
      let q = to;
      for (let k = axis; k > 0; k--, p += step) sum = f32x4.add(sum, exp(f32x4.sub(v128.load(p), most)));
      const logSum = log(sum);
      p = from;
      for (let k = axis; k > 0; k--, p += step, q += step) {
        storeLanes(q, f32x4.sub(f32x4.sub(v128.load(p), most), logSum), n);
      }
    }
  }
}

/** Softmax of a contiguous row. */
function softmaxRow(y: usize, x: usize, length: i32): void {
  const most = rowMax(x, length);
  const first = y;
  let sum = f32x4.splat(0);
  let n = length;
  for (; n >= 4; n -= 4, x += 16, y += 16) {
    const e = inlineExp(f32x4.sub(v128.load(x), most));
    sum = f32x4.add(sum, e);
    v128.store(y, e);
  }
  if (n > 0) {
    const e = exp(f32x4.sub(v128.load(x), most));
    sum = f32x4.add(sum, v128.and(e, firstLanes(n)));
    storeLanes(y, e, n);
  }
  const factor = f32x4.div(f32x4.splat(1), sumLanes(sum));
  y = first;
  for (n = length; n >= 4; n -= 4, y += 16) v128.store(y, f32x4.mul(v128.load(y), factor));
  if (n > 0) storeLanes(y, f32x4.mul(v128.load(y), factor), n);
}

/** The logarithm of the softmax of a contiguous row. */
function logSoftmaxRow(y: usize, x: usize, length: i32): void {
  const most = rowMax(x, length);
  let sum = f32x4.splat(0);
  let p = x;
  let n = length;
  for (; n >= 4; n -= 4, p += 16) sum = f32x4.add(sum, exp(f32x4.sub(v128.load(p), most)));
  if (n > 0) sum = f32x4.add(sum, v128.and(exp(f32x4.sub(v128.load(p), most)), firstLanes(n)));
  const logSum = log(sumLanes(sum));
  for (n = length; n > 0; n -= 4, x += 16, y += 16) {
    storeLanes(y, f32x4.sub(f32x4.sub(v128.load(x), most), logSum), n);
  }
}

/** The maximum of `length` contiguous values, in all lanes. */
// @ts-ignore: decorator
@inline
function rowMax(x: usize, length: i32): v128 {
  const least = f32x4.splat(-Infinity);
  let most = least;
  let n = length;
  for (; n >= 4; n -= 4, x += 16) most = f32x4.pmax(most, v128.load(x));
  if (n > 0) most = f32x4.pmax(most, v128.bitselect(v128.load(x), least, firstLanes(n)));
  return maxLanes(most);
}

/** The maximum of `axis` values that are `step` bytes apart, for each lane. */
// @ts-ignore: decorator
@inline
function columnMax(x: usize, step: usize, axis: i32): v128 {
  let most = v128.load(x);
  for (let k = axis; k > 1; k--) {
    x += step;
    most = f32x4.pmax(most, v128.load(x));
  }
  return most;
}
