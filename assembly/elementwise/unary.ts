// Functions of one array, element by element.

import { UnaryKind } from '../generated/layout';
import { erf, exp, expm1, log, log1p, sine, tanh } from '../shared/math';
import { clamp, madd, storeLanes } from '../shared/lanes';

/**
 * y[i] = f(x[i]), f by `kind` except `sigmoid` and `swish`, which have a kernel; `y` may be `x`
 *
 * `limit` is always 1: some engines reload a constant at every use, while a parameter stays in a register.
 */
export function unary(y: usize, x: usize, length: i32, kind: i32, alpha: f32, beta: f32, limit: f32): void {
  const a = f32x4.splat(alpha);
  const b = f32x4.splat(beta);
  const one = f32x4.splat(limit);
  switch (kind) {
    case UnaryKind.leakyRelu:
      return loop(UnaryKind.leakyRelu, y, x, length, a, b, one);
    case UnaryKind.hardSigmoid:
      return loop(UnaryKind.hardSigmoid, y, x, length, a, b, one);
    case UnaryKind.hardSwish:
      return loop(UnaryKind.hardSwish, y, x, length, a, b, one);
    case UnaryKind.softsign:
      return loop(UnaryKind.softsign, y, x, length, a, b, one);
    case UnaryKind.sqrt:
      return loop(UnaryKind.sqrt, y, x, length, a, b, one);
    case UnaryKind.neg:
      return loop(UnaryKind.neg, y, x, length, a, b, one);
    case UnaryKind.abs:
      return loop(UnaryKind.abs, y, x, length, a, b, one);
    case UnaryKind.reciprocal:
      return loop(UnaryKind.reciprocal, y, x, length, a, b, one);
    case UnaryKind.floor:
      return loop(UnaryKind.floor, y, x, length, a, b, one);
    case UnaryKind.ceil:
      return loop(UnaryKind.ceil, y, x, length, a, b, one);
    case UnaryKind.round:
      return loop(UnaryKind.round, y, x, length, a, b, one);
    case UnaryKind.sign:
      return loop(UnaryKind.sign, y, x, length, a, b, one);
    case UnaryKind.thresholdedRelu:
      return loop(UnaryKind.thresholdedRelu, y, x, length, a, b, one);
    default:
      for (; length > 0; length -= 4, y += 16, x += 16) {
        storeLanes(y, transcendental(kind, v128.load(x), a, b), length);
      }
  }
}

/** Applies a short function. `kind` is a constant, so that only one case is compiled. */
// @ts-ignore: decorator
@inline
function loop(kind: i32, y: usize, x: usize, length: i32, a: v128, b: v128, one: v128): void {
  for (; length >= 8; length -= 8, y += 32, x += 32) {
    v128.store(y, short(kind, v128.load(x), a, b, one));
    v128.store(y, short(kind, v128.load(x, 16), a, b, one), 16);
  }
  for (; length > 0; length -= 4, y += 16, x += 16) storeLanes(y, short(kind, v128.load(x), a, b, one), length);
}

/** Functions of a few instructions. */
// @ts-ignore: decorator
@inline
function short(kind: i32, x: v128, a: v128, b: v128, one: v128): v128 {
  const zero = f32x4.splat(0);
  if (kind == UnaryKind.leakyRelu) return v128.bitselect(f32x4.mul(x, a), x, f32x4.lt(x, zero));
  if (kind == UnaryKind.hardSigmoid) return clamp(madd(x, a, b), zero, one);
  if (kind == UnaryKind.hardSwish) return f32x4.mul(x, clamp(madd(x, a, b), zero, one));
  if (kind == UnaryKind.softsign) return f32x4.div(x, f32x4.add(f32x4.abs(x), one));
  if (kind == UnaryKind.sqrt) return f32x4.sqrt(x);
  if (kind == UnaryKind.neg) return f32x4.neg(x);
  if (kind == UnaryKind.abs) return f32x4.abs(x);
  if (kind == UnaryKind.reciprocal) return f32x4.div(one, x);
  if (kind == UnaryKind.floor) return f32x4.floor(x);
  if (kind == UnaryKind.ceil) return f32x4.ceil(x);
  if (kind == UnaryKind.round) return f32x4.nearest(x);
  if (kind == UnaryKind.sign) {
    const sign = v128.or(one, v128.and(x, f32x4.splat(-0.0)));
    return v128.bitselect(sign, x, f32x4.gt(f32x4.abs(x), zero));
  }
  return v128.and(x, f32x4.gt(x, a)); // thresholdedRelu
}

/** Functions that need a polynomial. */
// @ts-ignore: decorator
@inline
function transcendental(kind: i32, x: v128, a: v128, b: v128): v128 {
  switch (kind) {
    case UnaryKind.tanh:
      return tanh(x);
    case UnaryKind.elu:
      return elu(x, a);
    case UnaryKind.selu:
      return f32x4.mul(elu(x, a), b);
    case UnaryKind.gelu:
      return gelu(x, erf(f32x4.mul(x, f32x4.splat(0.70710678118654752))));
    case UnaryKind.geluTanh:
      return gelu(x, tanh(cubic(x)));
    case UnaryKind.mish:
      return mish(x);
    case UnaryKind.softplus:
      return softplus(x);
    case UnaryKind.erf:
      return erf(x);
    case UnaryKind.exp:
      return exp(x);
    case UnaryKind.log:
      return log(x);
    case UnaryKind.celu:
      return celu(x, a);
    case UnaryKind.sin:
      return sine(x, 0);
    default:
      return sine(x, 1); // cos
  }
}

/** x < 0 ? a * (e ** x - 1) : x */
function elu(x: v128, a: v128): v128 {
  const zero = f32x4.splat(0);
  return v128.bitselect(f32x4.mul(a, expm1(f32x4.pmin(x, zero))), x, f32x4.lt(x, zero));
}

/** max(x, 0) + min(a * (e ** (x / a) - 1), 0) */
function celu(x: v128, a: v128): v128 {
  const zero = f32x4.splat(0);
  const curve = f32x4.mul(a, expm1(f32x4.div(x, a)));
  return f32x4.add(f32x4.pmax(x, zero), f32x4.pmin(curve, zero));
}

/** x / 2 * (s + 1) */
// @ts-ignore: decorator
@inline
function gelu(x: v128, s: v128): v128 {
  return f32x4.mul(f32x4.mul(x, f32x4.splat(0.5)), f32x4.add(s, f32x4.splat(1)));
}

/** sqrt(2 / pi) * (x + 0.044715 * x ** 3) */
// @ts-ignore: decorator
@inline
function cubic(x: v128): v128 {
  const square = f32x4.mul(x, x);
  const root = f32x4.splat(0.79788456080286536);
  return f32x4.mul(f32x4.mul(x, root), madd(square, f32x4.splat(0.044715), f32x4.splat(1)));
}

/** x * tanh(log(1 + e ** x)), written as a fraction in e ** x. */
function mish(x: v128): v128 {
  const two = f32x4.splat(2);
  const e = exp(f32x4.pmin(x, f32x4.splat(40)));
  const n = f32x4.mul(e, f32x4.add(e, two));
  return f32x4.mul(x, f32x4.div(n, f32x4.add(n, two)));
}

/** log(1 + e ** x) */
function softplus(x: v128): v128 {
  return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), log1p(exp(f32x4.neg(f32x4.abs(x)))));
}

/** y[i] = f(x[i]) for 32-bit integers, f by `kind`: `neg`, `abs` or `not`; `y` may be `x` */
export function unaryInt(y: usize, x: usize, length: i32, kind: i32): void {
  const zero = i32x4.splat(0);
  for (; length > 0; length -= 4, y += 16, x += 16) {
    let v = v128.load(x);
    if (kind == UnaryKind.neg) v = i32x4.neg(v);
    else if (kind == UnaryKind.abs) v = i32x4.abs(v);
    else v = i32x4.shr_u(i32x4.eq(v, zero), 31);
    storeLanes(y, v, length);
  }
}
