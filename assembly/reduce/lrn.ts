// Local response normalisation: divides each value by a power of the sum of its neighbours' squares across channels.

import { firstLanes } from '../shared/lanes';
import { exp, log } from '../shared/math';
import { madd, storeLanes } from '../shared/lanes';
import { bytesOf } from '../shared/words';

/**
 * y[r][c] = x[r][c] / (bias + factor * sum over j of x[r][c + j]^2)^beta, j from -before to after within the channels
 *
 * `scratch` has room for before + channels + after + 4 floats. `y` may be `x`.
 */
export function lrn(
  y: usize,
  x: usize,
  scratch: usize,
  rows: i32,
  channels: i32,
  before: i32,
  after: i32,
  factor: f32,
  beta: f32,
  bias: f32,
): void {
  const zero = f32x4.splat(0);
  const factors = f32x4.splat(factor);
  const base = f32x4.splat(bias);
  const row = bytesOf(channels);
  const power = f32x4.splat(-beta);
  const middle = scratch + bytesOf(before);
  const window = before + 1 + after;
  memory.fill(scratch, 0, bytesOf(before + channels + after + 4));
  for (let r = 0; r < rows; r++, x += row, y += row) {
    square(middle, x, channels);
    for (let n = channels, i: usize = 0; n > 0; n -= 4, i += 16) {
      let sum = zero;
      let p = scratch + i;
      for (let k = window; k > 0; k--, p += 4) sum = f32x4.add(sum, v128.load(p));
      sum = madd(sum, factors, base);
      const divisor = beta == 0.75 ? f32x4.sqrt(f32x4.mul(sum, f32x4.sqrt(sum))) : exp(f32x4.mul(power, log(sum)));
      const v = v128.load(x + i);
      storeLanes(y + i, beta == 0.75 ? f32x4.div(v, divisor) : f32x4.mul(v, divisor), n);
    }
  }
}

/** squares[c] = x[c]^2; lanes past the last channel become 0 */
// @ts-ignore: decorator
@inline
function square(squares: usize, x: usize, channels: i32): void {
  let n = channels;
  for (; n >= 4; n -= 4, x += 16, squares += 16) v128.store(squares, f32x4.mul(v128.load(x), v128.load(x)));
  if (n > 0) {
    const v = v128.and(v128.load(x), firstLanes(n));
    v128.store(squares, f32x4.mul(v, v));
  }
}
