// Transforms weights of Winograd's convolutions, once per model.

import { bytesOf } from '../shared/words';

/** Bytes of a row of G, and of a pair of doubles. */
const ROW: usize = 24;
const PAIR: usize = 16;

/**
 * y[i * n + j][k] = sum over r, s of G[i][r] * y[r * 3 + s][k] * G[j][s] for the n x n places of a tile
 *
 * The first nine places of `y`, of `count` floats each, hold the taps of the filters; G is at `factors`, [n][3] doubles.
 * `spare` has room for 18 vectors. Sums are in double precision, rounded once. 0 is added, because the biases of panels are among
 * the floats: -0 becomes 0.
 */
export function winogradWeights(y: usize, count: i32, factors: usize, n: i32, spare: usize): void {
  const plane = bytesOf(count);
  const rows = factors + <usize>n * ROW;
  for (const end = y + plane; y < end; y += 16) {
    let from = y;
    for (let to = spare, last = spare + 18 * PAIR; to < last; to += 2 * PAIR, from += plane) {
      v128.store(to, f64x2.promote_low_f32x4(v128.load64_zero(from)));
      v128.store(to, f64x2.promote_low_f32x4(v128.load64_zero(from, 8)), PAIR);
    }
    let to = y;
    for (let left = factors; left < rows; left += ROW) {
      const a0 = weighted(left, spare, 0);
      const a1 = weighted(left, spare, PAIR);
      const b0 = weighted(left, spare, 2 * PAIR);
      const b1 = weighted(left, spare, 3 * PAIR);
      const c0 = weighted(left, spare, 4 * PAIR);
      const c1 = weighted(left, spare, 5 * PAIR);
      for (let right = factors; right < rows; right += ROW, to += plane) {
        const low = f32x4.demote_f64x2_zero(combined(right, a0, b0, c0));
        const high = f32x4.demote_f64x2_zero(combined(right, a1, b1, c1));
        v128.store(to, f32x4.add(v128.shuffle<f32>(low, high, 0, 1, 4, 5), f32x4.splat(0)));
      }
    }
  }
}

/** A column of the filters, weighted by a row of G. */
// @ts-ignore: decorator
@inline
function weighted(row: usize, spare: usize, place: usize): v128 {
  const at = spare + place;
  return combined(row, v128.load(at), v128.load(at, 6 * PAIR), v128.load(at, 12 * PAIR));
}

/** a, b and c, weighted by a row of G. */
// @ts-ignore: decorator
@inline
function combined(row: usize, a: v128, b: v128, c: v128): v128 {
  const sum = f64x2.add(f64x2.mul(f64x2.splat(load<f64>(row)), a), f64x2.mul(f64x2.splat(load<f64>(row, 8)), b));
  return f64x2.add(sum, f64x2.mul(f64x2.splat(load<f64>(row, 16)), c));
}
