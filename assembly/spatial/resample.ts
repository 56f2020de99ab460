// Resizes one axis; each new element is a weighted sum of neighbours.

import { madd, storeLanes } from '../shared/lanes';
import { bytesOf } from '../shared/words';

/**
 * y[o][j][i] = bias[j] + sum over t of weights[j][t] * x[o][first[j] + t][i], t below `taps`
 *
 * `from` and `to` are the sizes of the axis in `x` and `y`. `first` is i32; all taps are inside the axis.
 */
export function resample(
  y: usize,
  x: usize,
  first: usize,
  weights: usize,
  bias: usize,
  outer: i32,
  from: i32,
  to: i32,
  inner: i32,
  taps: i32,
): void {
  const step = bytesOf(inner);
  const image = step * from;
  for (let o = 0; o < outer; o++, x += image) {
    let w = weights;
    for (let j: usize = 0, end = bytesOf(to); j < end; j += 4, y += step, w += bytesOf(taps)) {
      const start = x + <usize>load<i32>(first + j) * step;
      const base = load<f32>(bias + j);
      if (inner == 1) store<f32>(y, dot(start, w, taps, base));
      else if (taps == 2) blend(y, start, start + step, inner, load<f32>(w), load<f32>(w, 4), base);
      else gather(y, start, step, w, inner, taps, base);
    }
  }
}

/** base + sum over t of w[t] * x[t] */
// @ts-ignore: decorator
@inline
function dot(x: usize, w: usize, taps: i32, base: f32): f32 {
  let sum: f32 = base;
  for (; taps > 0; taps--, x += 4, w += 4) sum += load<f32>(x) * load<f32>(w);
  return sum;
}

/** base + u * a[i] + v * b[i] */
// @ts-ignore: decorator
@inline
function blend(y: usize, a: usize, b: usize, inner: i32, u: f32, v: f32, base: f32): void {
  const us = f32x4.splat(u);
  const vs = f32x4.splat(v);
  const start = f32x4.splat(base);
  for (; inner > 0; inner -= 4, a += 16, b += 16, y += 16) {
    storeLanes(y, madd(v128.load(b), vs, madd(v128.load(a), us, start)), inner);
  }
}

/** base + sum over t of w[t] * x[t][i] */
// @ts-ignore: decorator
@inline
function gather(y: usize, x: usize, step: usize, w: usize, inner: i32, taps: i32, base: f32): void {
  const start = f32x4.splat(base);
  const end = w + bytesOf(taps);
  for (; inner >= 16; inner -= 16, x += 64, y += 64) {
    let a = start;
    let b = start;
    let c = start;
    let d = start;
    let p = x;
    for (let t = w; t < end; t += 4, p += step) {
      const s = v128.load32_splat(t);
      a = madd(v128.load(p), s, a);
      b = madd(v128.load(p, 16), s, b);
      c = madd(v128.load(p, 32), s, c);
      d = madd(v128.load(p, 48), s, d);
    }
    v128.store(y, a);
    v128.store(y, b, 16);
    v128.store(y, c, 32);
    v128.store(y, d, 48);
  }
  for (; inner > 0; inner -= 4, x += 16, y += 16) {
    let a = start;
    let p = x;
    for (let t = w; t < end; t += 4, p += step) a = madd(v128.load(p), v128.load32_splat(t), a);
    storeLanes(y, a, inner);
  }
}
