// Functions of two arrays of floats, with broadcasting.

import { AxisRecord, BinaryKind } from '../generated/layout';
import { storeLanes } from '../shared/lanes';
import { pow } from '../shared/pow';
import { bytesOf } from '../shared/words';

/**
 * y[i0]...[ir] = f(a[i0 * aStep0 + ... ], b[i0 * bStep0 + ...]), f by `kind`
 *
 * `table` holds the number of axes (at least one), then for each axis, outermost first, its size and its steps in bytes
 * in `a` and in `b`; the steps of the last axis are 0 or 4. `y` is dense and may be `a` or `b` if they have the same
 * size. `scratch` has room for 16 bytes. Of the outermost axis, only the indices from `first` to `last` - 1 are computed.
 */
export function binary(
  y: usize,
  a: usize,
  b: usize,
  table: usize,
  scratch: usize,
  kind: i32,
  first: i32,
  last: i32,
): void {
  const rank = load<i32>(table);
  const axis = table + 4;
  let inside = first;
  for (let i = 1; i < rank; i++) inside *= load<i32>(axis + <usize>i * AxisRecord.BYTES, AxisRecord.count);
  a += <usize>first * load<u32>(axis, AxisRecord.aStep);
  b += <usize>first * load<u32>(axis, AxisRecord.bStep);
  walk(y + bytesOf(inside), a, b, axis, last - first, rank, scratch, kind);
}

/** `count` indices of one axis with all axes inside it; returns the end of the written part. */
function walk(y: usize, a: usize, b: usize, axis: usize, count: i32, rank: i32, scratch: usize, kind: i32): usize {
  const aStep = load<u32>(axis, AxisRecord.aStep);
  const bStep = load<u32>(axis, AxisRecord.bStep);
  if (rank == 1) {
    if (kind == BinaryKind.pow) powRow(y, a, b, aStep, bStep, count);
    else if (kind == BinaryKind.mod) modRow(y, a, b, aStep, bStep, count);
    else row(y, a, b, aStep, bStep, count, scratch, kind);
    return y + bytesOf(count);
  }
  const next = axis + AxisRecord.BYTES;
  const inside = load<i32>(next, AxisRecord.count);
  for (let i = 0; i < count; i++, a += aStep, b += bStep) y = walk(y, a, b, next, inside, rank - 1, scratch, kind);
  return y;
}

/**
 * The last axis. An operand with step 0 is copied to all lanes of `scratch`, so that it is read like the other operand.
 */
function row(y: usize, a: usize, b: usize, aStep: usize, bStep: usize, count: i32, scratch: usize, kind: i32): void {
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
    case BinaryKind.add:
      return loop(BinaryKind.add, y, a, b, aStep, bStep, count);
    case BinaryKind.sub:
      return loop(BinaryKind.sub, y, a, b, aStep, bStep, count);
    case BinaryKind.mul:
      return loop(BinaryKind.mul, y, a, b, aStep, bStep, count);
    case BinaryKind.div:
      return loop(BinaryKind.div, y, a, b, aStep, bStep, count);
    case BinaryKind.min:
      return loop(BinaryKind.min, y, a, b, aStep, bStep, count);
    case BinaryKind.max:
      return loop(BinaryKind.max, y, a, b, aStep, bStep, count);
    case BinaryKind.prelu:
      return loop(BinaryKind.prelu, y, a, b, aStep, bStep, count);
    case BinaryKind.equal:
      return loop(BinaryKind.equal, y, a, b, aStep, bStep, count);
    case BinaryKind.greater:
      return loop(BinaryKind.greater, y, a, b, aStep, bStep, count);
    case BinaryKind.less:
      return loop(BinaryKind.less, y, a, b, aStep, bStep, count);
    case BinaryKind.greaterOrEqual:
      return loop(BinaryKind.greaterOrEqual, y, a, b, aStep, bStep, count);
    default:
      return loop(BinaryKind.lessOrEqual, y, a, b, aStep, bStep, count);
  }
}

/**
 * `kind` is a constant, so that only one case is compiled. Incomplete vectors are not in the loop: engines unroll only those
 * without branches.
 */
// @ts-ignore: decorator
@inline
function loop(kind: i32, y: usize, a: usize, b: usize, aStep: usize, bStep: usize, count: i32): void {
  for (; count >= 4; count -= 4, y += 16, a += aStep, b += bStep) {
    v128.store(y, apply(kind, v128.load(a), v128.load(b)));
  }
  if (count > 0) storeLanes(y, apply(kind, v128.load(a), v128.load(b)), count);
}

// @ts-ignore: decorator
@inline
function apply(kind: i32, a: v128, b: v128): v128 {
  if (kind == BinaryKind.add) return f32x4.add(a, b);
  if (kind == BinaryKind.sub) return f32x4.sub(a, b);
  if (kind == BinaryKind.mul) return f32x4.mul(a, b);
  if (kind == BinaryKind.div) return f32x4.div(a, b);
  if (kind == BinaryKind.min) return f32x4.min(a, b);
  if (kind == BinaryKind.max) return f32x4.max(a, b);
  if (kind == BinaryKind.prelu) return v128.bitselect(f32x4.mul(a, b), a, f32x4.lt(a, f32x4.splat(0)));
  if (kind == BinaryKind.equal) return i32x4.shr_u(f32x4.eq(a, b), 31);
  if (kind == BinaryKind.greater) return i32x4.shr_u(f32x4.gt(a, b), 31);
  if (kind == BinaryKind.less) return i32x4.shr_u(f32x4.lt(a, b), 31);
  if (kind == BinaryKind.greaterOrEqual) return i32x4.shr_u(f32x4.ge(a, b), 31);
  return i32x4.shr_u(f32x4.le(a, b), 31);
}

/** Powers; squares, cubes and square roots need no logarithm. */
function powRow(y: usize, a: usize, b: usize, aStep: usize, bStep: usize, count: i32): void {
  const power = load<f32>(b);
  const constantPower = bStep == 0 && aStep == 4;
  if (constantPower && (power == 2 || power == 3 || power == 0.5)) {
    for (; count > 0; count -= 4, y += 16, a += 16) {
      const x = v128.load(a);
      const square = f32x4.mul(x, x);
      storeLanes(y, power == 2 ? square : power == 3 ? f32x4.mul(square, x) : f32x4.sqrt(x), count);
    }
  } else {
    for (; count > 0; count--, y += 4, a += aStep, b += bStep) store<f32>(y, pow(load<f32>(a), load<f32>(b)));
  }
}

/** C's fmod: the result has the sign of `a`. */
function modRow(y: usize, a: usize, b: usize, aStep: usize, bStep: usize, count: i32): void {
  for (; count > 0; count--, y += 4, a += aStep, b += bStep) store<f32>(y, load<f32>(a) % load<f32>(b));
}
