// Index of the largest value along an axis.

import { firstLanes } from '../shared/lanes';
import { storeLanes } from '../shared/lanes';
import { bytesOf } from '../shared/words';

/**
 * y[o][i] = the a for which sign * x[o][a][i] is largest; ties go to the first, or to the last if `last` is 1
 *
 * `y` is i32. NaN is never the largest.
 */
export function argmax(y: usize, x: usize, outer: i32, axis: i32, inner: i32, sign: f32, last: i32): void {
  if (inner == 1) alongRows(y, x, outer, axis, sign, last);
  else acrossColumns(y, x, outer, axis, inner, sign, last);
}

/** Adjacent elements belong to different results: one per lane. */
function acrossColumns(y: usize, x: usize, outer: i32, axis: i32, inner: i32, sign: f32, last: i32): void {
  const signs = f32x4.splat(sign);
  const equalToo = i32x4.splat(-last);
  const one = i32x4.splat(1);
  const step = bytesOf(inner);
  for (let o = 0; o < outer; o++, x += step * axis, y += step) {
    let column = x;
    let target = y;
    for (let n = inner; n > 0; n -= 4, column += 16, target += 16) {
      let best = f32x4.splat(-Infinity);
      let place = i32x4.splat(0);
      let index = place;
      let p = column;
      for (let k = axis; k > 0; k--, p += step) {
        const v = f32x4.mul(v128.load(p), signs);
        const better = v128.or(f32x4.gt(v, best), v128.and(f32x4.eq(v, best), equalToo));
        best = v128.bitselect(v, best, better);
        place = v128.bitselect(index, place, better);
        index = i32x4.add(index, one);
      }
      storeLanes(target, place, n);
    }
  }
}

/** The values of an axis are contiguous: the best of each lane, then the best of the four lanes. */
function alongRows(y: usize, x: usize, outer: i32, axis: i32, sign: f32, last: i32): void {
  const signs = f32x4.splat(sign);
  const equalToo = i32x4.splat(-last);
  const four = i32x4.splat(4);
  for (let o = 0; o < outer; o++, y += 4, x += bytesOf(axis)) {
    let best = f32x4.splat(-Infinity);
    let place = i32x4.splat(0);
    let index = i32x4(0, 1, 2, 3);
    let p = x;
    for (let n = axis; n > 0; n -= 4, p += 16) {
      const v = f32x4.mul(v128.load(p), signs);
      let better = v128.or(f32x4.gt(v, best), v128.and(f32x4.eq(v, best), equalToo));
      if (n < 4) better = v128.and(better, firstLanes(n));
      best = v128.bitselect(v, best, better);
      place = v128.bitselect(index, place, better);
      index = i32x4.add(index, four);
    }
    store<i32>(y, bestPlace(best, place, last));
  }
}

/** The index of the best lane; ties go to the smallest index, or to the largest if `last` is 1. */
// @ts-ignore: decorator
@inline
function bestPlace(best: v128, place: v128, last: i32): i32 {
  let value = f32x4.extract_lane(best, 0);
  let at = i32x4.extract_lane(place, 0);
  for (let lane = 1; lane < 4; lane++) {
    best = i32x4.shuffle(best, best, 1, 2, 3, 0);
    place = i32x4.shuffle(place, place, 1, 2, 3, 0);
    const v = f32x4.extract_lane(best, 0);
    const i = i32x4.extract_lane(place, 0);
    if (v > value || (v == value && (last ? i > at : i < at))) {
      value = v;
      at = i;
    }
  }
  return at;
}
