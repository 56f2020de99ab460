// Normalisation by the mean and variance of the input itself: layer, instance and group normalisation.

import { firstLanes, sumLanes } from '../shared/lanes';
import { madd, storeLanes } from '../shared/lanes';
import { bytesOf } from '../shared/words';

/**
 * y[r][s][c] = (x[r][s][c] - mean) / sqrt(variance + epsilon) * scale[c] + bias[c], mean and variance over s and c
 *
 * `y` may be `x`.
 */
export function normalizeRows(
  y: usize,
  x: usize,
  scale: usize,
  bias: usize,
  rows: i32,
  repeats: i32,
  channels: i32,
  epsilon: f32,
): void {
  const length = repeats * channels;
  const factor: f32 = <f32>1 / <f32>length;
  for (let r = 0; r < rows; r++) {
    const mean = f32x4.splat(rowSum(x, length) * factor);
    const inverse = f32x4.splat(<f32>1 / sqrt<f32>(rowSquares(x, length, mean) * factor + epsilon));
    for (let s = 0; s < repeats; s++, x += bytesOf(channels), y += bytesOf(channels)) {
      let at: usize = 0;
      for (let n = channels; n > 0; n -= 4, at += 16) {
        const v = f32x4.mul(f32x4.sub(v128.load(x + at), mean), inverse);
        storeLanes(y + at, madd(v, v128.load(scale + at), v128.load(bias + at)), n);
      }
    }
  }
}

/**
 * y[o][s][c] = (x[o][s][c] - mean) / sqrt(variance + epsilon) * scale[c] + bias[c], mean and variance over s and the
 * channels of c's group, of which there are `groups` of equal size
 *
 * `scratch` has room for 2 * channels floats. `y` may be `x`.
 */
export function normalizeGroups(
  y: usize,
  x: usize,
  scale: usize,
  bias: usize,
  scratch: usize,
  outer: i32,
  size: i32,
  channels: i32,
  groups: i32,
  epsilon: f32,
): void {
  const step = bytesOf(channels);
  const means = scratch;
  const inverses = scratch + step;
  const width = channels / groups;
  const factor: f32 = <f32>1 / (<f32>size * <f32>width);
  const image = step * size;
  for (let o = 0; o < outer; o++, x += image, y += image) {
    columnSums(means, x, size, channels);
    spread(means, channels, width, factor);
    columnSquares(inverses, x, means, size, channels);
    spread(inverses, channels, width, factor);
    invert(inverses, channels, epsilon);
    for (let s = 0, at: usize = 0; s < size; s++, at += step) {
      let i: usize = 0;
      for (let n = channels; n > 0; n -= 4, i += 16) {
        const v = f32x4.mul(f32x4.sub(v128.load(x + at + i), v128.load(means + i)), v128.load(inverses + i));
        storeLanes(y + at + i, madd(v, v128.load(scale + i), v128.load(bias + i)), n);
      }
    }
  }
}

/** The sum of `length` contiguous values. */
// @ts-ignore: decorator
@inline
function rowSum(x: usize, length: i32): f32 {
  let a = f32x4.splat(0);
  let b = a;
  let n = length;
  for (; n >= 8; n -= 8, x += 32) {
    a = f32x4.add(a, v128.load(x));
    b = f32x4.add(b, v128.load(x, 16));
  }
  for (; n > 0; n -= 4, x += 16) a = f32x4.add(a, v128.and(v128.load(x), firstLanes(n)));
  return f32x4.extract_lane(sumLanes(f32x4.add(a, b)), 0);
}

/** The sum of the squared distances of `length` contiguous values from `mean`. */
// @ts-ignore: decorator
@inline
function rowSquares(x: usize, length: i32, mean: v128): f32 {
  let a = f32x4.splat(0);
  let b = a;
  let n = length;
  for (; n >= 8; n -= 8, x += 32) {
    const u = f32x4.sub(v128.load(x), mean);
    const v = f32x4.sub(v128.load(x, 16), mean);
    a = madd(u, u, a);
    b = madd(v, v, b);
  }
  for (; n > 0; n -= 4, x += 16) {
    const u = v128.and(f32x4.sub(v128.load(x), mean), firstLanes(n));
    a = madd(u, u, a);
  }
  return f32x4.extract_lane(sumLanes(f32x4.add(a, b)), 0);
}

/** sums[c] = sum over s of x[s][c] */
function columnSums(sums: usize, x: usize, size: i32, channels: i32): void {
  const step = bytesOf(channels);
  for (let n = channels; n > 0; n -= 4, x += 16, sums += 16) {
    let a = f32x4.splat(0);
    let p = x;
    for (let s = size; s > 0; s--, p += step) a = f32x4.add(a, v128.load(p));
    storeLanes(sums, a, n);
  }
}

/** sums[c] = sum over s of (x[s][c] - means[c])^2 */
function columnSquares(sums: usize, x: usize, means: usize, size: i32, channels: i32): void {
  const step = bytesOf(channels);
  for (let n = channels; n > 0; n -= 4, x += 16, sums += 16, means += 16) {
    let a = f32x4.splat(0);
    let p = x;
    const mean = v128.load(means);
    for (let s = size; s > 0; s--, p += step) {
      const v = f32x4.sub(v128.load(p), mean);
      a = madd(v, v, a);
    }
    storeLanes(sums, a, n);
  }
}

/** Replaces every `width` contiguous values by their sum times `factor`. */
function spread(values: usize, channels: i32, width: i32, factor: f32): void {
  const step = bytesOf(width);
  for (const end = values + bytesOf(channels); values < end; values += step) {
    let sum: f32 = 0;
    for (let i: usize = 0; i < step; i += 4) sum += load<f32>(values + i);
    sum *= factor;
    for (let i: usize = 0; i < step; i += 4) store<f32>(values + i, sum);
  }
}

/** values[c] = 1 / sqrt(values[c] + epsilon) */
function invert(values: usize, channels: i32, epsilon: f32): void {
  const small = f32x4.splat(epsilon);
  const one = f32x4.splat(1);
  for (let n = channels; n > 0; n -= 4, values += 16) {
    storeLanes(values, f32x4.div(one, f32x4.sqrt(f32x4.add(v128.load(values), small))), n);
  }
}
