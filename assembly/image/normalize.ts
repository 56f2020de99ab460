// From bytes to the numbers that networks take.

import { bytesOf } from '../shared/words';

/**
 * y[i] = (byte of x[i] / divisor - mean) / std, each step rounded, for pixels of four bytes; reads and writes up to the next
 * multiple of 16 bytes
 *
 * @param shift which byte of a pixel, in bits
 */
export function normalizePixels(y: usize, x: usize, pixels: i32, shift: i32, divisor: f32, mean: f32, std: f32): void {
  for (const end = y + bytesOf(pixels); y < end; y += 16, x += 16) {
    const bytes = v128.and(i32x4.shr_u(v128.load(x), shift), i32x4.splat(255));
    const scaled = f32x4.div(f32x4.convert_i32x4_s(bytes), f32x4.splat(divisor));
    v128.store(y, f32x4.div(f32x4.sub(scaled, f32x4.splat(mean)), f32x4.splat(std)));
  }
}
