// Between floats and the integers of int8 values.

import { roundWithin, storePairs } from './requantize';
import { firstLanes, storeLanes } from '../shared/lanes';
import { bytesOf } from '../shared/words';

/** y[p][i] = round(x[p][i] / scale) within `low` and `high`; a row of `y` has a zero at the end if `channels` is odd. */
export function quantizeInt8(y: usize, x: usize, rows: i32, channels: i32, scale: f32, low: f32, high: f32): void {
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  const by = f32x4.splat(scale);
  for (let r = 0; r < rows; r++) {
    let n = channels;
    for (; n >= 4; n -= 4, x += 16, y += 8) {
      const four = roundWithin(f32x4.div(v128.load(x), by), lo, hi);
      v128.store64_lane(y, i16x8.narrow_i32x4_s(four, four), 0);
    }
    if (n > 0) {
      const four = v128.and(roundWithin(f32x4.div(v128.load(x), by), lo, hi), firstLanes(n));
      storePairs(y, i16x8.narrow_i32x4_s(four, four), (n + 1) & ~1);
      x += bytesOf(n);
      y += bytesOf((n + 1) >> 1);
    }
  }
}

/**
 * y[n][p][i] = round(x[n][i][p] / scale) within `low` and `high`, for `samples` images of `channels` planes of `pixels` floats, of
 * which the pixels `first` to `last` - 1 are computed; a pixel of `y` has a zero at the end if `channels` is odd
 */
export function quantizePlanesInt8(
  y: usize,
  x: usize,
  samples: i32,
  channels: i32,
  pixels: i32,
  first: i32,
  last: i32,
  scale: f32,
  low: f32,
  high: f32,
): void {
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  const by = f32x4.splat(scale);
  const plane = bytesOf(pixels);
  const pixel = bytesOf((channels + 1) >> 1);
  for (; samples > 0; samples--, y += pixel * pixels) {
    for (let c = channels, word = y + pixel * first; c > 0; c -= 2, word += 4, x += plane * 2) {
      let to = word;
      let from = x + bytesOf(first);
      for (let n = last - first; n > 0; n -= 4, from += 16, to += pixel * 4) {
        const even = roundWithin(f32x4.div(v128.load(from), by), lo, hi);
        const odd = c > 1 ? roundWithin(f32x4.div(v128.load(from + plane), by), lo, hi) : i32x4.splat(0);
        storeWords(to, pixel, v128.or(v128.and(even, i32x4.splat(0xffff)), i32x4.shl(odd, 16)), n);
      }
    }
    if (channels & 1) x -= plane;
  }
}

/** Stores the first four words, or `count`, if there are fewer, `step` bytes apart. */
// @ts-ignore: decorator
@inline
function storeWords(y: usize, step: usize, words: v128, count: i32): void {
  v128.store32_lane(y, words, 0);
  if (count > 1) v128.store32_lane(y + step, words, 1);
  if (count > 2) v128.store32_lane(y + step * 2, words, 2);
  if (count > 3) v128.store32_lane(y + step * 3, words, 3);
}

/** y[p][i] = x[p][i] * scale; a row of `x` has another integer at the end if `channels` is odd. */
export function dequantizeInt8(y: usize, x: usize, rows: i32, channels: i32, scale: f32): void {
  const by = f32x4.splat(scale);
  for (let r = 0; r < rows; r++) {
    for (let n = channels; n > 0; n -= 4) {
      const four = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(v128.load64_zero(x)));
      storeLanes(y, f32x4.mul(four, by), n);
      const stored = min(n, 4);
      x += bytesOf((stored + 1) >> 1);
      y += bytesOf(stored);
    }
  }
}
