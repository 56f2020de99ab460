// Depthwise convolution of images: every channel has its own filter. Channels are lanes.

import { fourColumns, fourColumns3, fourColumns3By2, fourColumns5 } from './depthwise-tiles';
import { clamp, madd, storeLanes } from '../shared/lanes';
import { bytesOf } from '../shared/words';

/**
 * y[r][c][i] = clamp(bias[i] + sum over ky, kx of x[r * strideY + ky - top][c * strideX + kx - left][i] * w[i][ky][kx],
 * low, high)
 *
 * Computes the rows `first` to `last` - 1 of `y`; only the rows of `x` that they read need to be in memory. Values
 * outside the image count as 0. `x` is [height][width][channels], `y` is [...][columns][channels], `w` is
 * [channels / 4][kernelHeight][kernelWidth][4]; `w` and `bias` have `channels` rounded up to 4. The products of each row
 * of a filter are added before they are added to the sum.
 */
export function depthwiseRows(
  y: usize,
  x: usize,
  w: usize,
  bias: usize,
  height: i32,
  width: i32,
  channels: i32,
  first: i32,
  last: i32,
  columns: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  top: i32,
  left: i32,
  low: f32,
  high: f32,
): void {
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  const pixel = bytesOf(channels);
  const row = pixel * width;
  const step = pixel * strideX;
  const tap = (<usize>kernelWidth) << 4;
  const filter = tap * kernelHeight;
  const fits = strideX == 1 ? kernelWidth == 3 || kernelWidth == 5 : strideX == 2 && kernelWidth == 3;
  // how far the windows of a tile may begin before the image and end after it, and how many columns they reach
  const outside = fits ? kernelWidth >> 1 : 0;
  const reach = 3 * strideX + kernelWidth;
  for (let r = first; r < last; r++) {
    const above = r * strideY - top;
    const ky = max(0, -above);
    const rows = min(kernelHeight, height - above) - ky;
    const from = x + <usize>(above + ky) * row;
    const taps = w + <usize>ky * tap;
    const to = y + <usize>(r * columns) * pixel;
    for (let c = 0; c < columns;) {
      // the last four columns overlap the ones before them
      const column = columns < 4 ? c : min(c, columns - 4);
      const x0 = column * strideX - left;
      const before = max(0, -x0);
      const after = max(0, x0 + reach - width);
      if (columns >= 4 && before <= outside && after <= outside) {
        const at = from + <usize>x0 * pixel;
        const out = to + <usize>column * pixel;
        if (!fits) fourColumns(out, at, taps, bias, channels, row, rows, filter, kernelWidth, step, lo, hi);
        else if (strideX == 2) fourColumns3By2(out, at, taps, bias, channels, row, rows, filter, before, after, lo, hi);
        else if (kernelWidth == 3)
          fourColumns3(out, at, taps, bias, channels, row, rows, filter, before, after, lo, hi);
        else fourColumns5(out, at, taps, bias, channels, row, rows, filter, before, after, lo, hi);
        c = column + 4;
      } else {
        const x1 = c * strideX - left;
        const kx = max(0, -x1);
        const across = min(kernelWidth, width - x1) - kx;
        const inside = across > 0 ? rows : 0;
        const at = from + <usize>(x1 + kx) * pixel;
        const out = to + <usize>c * pixel;
        oneColumn(out, at, taps + ((<usize>kx) << 4), bias, channels, row, inside, filter, across, tap, lo, hi);
        c++;
      }
    }
  }
}

/** One column. The first `across` taps of each row are inside the image; rows of a filter are `tap` bytes apart. */
function oneColumn(
  y: usize,
  x: usize,
  w: usize,
  bias: usize,
  channels: i32,
  row: usize,
  rows: i32,
  filter: usize,
  across: i32,
  tap: usize,
  lo: v128,
  hi: v128,
): void {
  const pixel = bytesOf(channels);
  const p2 = pixel * 2;
  for (let n = channels; n > 0; n -= 4, x += 16, y += 16, bias += 16, w += filter) {
    let a = v128.load(bias);
    let p = x;
    let q = w;
    for (let r = rows; r > 0; r--, p += row, q += tap) {
      let sum = f32x4.mul(v128.load(p), v128.load(q));
      if (across > 1) sum = madd(v128.load(p + pixel), v128.load(q, 16), sum);
      if (across > 2) sum = madd(v128.load(p + p2), v128.load(q, 32), sum);
      let t = p + p2;
      let v = q + 32;
      for (let k = across; k > 3; k--) {
        t += pixel;
        v += 16;
        sum = madd(v128.load(t), v128.load(v), sum);
      }
      a = f32x4.add(a, sum);
    }
    storeLanes(y, clamp(a, lo, hi), n);
  }
}
