// Functions of two arrays with broadcasting. The numbers of the kinds are their places in src/ops/binary.ts.

import { pow } from "./math";
import { storeLanes } from "./simd";

/** Bytes of an axis in the table. */
const AXIS: usize = 12;

/**
 * y[i0]...[ir] = f(a[i0 * aStep0 + ... ], b[i0 * bStep0 + ...]), f by `kind`.
 *
 * `table` holds the number of axes (at least one), then for each axis, outermost first, its size and its steps in bytes
 * in `a` and in `b`; those of the last axis are 0 or 4. `y` is dense and may be `a` or `b` if that one has its size.
 * `scratch` are 16 bytes.
 */
export function binary(y: usize, a: usize, b: usize, table: usize, scratch: usize, kind: i32): void {
  walk(y, a, b, table + 4, load<i32>(table), scratch, kind);
}

function walk(y: usize, a: usize, b: usize, axis: usize, rank: i32, scratch: usize, kind: i32): usize {
  const count = load<i32>(axis), aStep = load<u32>(axis, 4), bStep = load<u32>(axis, 8);
  if (rank == 1) {
    if (kind == POW) powRow(y, a, b, aStep, bStep, count);
    else if (kind == MOD) modRow(y, a, b, aStep, bStep, count);
    else row(y, a, b, aStep, bStep, count, scratch, kind);
    return y + (<usize>count << 2);
  }
  for (let i = 0; i < count; i++, a += aStep, b += bStep) y = walk(y, a, b, axis + AXIS, rank - 1, scratch, kind);
  return y;
}

const POW: i32 = 4;
const MOD: i32 = 8;

/** An operand that does not move is spread over `scratch` and read from there again and again. */
function row(
  y: usize, a: usize, b: usize, aStep: usize, bStep: usize, count: i32, scratch: usize, kind: i32,
): void {
  if (!aStep) {
    v128.store(scratch, v128.load32_splat(a));
    a = scratch;
  } else if (!bStep) {
    v128.store(scratch, v128.load32_splat(b));
    b = scratch;
  }
  aStep <<= 2;
  bStep <<= 2;
  switch (kind) {
    case 0: return loop(0, y, a, b, aStep, bStep, count);
    case 1: return loop(1, y, a, b, aStep, bStep, count);
    case 2: return loop(2, y, a, b, aStep, bStep, count);
    case 3: return loop(3, y, a, b, aStep, bStep, count);
    case 5: return loop(5, y, a, b, aStep, bStep, count);
    case 6: return loop(6, y, a, b, aStep, bStep, count);
    case 7: return loop(7, y, a, b, aStep, bStep, count);
    case 9: return loop(9, y, a, b, aStep, bStep, count);
    case 10: return loop(10, y, a, b, aStep, bStep, count);
    case 11: return loop(11, y, a, b, aStep, bStep, count);
    case 12: return loop(12, y, a, b, aStep, bStep, count);
    default: return loop(13, y, a, b, aStep, bStep, count);
  }
}

/** `kind` is a constant, so that one case is left. */
// @ts-ignore: decorator
@inline
function loop(kind: i32, y: usize, a: usize, b: usize, aStep: usize, bStep: usize, count: i32): void {
  for (; count > 0; count -= 4, y += 16, a += aStep, b += bStep) {
    storeLanes(y, apply(kind, v128.load(a), v128.load(b)), count);
  }
}

// @ts-ignore: decorator
@inline
function apply(kind: i32, a: v128, b: v128): v128 {
  if (kind == 0) return f32x4.add(a, b);
  if (kind == 1) return f32x4.sub(a, b);
  if (kind == 2) return f32x4.mul(a, b);
  if (kind == 3) return f32x4.div(a, b);
  if (kind == 5) return f32x4.min(a, b);
  if (kind == 6) return f32x4.max(a, b);
  if (kind == 7) return v128.bitselect(f32x4.mul(a, b), a, f32x4.lt(a, f32x4.splat(0))); // prelu
  if (kind == 9) return i32x4.shr_u(f32x4.eq(a, b), 31);
  if (kind == 10) return i32x4.shr_u(f32x4.gt(a, b), 31);
  if (kind == 11) return i32x4.shr_u(f32x4.lt(a, b), 31);
  if (kind == 12) return i32x4.shr_u(f32x4.ge(a, b), 31);
  return i32x4.shr_u(f32x4.le(a, b), 31);
}

/** Powers; squares, cubes and roots without a logarithm. */
function powRow(y: usize, a: usize, b: usize, aStep: usize, bStep: usize, count: i32): void {
  const power = load<f32>(b), few = bStep == 0 && aStep == 4;
  if (few && (power == 2 || power == 3 || power == 0.5)) {
    for (; count > 0; count -= 4, y += 16, a += 16) {
      const x = v128.load(a), square = f32x4.mul(x, x);
      storeLanes(y, power == 2 ? square : power == 3 ? f32x4.mul(square, x) : f32x4.sqrt(x), count);
    }
  } else {
    for (; count > 0; count--, y += 4, a += aStep, b += bStep) store<f32>(y, pow(load<f32>(a), load<f32>(b)));
  }
}

/** C's fmod: the sign is that of `a`. */
function modRow(y: usize, a: usize, b: usize, aStep: usize, bStep: usize, count: i32): void {
  for (; count > 0; count--, y += 4, a += aStep, b += bStep) store<f32>(y, load<f32>(a) % load<f32>(b));
}
