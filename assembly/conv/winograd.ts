// Transforms of Winograd's convolutions F(m x m, 3 x 3), m = 2 or 4 (Lavin and Gray 2015, arXiv:1509.09308).
//
// A tile of m + 2 by m + 2 pixels of the input gives m x m pixels of the output: both are transformed along rows and columns,
// and between them lie (m + 2)^2 products of matrices, one for each place in a tile. Factors of 2, 4 and 8 are sums: engines
// make constant vectors again at each use.

import { conv } from './panels';
import { clamp, storeLanes } from '../shared/lanes';
import { bytesOf } from '../shared/words';

/**
 * v[p][i][c] = (B^T d B)[p] for the tiles d numbered `first` to `first` + `count` - 1, at the place i from 0 on
 *
 * `x` is the padded image, its rows `row` floats of pixels of `channels` floats; a row of tiles has `across` tiles. A
 * pixel of `v` has `channels` rounded up to 4, a place `plane` bytes. `spare` has room for (m + 2)^2 vectors.
 */
export function winogradInput(
  v: usize,
  x: usize,
  spare: usize,
  m: i32,
  row: i32,
  channels: i32,
  across: i32,
  first: i32,
  count: i32,
  plane: i32,
): void {
  const pixel = bytesOf(channels);
  const line = bytesOf(row);
  const lanes = (channels + 3) & ~3;
  const end = first + count;
  for (let tile = first; tile < end; tile++) {
    const from = x + <usize>((tile / across) * m) * line + <usize>((tile % across) * m) * pixel;
    for (let c = 0; c < lanes; c += 4, v += 16) {
      const at = from + bytesOf(c);
      if (m == 4) inputOf4(v, plane, at, line, pixel, spare);
      else inputOf2(v, plane, at, line, pixel, spare);
    }
  }
}

/**
 * y = clamp(bias + A^T p A + residual, low, high) for the tiles p numbered `first` to `first` + `count` - 1
 *
 * `p` is as `v` of `winogradInput`, for `outputs` channels. `y` and `residual` (0: none) are images of `height` x `width`
 * pixels, whose tiles may reach over the right and the lower edge. `bias` has `outputs` rounded up to 4.
 */
export function winogradOutput(
  y: usize,
  p: usize,
  spare: usize,
  bias: usize,
  residual: usize,
  m: i32,
  height: i32,
  width: i32,
  outputs: i32,
  across: i32,
  first: i32,
  count: i32,
  plane: i32,
  low: f32,
  high: f32,
): void {
  const lo = f32x4.splat(low);
  const hi = f32x4.splat(high);
  const pixel = bytesOf(outputs);
  const line = pixel * width;
  const end = first + count;
  for (let tile = first; tile < end; tile++) {
    const top = (tile / across) * m;
    const left = (tile % across) * m;
    const rows = min(m, height - top);
    const columns = min(m, width - left);
    let to = <usize>top * line + <usize>left * pixel;
    for (let n = outputs, b = bias; n > 0; n -= 4, p += 16, to += 16, b += 16) {
      if (m == 4) outputOf4(spare, p, plane);
      else outputOf2(spare, p, plane);
      const start = v128.load(b);
      for (let r = 0; r < rows; r++) {
        let sums = spare + <usize>(r * m) * 16;
        let at = to + <usize>r * line;
        for (let c = 0; c < columns; c++, sums += 16, at += pixel) {
          let sum = f32x4.add(start, v128.load(sums));
          if (residual) sum = f32x4.add(sum, v128.load(residual + at));
          storeLanes(y + at, clamp(sum, lo, hi), n);
        }
      }
    }
  }
}

/**
 * y[p] = x[p] * w[p] for the places p of a tile, each as the kernel `conv` does for one pixel after the other
 *
 * `yPlane`, `xPlane` and `wPlane` are the bytes between places.
 */
export function winogradProducts(
  y: usize,
  yStride: i32,
  yPlane: i32,
  x: usize,
  xStride: i32,
  xPlane: i32,
  w: usize,
  wPlane: i32,
  lists: usize,
  records: usize,
  panels: i32,
  rows: i32,
  places: i32,
): void {
  for (let p = 0; p < places; p++, y += yPlane, x += xPlane, w += wPlane) {
    conv(y, yStride, x, xStride, 0, w, lists, records, panels, 0, 0, rows, rows, -Infinity, Infinity);
  }
}

/** The columns, then the rows of a tile of 6 x 6 vectors. */
function inputOf4(v: usize, plane: usize, x: usize, line: usize, pixel: usize, spare: usize): void {
  for (let i: usize = 0; i < 6; i++, x += pixel) input4(spare + i * 16, 96, x, line);
  for (let i: usize = 0; i < 6; i++, v += plane * 6, spare += 96) input4(v, plane, spare, 16);
}

/** B^T d of F(4, 3), for 6 vectors d. */
// @ts-ignore: decorator
@inline
function input4(y: usize, yStep: usize, d: usize, step: usize): void {
  const d0 = v128.load(d);
  const d1 = v128.load(d + step);
  const d2 = v128.load(d + step * 2);
  const d3 = v128.load(d + step * 3);
  const d4 = v128.load(d + step * 4);
  const d5 = v128.load(d + step * 5);
  const even = f32x4.sub(d4, d2);
  const odd = double(f32x4.sub(d3, d1));
  v128.store(y, f32x4.add(double(double(f32x4.sub(d0, d2))), even));
  v128.store(y + yStep * 3, f32x4.add(even, odd));
  v128.store(y + yStep * 4, f32x4.sub(even, odd));
  v128.store(y + yStep * 5, f32x4.sub(f32x4.sub(d5, d3), double(odd)));
  const a = f32x4.sub(d4, double(double(d2)));
  const b = f32x4.sub(d3, double(double(d1)));
  v128.store(y + yStep, f32x4.add(a, b));
  v128.store(y + yStep * 2, f32x4.sub(a, b));
}

/** The columns, then the rows of a tile of 6 x 6 vectors, as 4 x 4 vectors at `y`. */
function outputOf4(y: usize, p: usize, plane: usize): void {
  const between = y + 256;
  for (let i: usize = 0; i < 6; i++, p += plane) output4(between + i * 16, 96, p, plane * 6);
  for (let i: usize = 0; i < 4; i++) output4(y + i * 64, 16, between + i * 96, 16);
}

/** A^T p of F(4, 3), for 6 vectors p. */
// @ts-ignore: decorator
@inline
function output4(y: usize, yStep: usize, p: usize, step: usize): void {
  const p1 = v128.load(p + step);
  const p2 = v128.load(p + step * 2);
  const p3 = v128.load(p + step * 3);
  const p4 = v128.load(p + step * 4);
  const a = f32x4.add(p1, p2);
  const b = f32x4.sub(p1, p2);
  const c = f32x4.add(p3, p4);
  const d = double(f32x4.sub(p3, p4));
  v128.store(y, f32x4.add(f32x4.add(v128.load(p), a), c));
  v128.store(y + yStep, f32x4.add(b, d));
  v128.store(y + yStep * 2, f32x4.add(a, double(double(c))));
  v128.store(y + yStep * 3, f32x4.add(f32x4.add(b, double(double(d))), v128.load(p + step * 5)));
}

/** The columns, then the rows of a tile of 4 x 4 vectors. */
function inputOf2(v: usize, plane: usize, x: usize, line: usize, pixel: usize, spare: usize): void {
  for (let i: usize = 0; i < 4; i++, x += pixel) input2(spare + i * 16, 64, x, line);
  for (let i: usize = 0; i < 4; i++, v += plane * 4, spare += 64) input2(v, plane, spare, 16);
}

/** B^T d of F(2, 3), for 4 vectors d. */
// @ts-ignore: decorator
@inline
function input2(y: usize, yStep: usize, d: usize, step: usize): void {
  const d1 = v128.load(d + step);
  const d2 = v128.load(d + step * 2);
  v128.store(y, f32x4.sub(v128.load(d), d2));
  v128.store(y + yStep, f32x4.add(d1, d2));
  v128.store(y + yStep * 2, f32x4.sub(d2, d1));
  v128.store(y + yStep * 3, f32x4.sub(d1, v128.load(d + step * 3)));
}

/** The columns, then the rows of a tile of 4 x 4 vectors, as 2 x 2 vectors at `y`. */
function outputOf2(y: usize, p: usize, plane: usize): void {
  const between = y + 64;
  for (let i: usize = 0; i < 4; i++, p += plane) output2(between + i * 16, 64, p, plane * 4);
  for (let i: usize = 0; i < 2; i++) output2(y + i * 32, 16, between + i * 64, 16);
}

/** A^T p of F(2, 3), for 4 vectors p. */
// @ts-ignore: decorator
@inline
function output2(y: usize, yStep: usize, p: usize, step: usize): void {
  const p1 = v128.load(p + step);
  const p2 = v128.load(p + step * 2);
  v128.store(y, f32x4.add(f32x4.add(v128.load(p), p1), p2));
  v128.store(y + yStep, f32x4.sub(f32x4.sub(p1, p2), v128.load(p + step * 3)));
}

// @ts-ignore: decorator
@inline
function double(x: v128): v128 {
  return f32x4.add(x, x);
}
