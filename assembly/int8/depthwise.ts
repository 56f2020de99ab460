// Depthwise convolution of integers: every channel has its own filter. Four channels at a time.

import { fourColumns3, fourColumns3By2, fourColumns5, fourColumns5By2 } from './depthwise-tiles';
import { pairOf, storeFour } from './depthwise-pairs';
import { bytesOf } from '../shared/words';

/**
 * y[r][c][i] = round((bias[i] + sum over ky, kx of x[r * strideY + ky - top][c * strideX + kx - left][i] * w[i][ky][kx]) *
 * factor[i]) within `low` and `high`
 *
 * Computes the rows `first` to `last` - 1 of `y`; only the rows of `x` that they read need to be in memory. Values outside the
 * image count as 0. `x` is [height][width][words] of pairs of 16-bit integers, `y` is [...][columns][words], `w` is
 * [channels / 4][kernelHeight][kernelWidth / 2, rounded up][4][2] with 16 bits: the taps of a row in twos, the last one with 0
 * if their number is odd. `bias` has 32-bit integers, and `factors` floats, for the channels rounded up to 4.
 */
export function depthwiseInt8(
  y: usize,
  x: usize,
  w: usize,
  bias: usize,
  factors: usize,
  height: i32,
  width: i32,
  words: i32,
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
  const pixel = bytesOf(words);
  const row = pixel * width;
  const tap = (<usize>((kernelWidth + 1) >> 1)) << 4;
  const filter = tap * kernelHeight;
  const fits = strideX <= 2 && (kernelWidth == 3 || kernelWidth == 5);
  // how far the windows of a tile may begin before the image and end after it, and how many columns they reach
  const outside = kernelWidth >> 1;
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
      const at = from + <usize>x0 * pixel;
      const out = to + <usize>column * pixel;
      if (fits && columns >= 4 && before <= outside && after <= outside) {
        if (strideX == 1) {
          if (kernelWidth == 3)
            fourColumns3(out, at, taps, bias, factors, words, row, rows, filter, before, after, lo, hi);
          else fourColumns5(out, at, taps, bias, factors, words, row, rows, filter, before, after, lo, hi);
        } else {
          if (kernelWidth == 3)
            fourColumns3By2(out, at, taps, bias, factors, words, row, rows, filter, before, after, lo, hi);
          else fourColumns5By2(out, at, taps, bias, factors, words, row, rows, filter, before, after, lo, hi);
        }
        c = column + 4;
      } else {
        const x1 = c * strideX - left;
        const place = from + <usize>x1 * pixel;
        oneColumn(
          to + <usize>c * pixel,
          place,
          taps,
          bias,
          factors,
          words,
          row,
          rows,
          filter,
          x1,
          width,
          kernelWidth,
          lo,
          hi,
        );
        c++;
      }
    }
  }
}

/** One column, whose window begins at column `start` of `width`. */
function oneColumn(
  y: usize,
  x: usize,
  w: usize,
  bias: usize,
  factors: usize,
  words: i32,
  row: usize,
  rows: i32,
  filter: usize,
  start: i32,
  width: i32,
  kernelWidth: i32,
  lo: v128,
  hi: v128,
): void {
  const pixel = bytesOf(words);
  const none = f32x4.splat(0);
  for (let n = words; n > 0; n -= 2, x += 8, y += 8, bias += 16, factors += 16, w += filter) {
    let sum = v128.load(bias);
    let p = x;
    let q = w;
    for (let r = rows; r > 0; r--, p += row) {
      let t = p;
      for (let k = start; k < start + kernelWidth; k += 2, t += pixel * 2, q += 16) {
        const a = k < 0 || k >= width ? none : v128.load64_zero(t);
        const b = k + 1 < 0 || k + 1 >= width ? none : v128.load64_zero(t + pixel);
        sum = i32x4.add(sum, i32x4.dot_i16x8_s(pairOf(a, b), v128.load(q)));
      }
    }
    storeFour(y, sum, factors, n, lo, hi);
  }
}
