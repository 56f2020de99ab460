// Functions of two arrays of integers, with broadcasting, one element at a time.

import { AxisRecord, BinaryKind } from '../generated/layout';

/** Like `binary`, for 32-bit integers that wrap around. Every result is defined: x / 0 and x mod 0 are 0. */
export function binaryInt(y: usize, a: usize, b: usize, table: usize, kind: i32): void {
  walk(y, a, b, table + 4, load<i32>(table), kind);
}

/** One axis with all axes inside it; returns the end of the written part. */
function walk(y: usize, a: usize, b: usize, axis: usize, rank: i32, kind: i32): usize {
  const count = load<i32>(axis, AxisRecord.count);
  const aStep = load<u32>(axis, AxisRecord.aStep);
  const bStep = load<u32>(axis, AxisRecord.bStep);
  for (let i = 0; i < count; i++, a += aStep, b += bStep) {
    if (rank > 1) {
      y = walk(y, a, b, axis + AxisRecord.BYTES, rank - 1, kind);
    } else {
      store<i32>(y, apply(kind, load<i32>(a), load<i32>(b)));
      y += 4;
    }
  }
  return y;
}

function apply(kind: i32, a: i32, b: i32): i32 {
  switch (kind) {
    case BinaryKind.add:
      return a + b;
    case BinaryKind.sub:
      return a - b;
    case BinaryKind.mul:
      return a * b;
    case BinaryKind.div:
      return divide(a, b);
    case BinaryKind.pow:
      return power(a, b);
    case BinaryKind.min:
      return min(a, b);
    case BinaryKind.max:
      return max(a, b);
    case BinaryKind.mod:
      return modulo(a, b);
    case BinaryKind.equal:
      return i32(a == b);
    case BinaryKind.greater:
      return i32(a > b);
    case BinaryKind.less:
      return i32(a < b);
    case BinaryKind.greaterOrEqual:
      return i32(a >= b);
    case BinaryKind.lessOrEqual:
      return i32(a <= b);
    case BinaryKind.and:
      return i32(a != 0 && b != 0);
    case BinaryKind.or:
      return i32(a != 0 || b != 0);
    default:
      return i32((a != 0) != (b != 0));
  }
}

/** The quotient, rounded towards zero. */
function divide(a: i32, b: i32): i32 {
  return b == 0 ? 0 : b == -1 ? -a : a / b;
}

/** The remainder with the sign of `b`. */
function modulo(a: i32, b: i32): i32 {
  if (b == 0 || b == -1) return 0;
  const rest = a % b;
  return rest != 0 && (rest ^ b) < 0 ? rest + b : rest;
}

/** a ** b; for negative b the fraction rounded towards zero, and 0 if a is 0. */
function power(a: i32, b: i32): i32 {
  if (b < 0) return a == 1 ? 1 : a == -1 ? 1 - ((b & 1) << 1) : 0;
  let result = 1;
  for (; b > 0; b >>= 1, a *= a) if (b & 1) result *= a;
  return result;
}
