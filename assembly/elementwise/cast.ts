// Conversions between types. `y` may always be `x`.

import { storeLanes } from '../shared/lanes';

/** y[i] = x[i], rounded towards zero and clamped to 32 bits; 0 for NaN */
export function floatToInt(y: usize, x: usize, length: i32): void {
  for (; length > 0; length -= 4, y += 16, x += 16) storeLanes(y, i32x4.trunc_sat_f32x4_s(v128.load(x)), length);
}

/** y[i] = x[i], rounded to the nearest float */
export function intToFloat(y: usize, x: usize, length: i32): void {
  for (; length > 0; length -= 4, y += 16, x += 16) storeLanes(y, f32x4.convert_i32x4_s(v128.load(x)), length);
}

/** y[i] = x[i] != 0 ? 1 : 0 */
export function floatToBool(y: usize, x: usize, length: i32): void {
  const zero = f32x4.splat(0);
  for (; length > 0; length -= 4, y += 16, x += 16) {
    storeLanes(y, i32x4.shr_u(f32x4.ne(v128.load(x), zero), 31), length);
  }
}

/** y[i] = x[i] != 0 ? 1 : 0 */
export function intToBool(y: usize, x: usize, length: i32): void {
  const zero = i32x4.splat(0);
  for (; length > 0; length -= 4, y += 16, x += 16) {
    storeLanes(y, i32x4.shr_u(i32x4.ne(v128.load(x), zero), 31), length);
  }
}
