// Clamps the values of an array.

import { clamp, storeLanes } from '../shared/lanes';

/** y[i] = min(max(x[i], low), high); a NaN stays a NaN. `y` may be `x`. */
export function clip(y: usize, x: usize, length: i32, low: f32, high: f32): void {
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  for (; length > 0; length -= 4, y += 16, x += 16) storeLanes(y, clamp(v128.load(x), lo, hi), length);
}
