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
