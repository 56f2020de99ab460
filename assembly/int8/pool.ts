// Averages and maxima of int8 values over pixels.

import { requantize, storePairs } from './requantize';
import { bytesOf } from '../shared/words';

/**
 * y[i] = round(sum over p of x[p][i] * factor) within `low` and `high`, for `pixels` pixels of `words` words, of which the words
 * `first` to `last` - 1 are computed
 */
export function meanInt8(
  y: usize,
  x: usize,
  pixels: i32,
  words: i32,
  first: i32,
  last: i32,
  factor: f32,
  low: f32,
  high: f32,
): void {
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  const by = f32x4.splat(factor);
  const pixel = bytesOf(words);
  y += bytesOf(first);
  x += bytesOf(first);
  for (let n = last - first; n > 0; n -= 2, y += 8, x += 8) {
    let sum = i32x4.splat(0);
    let p = x;
    for (let m = pixels; m > 0; m--, p += pixel) sum = i32x4.add(sum, i32x4.extend_low_i16x8_s(v128.load64_zero(p)));
    const four = requantize(sum, by, lo, hi);
    storePairs(y, i16x8.narrow_i32x4_s(four, four), min(n, 2) * 2);
  }
}

/** y[m][i] = the maximum over t of x[windows[m] + taps[t]][i]; offsets are in bytes, pixels have `words` words */
export function maxInt8(y: usize, x: usize, windows: usize, taps: usize, pixels: i32, count: i32, words: i32): void {
  const end = taps + bytesOf(count);
  for (let m = 0; m < pixels; m++, windows += 4) {
    let from = x + load<u32>(windows);
    for (let n = words; n > 0; n -= 4, from += 16) {
      let most = v128.load(from + load<u32>(taps));
      for (let t = taps + 4; t < end; t += 4) most = i16x8.max_s(most, v128.load(from + load<u32>(t)));
      if (n >= 4) v128.store(y, most);
      else storePairs(y, most, n * 2);
      y += bytesOf(min(n, 4));
    }
  }
}
