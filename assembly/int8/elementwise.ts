// Sums, products and functions of int8 values, word by word: two integers of 16 bits at a time.

import { requantize, roundWithin, storePairs } from './requantize';
import { bytesOf } from '../shared/words';

/** y[i] = round(a[i] * aFactor + b[i] * bFactor) within `low` and `high` for the integers of `words` words */
export function addInt8(
  y: usize,
  a: usize,
  b: usize,
  words: i32,
  aFactor: f32,
  bFactor: f32,
  low: f32,
  high: f32,
): void {
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  const af = f32x4.splat(aFactor);
  const bf = f32x4.splat(bFactor);
  for (let n = words; n > 0; n -= 4, y += 16, a += 16, b += 16) {
    const p = v128.load(a);
    const q = v128.load(b);
    const first = f32x4.add(
      f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(p)), af),
      f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(q)), bf),
    );
    const second = f32x4.add(
      f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(p)), af),
      f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(q)), bf),
    );
    const sums = i16x8.narrow_i32x4_s(roundWithin(first, lo, hi), roundWithin(second, lo, hi));
    if (n >= 4) v128.store(y, sums);
    else storePairs(y, sums, n * 2);
  }
}

/**
 * y[p][i] = round(a[p][i] * b[p][i] * factor) within `low` and `high` for `rows` rows of `words` words; rows of `b` are `bStep`
 * bytes apart
 */
export function mulInt8(
  y: usize,
  a: usize,
  b: usize,
  rows: i32,
  words: i32,
  bStep: i32,
  factor: f32,
  low: f32,
  high: f32,
): void {
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  const by = f32x4.splat(factor);
  for (let r = 0; r < rows; r++, b += bStep) {
    let q = b;
    for (let n = words; n > 0; n -= 4, q += 16) {
      const left = v128.load(a);
      const right = v128.load(q);
      const products = i16x8.narrow_i32x4_s(
        requantize(i32x4.extmul_low_i16x8_s(left, right), by, lo, hi),
        requantize(i32x4.extmul_high_i16x8_s(left, right), by, lo, hi),
      );
      if (n >= 4) v128.store(y, products);
      else storePairs(y, products, n * 2);
      const step = bytesOf(min(n, 4));
      y += step;
      a += step;
    }
  }
}

/** y[i] = table[x[i] + 255] for the integers of `words` words; the table has 512 integers of 16 bits. */
export function mapInt8(y: usize, x: usize, words: i32, table: usize): void {
  for (let n = words; n > 0; n--, y += 4, x += 4) {
    store<u16>(y, load<u16>(table + placeOf(load<i16>(x))));
    store<u16>(y, load<u16>(table + placeOf(load<i16>(x, 2))), 2);
  }
}

/** Where the result for an integer is. What is beside an odd channel may be any number. */
// @ts-ignore: decorator
@inline
function placeOf(x: i16): usize {
  return (<usize>((<i32>x + 255) & 511)) << 1;
}
