// The inverse DCT of JPEG blocks, bit for bit as libjpeg's accurate integer one ("islow").

// Loeffler, Ligtenberg and Moschytz, 1989, with 13 bits after the point.
const BITS: i32 = 13;
const EXTRA: i32 = 2;

/** A block between the two passes, columns first: 64 values of 32 bits. */
const work = memory.data(256, 16);

/** Four rows of the result: 32 values of 32 bits. */
const rows = memory.data(128, 16);

// @ts-ignore: decorator
@inline
function times(value: v128, factor: i32): v128 {
  return i32x4.mul(value, i32x4.splat(factor));
}

/**
 * Transforms four lines at once, divides by 2^shift, rounding half up, and writes the lines as columns.
 *
 * @param v0 the first values of the four lines, and so on
 * @param target where the first four values of the first line go; those of the next line 32 bytes after
 */
// @ts-ignore: decorator
@inline
function transformLines(
  v0: v128,
  v1: v128,
  v2: v128,
  v3: v128,
  v4: v128,
  v5: v128,
  v6: v128,
  v7: v128,
  shift: i32,
  target: usize,
): void {
  const half = i32x4.splat(1 << (shift - 1));
  const even = times(i32x4.add(v2, v6), 4433);
  const even2 = i32x4.sub(even, times(v6, 15137));
  const even3 = i32x4.add(even, times(v2, 6270));
  const even0 = i32x4.add(i32x4.shl(i32x4.add(v0, v4), BITS), half);
  const even1 = i32x4.add(i32x4.shl(i32x4.sub(v0, v4), BITS), half);

  const z3 = i32x4.add(v7, v3);
  const z4 = i32x4.add(v5, v1);
  const odd = times(i32x4.add(z3, z4), 9633);
  const a = times(i32x4.add(v7, v1), -7373);
  const b = times(i32x4.add(v5, v3), -20995);
  const c = i32x4.add(times(z3, -16069), odd);
  const d = i32x4.add(times(z4, -3196), odd);
  const odd0 = i32x4.add(i32x4.add(times(v7, 2446), a), c);
  const odd1 = i32x4.add(i32x4.add(times(v5, 16819), b), d);
  const odd2 = i32x4.add(i32x4.add(times(v3, 25172), b), c);
  const odd3 = i32x4.add(i32x4.add(times(v1, 12299), a), d);

  const s0 = i32x4.add(even0, even3);
  const s3 = i32x4.sub(even0, even3);
  const s1 = i32x4.add(even1, even2);
  const s2 = i32x4.sub(even1, even2);
  const w0 = i32x4.shr_s(i32x4.add(s0, odd3), shift);
  const w7 = i32x4.shr_s(i32x4.sub(s0, odd3), shift);
  const w1 = i32x4.shr_s(i32x4.add(s1, odd2), shift);
  const w6 = i32x4.shr_s(i32x4.sub(s1, odd2), shift);
  const w2 = i32x4.shr_s(i32x4.add(s2, odd1), shift);
  const w5 = i32x4.shr_s(i32x4.sub(s2, odd1), shift);
  const w3 = i32x4.shr_s(i32x4.add(s3, odd0), shift);
  const w4 = i32x4.shr_s(i32x4.sub(s3, odd0), shift);
  storeTransposed(target, w0, w1, w2, w3);
  storeTransposed(target + 16, w4, w5, w6, w7);
}

/** Writes four rows of four values as columns, 32 bytes apart. */
// @ts-ignore: decorator
@inline
function storeTransposed(at: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab0 = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const ab1 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const cd1 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(at, v128.shuffle<i64>(ab0, cd0, 0, 2));
  v128.store(at, v128.shuffle<i64>(ab0, cd0, 1, 3), 32);
  v128.store(at, v128.shuffle<i64>(ab1, cd1, 0, 2), 64);
  v128.store(at, v128.shuffle<i64>(ab1, cd1, 1, 3), 96);
}

// @ts-ignore: decorator
@inline
function dequantized(block: usize, quant: usize, row: usize): v128 {
  return i32x4.mul(v128.load_ext<i16>(block + row * 16), v128.load_ext<u16>(quant + row * 16));
}

/** Writes two rows of eight values of 32 bits as samples. */
// @ts-ignore: decorator
@inline
function storeRows(at: usize, target: usize, stride: usize): void {
  const centre = i16x8.splat(128);
  const first = i16x8.narrow_i32x4_s(v128.load(at), v128.load(at, 16));
  const second = i16x8.narrow_i32x4_s(v128.load(at, 32), v128.load(at, 48));
  const rows = i8x16.narrow_i16x8_u(i16x8.add_sat_s(first, centre), i16x8.add_sat_s(second, centre));
  v128.store64_lane(target, rows, 0);
  v128.store64_lane(target + stride, rows, 1);
}

/** Whether all coefficients but the first are zero. */
// @ts-ignore: decorator
@inline
function isFlat(block: usize): bool {
  let rest = v128.and(v128.load(block), i16x8(0, -1, -1, -1, -1, -1, -1, -1));
  for (let at: usize = 16; at < 128; at += 16) rest = v128.or(rest, v128.load(block + at));
  return !v128.any_true(rest);
}

/**
 * Transforms `count` blocks of 64 coefficients to samples beside each other.
 *
 * @param blocks i16, in natural order
 * @param quant 64 of u16
 * @param samples u8, `stride` bytes from row to row
 */
export function transformBlocks(blocks: usize, quant: usize, samples: usize, stride: usize, count: usize): void {
  for (const end = blocks + count * 128; blocks < end; blocks += 128, samples += 8) {
    if (isFlat(blocks)) {
      const value = ((i32(load<i16>(blocks)) * i32(load<u16>(quant))) << EXTRA) + 16;
      const sample = i8x16.splat(<i8>max(0, min(255, (value >> (EXTRA + 3)) + 128)));
      for (let y: usize = 0; y < 8; y++) v128.store64_lane(samples + y * stride, sample, 0);
      continue;
    }
    for (let half: usize = 0; half < 2; half++) {
      const block = blocks + half * 8;
      const factors = quant + half * 8;
      transformLines(
        dequantized(block, factors, 0),
        dequantized(block, factors, 1),
        dequantized(block, factors, 2),
        dequantized(block, factors, 3),
        dequantized(block, factors, 4),
        dequantized(block, factors, 5),
        dequantized(block, factors, 6),
        dequantized(block, factors, 7),
        BITS - EXTRA,
        work + half * 128,
      );
    }
    for (let half: usize = 0; half < 2; half++) {
      const at = work + half * 16;
      transformLines(
        v128.load(at),
        v128.load(at, 32),
        v128.load(at, 64),
        v128.load(at, 96),
        v128.load(at, 128),
        v128.load(at, 160),
        v128.load(at, 192),
        v128.load(at, 224),
        BITS + EXTRA + 3,
        rows,
      );
      const target = samples + half * 4 * stride;
      storeRows(rows, target, stride);
      storeRows(rows + 64, target + 2 * stride, stride);
    }
  }
}
