// Rows of pictures, resized as Pillow does it: bytes times weights with 22 bits after the point, in sums of 32 bits.
//
// A pixel is four bytes, of which the last has no meaning. Weights are 32 bits; each is high * 2^16 + low with halves of 16
// bits, signed, so that one instruction multiplies bytes by two halves and adds: the sum of the high halves times 2^16 plus
// the sum of the low halves is the sum of the weights, modulo 2^32. They lie in pairs: low, low, high, high.

import { bytesOf } from '../shared/words';

/** Bits after the point. */
const PRECISION: i32 = 22;

const PAIR: usize = 8;

/** 2^16 * high + low, rounded to integers. */
// @ts-ignore: decorator
@inline
function joined(low: v128, high: v128): v128 {
  const sum = i32x4.add(i32x4.shl(high, 16), low);
  return i32x4.shr_s(i32x4.add(sum, i32x4.splat(1 << (PRECISION - 1))), PRECISION);
}

/** Pixels of three bytes become pixels of four; reads and writes up to the next multiple of 16 bytes. */
export function widenPixels(y: usize, x: usize, pixels: i32): void {
  for (; pixels > 0; pixels -= 4, x += 12, y += 16) {
    const v = v128.load(x);
    v128.store(y, v128.shuffle<i8>(v, v, 0, 1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 8, 9, 10, 11, 11));
  }
}

/** Red, green and blue become luma of ITU-R BT.601 in 16-bit fixed point (Pillow, src/libImaging/Convert.c). */
export function greyPixels(x: usize, pixels: i32): void {
  const bytes = i32x4.splat(0x00ff00ff);
  for (const end = x + bytesOf(pixels); x < end; x += 16) {
    const v = v128.load(x);
    const redBlue = i32x4.dot_i16x8_s(v128.and(v, bytes), i32x4.splat((7471 << 16) | 19595));
    const green = i32x4.mul(v128.and(i32x4.shr_u(v, 8), i32x4.splat(255)), i32x4.splat(38470));
    const sum = i32x4.add(i32x4.add(redBlue, green), i32x4.splat(0x8000));
    v128.store(x, i32x4.mul(i32x4.shr_u(sum, 16), i32x4.splat(0x010101)));
  }
}

/**
 * A row of `width` pixels: y[i] = sum over k of weights[i][k] * x[first[i] + k], k below `2 * pairs`
 *
 * @param first byte offsets into `x`
 */
export function resizeAcross(y: usize, x: usize, first: usize, weights: usize, width: i32, pairs: i32): void {
  const step = <usize>pairs * PAIR;
  for (const end = y + bytesOf(width); y < end; y += 4, first += 4) {
    let low = i32x4.splat(0);
    let high = low;
    let pixel = x + <usize>load<i32>(first);
    for (const stop = weights + step; weights < stop; weights += PAIR, pixel += PAIR) {
      const v = v128.load64_zero(pixel);
      const pair = i8x16.swizzle(v, i8x16(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1));
      low = i32x4.add(low, i32x4.dot_i16x8_s(pair, v128.load32_splat(weights)));
      high = i32x4.add(high, i32x4.dot_i16x8_s(pair, v128.load32_splat(weights, 4)));
    }
    const words = joined(low, high);
    const halves = i16x8.narrow_i32x4_s(words, words);
    v128.store32_lane(y, i8x16.narrow_i16x8_u(halves, halves), 0);
  }
}

/**
 * A row of `width` pixels: y = sum over k of weights[k] * x[k], k below `2 * pairs`; writes up to 12 bytes after it
 *
 * @param stride bytes from a row of `x` to the next
 */
export function resizeDown(y: usize, x: usize, stride: i32, weights: usize, width: i32, pairs: i32): void {
  const stop = weights + <usize>pairs * PAIR;
  for (let i: usize = 0, bytes = bytesOf(width); i < bytes; i += 8) {
    let low0 = i32x4.splat(0);
    let low1 = low0;
    let high0 = low0;
    let high1 = low0;
    let row = x + i;
    for (let w = weights; w < stop; w += PAIR, row += 2 * stride) {
      const a = v128.load_ext<u8>(row);
      const b = v128.load_ext<u8>(row + stride);
      const low = v128.load32_splat(w);
      const high = v128.load32_splat(w, 4);
      const pair0 = v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
      const pair1 = v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
      low0 = i32x4.add(low0, i32x4.dot_i16x8_s(pair0, low));
      low1 = i32x4.add(low1, i32x4.dot_i16x8_s(pair1, low));
      high0 = i32x4.add(high0, i32x4.dot_i16x8_s(pair0, high));
      high1 = i32x4.add(high1, i32x4.dot_i16x8_s(pair1, high));
    }
    const halves = i16x8.narrow_i32x4_s(joined(low0, high0), joined(low1, high1));
    v128.store(y + i, i8x16.narrow_i16x8_u(halves, halves));
  }
}
