// Depthwise convolution with any kernel: every channel has its own filter. Channels are lanes.

import { clamp, madd, storeLanes } from '../shared/lanes';
import { bytesOf } from '../shared/words';

/**
 * y[m][c] = clamp(bias[c] + sum over t of x[pixels[m] + taps[t]][c] * w[c][t], low, high)
 *
 * `pixels` and `taps` are byte offsets of the windows in `x` and of the taps in a window; `x` includes its padding. A
 * pixel of `y` has `channels` floats; `w` is [channels / 4][taps][4], and `bias` has `channels` rounded up to 4.
 */
export function depthwise(
  y: usize,
  x: usize,
  pixels: usize,
  taps: usize,
  w: usize,
  bias: usize,
  rows: i32,
  tapCount: i32,
  channels: i32,
  low: f32,
  high: f32,
): void {
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  const pixel = bytesOf(channels);
  const tapsEnd = taps + bytesOf(tapCount);
  const last = pixels + bytesOf(rows);
  for (; pixels < last; pixels += 4, y += pixel) {
    const window = x + load<u32>(pixels);
    let q = w;
    for (let i: usize = 0, n = channels; n > 0; i += 16, n -= 4) {
      let a = v128.load(bias + i);
      for (let t = taps; t < tapsEnd; t += 4, q += 16) a = madd(v128.load(window + load<u32>(t) + i), v128.load(q), a);
      storeLanes(y + i, clamp(a, lo, hi), n);
    }
  }
}
