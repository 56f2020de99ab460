// Elementary functions of four floats. NaN stays NaN, overflow is infinite.

import { clamp, madd } from '../shared/lanes';

/** 1.5 * 2 ** 23: a float added to it is rounded to an integer, which the low bits of the sum hold. */
const ROUNDING: f32 = 12582912;

/** The bits of ROUNDING. */
const ROUNDING_BITS: i32 = 0x4b400000;

/** e ** x, within 2 ulp and with gradual underflow. */
export function exp(x: v128): v128 {
  return inlineExp(x);
}

/** `exp` for loops that do little else, in which calls take a third of the time. */
// @ts-ignore: decorator
@inline
export function inlineExp(x: v128): v128 {
  x = clamp(x, f32x4.splat(-104), f32x4.splat(89));
  const t = rounded(x);
  const p = f32x4.add(remainder(x, floatOf(t)), f32x4.splat(1));
  const power = intOf(t);
  const half = i32x4.shr_s(power, 1);
  return f32x4.mul(f32x4.mul(p, powerOf2(half)), powerOf2(i32x4.sub(power, half)));
}

/** e ** x - 1 for x up to 88, accurate near 0. */
export function expm1(x: v128): v128 {
  x = clamp(x, f32x4.splat(-60), f32x4.splat(88));
  const t = rounded(x);
  const scale = powerOf2(intOf(t));
  return f32x4.add(f32x4.mul(remainder(x, floatOf(t)), scale), f32x4.sub(scale, f32x4.splat(1)));
}

/** The integer n for which 2 ** n is nearest to e ** x, added to ROUNDING. */
// @ts-ignore: decorator
@inline
function rounded(x: v128): v128 {
  return f32x4.add(f32x4.mul(x, f32x4.splat(1.44269504088896341)), f32x4.splat(ROUNDING));
}

// @ts-ignore: decorator
@inline
function floatOf(t: v128): v128 {
  return f32x4.sub(t, f32x4.splat(ROUNDING));
}

// @ts-ignore: decorator
@inline
function intOf(t: v128): v128 {
  return i32x4.sub(t, i32x4.splat(ROUNDING_BITS));
}

/** e ** (x - n * ln 2) - 1 */
// @ts-ignore: decorator
@inline
function remainder(x: v128, n: v128): v128 {
  let r = madd(n, f32x4.splat(-0.693359375), x); // Cephes expf.c: ln 2 in two parts
  r = madd(n, f32x4.splat(2.1219444e-4), r); // Cephes expf.c
  let p = f32x4.splat(1.98756915e-4); // Cephes expf.c, up to 5.0000001201e-1
  p = madd(p, r, f32x4.splat(1.3981999507e-3));
  p = madd(p, r, f32x4.splat(8.3334519073e-3));
  p = madd(p, r, f32x4.splat(4.1665795894e-2));
  p = madd(p, r, f32x4.splat(1.6666665459e-1));
  p = madd(p, r, f32x4.splat(5.0000001201e-1));
  return madd(p, f32x4.mul(r, r), r);
}

/** 2 ** n for integers from -126 to 127. */
// @ts-ignore: decorator
@inline
function powerOf2(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** Natural logarithm; -Infinity for 0, NaN for negative numbers. */
export function log(x: v128): v128 {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const smallest = f32x4.splat(1.17549435e-38);
  const subnormal = f32x4.lt(x, smallest);
  const m = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, subnormal);
  // m = f * 2 ** n with f from sqrt(1/2) to sqrt(2)
  const bits = i32x4.sub(m, i32x4.splat(0x3f3504f3));
  let n = f32x4.convert_i32x4_s(i32x4.shr_s(bits, 23));
  n = f32x4.sub(n, v128.and(f32x4.splat(23), subnormal));
  const f = f32x4.sub(i32x4.add(v128.and(bits, i32x4.splat(0x7fffff)), i32x4.splat(0x3f3504f3)), one);
  let p = f32x4.splat(7.0376836292e-2); // Cephes logf.c, up to 3.3333331174e-1
  p = madd(p, f, f32x4.splat(-1.151461031e-1));
  p = madd(p, f, f32x4.splat(1.167699874e-1));
  p = madd(p, f, f32x4.splat(-1.2420140846e-1));
  p = madd(p, f, f32x4.splat(1.4249322787e-1));
  p = madd(p, f, f32x4.splat(-1.6668057665e-1));
  p = madd(p, f, f32x4.splat(2.0000714765e-1));
  p = madd(p, f, f32x4.splat(-2.4999993993e-1));
  p = madd(p, f, f32x4.splat(3.3333331174e-1));
  const square = f32x4.mul(f, f);
  let y = madd(n, f32x4.splat(-2.1219444e-4), f32x4.mul(f32x4.mul(square, f), p)); // Cephes logf.c
  y = f32x4.add(f, madd(square, f32x4.splat(-0.5), y));
  y = madd(n, f32x4.splat(0.693359375), y);
  const infinity = f32x4.splat(Infinity);
  y = v128.bitselect(y, x, f32x4.lt(x, infinity));
  y = v128.bitselect(f32x4.neg(infinity), y, f32x4.eq(x, zero));
  return v128.or(y, f32x4.lt(x, zero)); // all bits set is a NaN
}

/** log(1 + e) for e from 0 to 1, accurate near 0. */
export function log1p(e: v128): v128 {
  const one = f32x4.splat(1);
  const u = f32x4.add(e, one);
  return f32x4.add(log(u), f32x4.div(f32x4.sub(e, f32x4.sub(u, one)), u));
}

/** Hyperbolic tangent, accurate near 0. */
export function tanh(x: v128): v128 {
  const sign = v128.and(x, f32x4.splat(-0.0));
  const e = expm1(f32x4.pmin(f32x4.mul(f32x4.abs(x), f32x4.splat(2)), f32x4.splat(20)));
  return v128.or(f32x4.div(e, f32x4.add(e, f32x4.splat(2))), sign);
}

/** Error function: a polynomial near 0, elsewhere the exponential of another polynomial. */
export function erf(x: v128): v128 {
  const one = f32x4.splat(1);
  const sign = v128.and(x, f32x4.splat(-0.0));
  const t = f32x4.pmin(f32x4.abs(x), f32x4.splat(4));
  const s = f32x4.mul(t, t);
  let far = madd(t, f32x4.splat(-1.7285347e-5), f32x4.splat(3.83197126e-4)); // N. Juffa's erff, |x| > 475 / 512
  far = madd(far, s, madd(t, f32x4.splat(-3.88396438e-3), f32x4.splat(2.42546219e-2)));
  far = madd(far, t, f32x4.splat(-1.06777877e-1));
  far = madd(far, t, f32x4.splat(-6.34846687e-1));
  far = madd(far, t, f32x4.splat(-1.28717512e-1));
  far = f32x4.sub(one, exp(f32x4.sub(f32x4.mul(far, t), t)));
  let near = f32x4.splat(-5.96761703e-4); // N. Juffa's erff, |x| <= 475 / 512
  near = madd(near, s, f32x4.splat(4.99119423e-3));
  near = madd(near, s, f32x4.splat(-2.67681349e-2));
  near = madd(near, s, f32x4.splat(1.12819925e-1));
  near = madd(near, s, f32x4.splat(-3.76125336e-1));
  near = madd(near, s, f32x4.splat(1.28379166e-1));
  near = madd(near, t, t);
  return v128.or(v128.bitselect(far, near, f32x4.gt(t, f32x4.splat(0.927734375))), sign);
}

/**
 * sin(x + quarter * pi / 2), `quarter` 0 or 1, for |x| below 2 ** 20; an arbitrary number from -1 to 1 for larger x.
 */
export function sine(x: v128, quarter: i32): v128 {
  const high = i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
  const x0 = f64x2.promote_low_f32x4(x);
  const x1 = f64x2.promote_low_f32x4(high);
  const n0 = quarterTurns(x0);
  const n1 = quarterTurns(x1);
  let r = joinLow(f32x4.demote_f64x2_zero(reduce(x0, n0)), f32x4.demote_f64x2_zero(reduce(x1, n1)));
  r = clamp(r, f32x4.splat(-0.8), f32x4.splat(0.8));
  let n = joinLow(i32x4.trunc_sat_f64x2_s_zero(n0), i32x4.trunc_sat_f64x2_s_zero(n1));
  n = i32x4.add(n, i32x4.splat(quarter));
  const s = f32x4.mul(r, r);
  let sin = madd(s, f32x4.splat(-1.9515295891e-4), f32x4.splat(8.3321608736e-3)); // Cephes sinf.c
  sin = madd(sin, s, f32x4.splat(-1.6666654611e-1));
  sin = madd(sin, f32x4.mul(s, r), r);
  let cos = madd(s, f32x4.splat(2.443315711809948e-5), f32x4.splat(-1.388731625493765e-3)); // Cephes sinf.c
  cos = madd(cos, s, f32x4.splat(4.166664568298827e-2));
  cos = madd(cos, f32x4.mul(s, s), madd(s, f32x4.splat(-0.5), f32x4.splat(1)));
  const odd = i32x4.ne(v128.and(n, i32x4.splat(1)), i32x4.splat(0));
  return v128.xor(v128.bitselect(cos, sin, odd), i32x4.shl(v128.and(n, i32x4.splat(2)), 30));
}

/** The whole number nearest to x / (pi / 2). */
// @ts-ignore: decorator
@inline
function quarterTurns(x: v128): v128 {
  return f64x2.nearest(f64x2.mul(x, f64x2.splat(0.63661977236758134308)));
}

/** x - n * pi / 2 */
// @ts-ignore: decorator
@inline
function reduce(x: v128, n: v128): v128 {
  const r = f64x2.sub(x, f64x2.mul(n, f64x2.splat(1.57079632673412561417))); // fdlibm e_rem_pio2.c
  return f64x2.sub(r, f64x2.mul(n, f64x2.splat(6.07710050650619224932e-11)));
}

/** The lower halves of a and b. */
// @ts-ignore: decorator
@inline
function joinLow(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
}
