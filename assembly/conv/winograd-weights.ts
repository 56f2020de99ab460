// Transforms weights of Winograd's convolutions, once per model.

import { bytesOf } from '../shared/words';

/** Bytes of a row of G, and of a pair of doubles. */
const ROW: usize = 24;
const PAIR: usize = 16;

/**
 * y[i * n + j][k] = sum over r, s of G[i][r] * y[r * 3 + s][k] * G[j][s] for the n x n places of a tile
 *
 * The first nine places of `y`, of `count` floats each, hold the taps of the filters; G is at `factors`, [n][3] doubles.
 * `spare` has room for 24 vectors: those of the taps, then three columns of sums, two vectors each. Sums are in double
 * precision, rounded once. 0 is added, because the biases of panels are among the floats: -0 becomes 0.
 */
export function winogradWeights(y: usize, count: i32, factors: usize, n: i32, spare: usize): void {
  const plane = bytesOf(count);
  const rows = factors + <usize>n * ROW;
  const columns = spare + 6 * PAIR;
  for (const end = y + plane; y < end; y += 16) {
    let from = y;
    for (let to = spare, last = spare + 18 * PAIR; to < last; to += 2 * PAIR, from += plane) {
      v128.store(to, f64x2.promote_low_f32x4(v128.load64_zero(from)));
      v128.store(to, f64x2.promote_low_f32x4(v128.load64_zero(from, 8)), PAIR);
    }
    let to = y;
    for (let left = factors; left < rows; left += ROW) {
      for (let at = spare; at < columns; at += PAIR) v128.store(at, combined(left, at, 6 * PAIR), 18 * PAIR);
      for (let right = factors; right < rows; right += ROW, to += plane) {
        const low = f32x4.demote_f64x2_zero(combined(right, columns + 12 * PAIR, 2 * PAIR));
        const high = f32x4.demote_f64x2_zero(combined(right, columns + 13 * PAIR, 2 * PAIR));
        v128.store(to, f32x4.add(v128.shuffle<f32>(low, high, 0, 1, 4, 5), f32x4.splat(0)));
      }
    }
  }
}

/** Three pairs, `step` bytes apart, weighted by a row of G. */
// @ts-ignore: decorator
@inline
function combined(row: usize, at: usize, step: usize): v128 {
  const sum = f64x2.add(
    f64x2.mul(f64x2.splat(load<f64>(row)), v128.load(at)),
    f64x2.mul(f64x2.splat(load<f64>(row, 8)), v128.load(at + step)),
  );
  return f64x2.add(sum, f64x2.mul(f64x2.splat(load<f64>(row, 16)), v128.load(at + 2 * step)));
}
