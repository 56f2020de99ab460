// Powers of single numbers.

/** x ** y of two numbers, as C's pow. */
export function pow(x: f32, y: f32): f32 {
  if (y == 0 || x == 1) return 1;
  const size = <f64>abs(x);
  const whole = trunc(y) == y;
  const odd = whole && abs(y) < 16777216 && ((<i32>y) & 1) != 0;
  const result: f32 = size == 1 && y == y ? <f32>1 : <f32>exp2(<f64>y * log2(size));
  if (reinterpret<i32>(x) >= 0 || x != x) return result;
  if (whole || size == Infinity || size == 0) return odd ? -result : result;
  return f32.NaN;
}

/** Logarithm to base 2 of a number in the range of a float. */
function log2(x: f64): f64 {
  if (x == 0) return -Infinity;
  if (!(x < Infinity)) return x;
  const bits = reinterpret<i64>(x) - 0x3fe6a09e667f3bcd;
  const n = bits >> 52;
  const f = reinterpret<f64>((bits & 0xfffffffffffff) + 0x3fe6a09e667f3bcd);
  const s = (f - 1) / (f + 1);
  const q = s * s;
  // artanh(s) = s + s ** 3 / 3 + s ** 5 / 5 ...
  const series = 1 + q * (1.0 / 3 + q * (1.0 / 5 + q * (1.0 / 7 + q * (1.0 / 9 + q * (1.0 / 11 + q * (1.0 / 13))))));
  return <f64>n + s * series * 2.8853900817779268; // 2 / ln 2
}

/** 2 ** x, in the range of a float. */
function exp2(x: f64): f64 {
  if (!(x > -160)) return x == x ? 0 : x;
  if (x > 130) return Infinity;
  const n = nearest(x);
  const r = (x - n) * 0.6931471805599453;
  // Taylor series in two parts
  const high = 1.0 / 120 + r * (1.0 / 720 + r * (1.0 / 5040 + r * (1.0 / 40320 + r * (1.0 / 362880))));
  const p = 1 + r * (1 + r * (1.0 / 2 + r * (1.0 / 6 + r * (1.0 / 24 + r * high))));
  return p * reinterpret<f64>((<i64>(<i32>n) + 1023) << 52);
}
