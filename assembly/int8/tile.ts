// The tile of a product of integers: four rows by one panel of 8 columns.

import { requantize } from './requantize';
import { storeRow, storeSums } from './store';

/** How a tile reads its rows. Always a constant argument, so that only one case is compiled. */
export const enum Reads {
  /** One run of neighbouring pairs. */
  RUN,
  /** A run of neighbouring pairs at each offset of a list. */
  RUNS,
  /** A single pair at each offset of a list. */
  SINGLES,
}

/** What a tile stores. Always a constant argument. */
export const enum Result {
  /** Integers of an int8 value. */
  INTEGERS,
  /** The same for a whole panel, next to each other. */
  WHOLE,
  /** Sums of 32 bits, without biases. */
  SUMS,
}

/**
 * y[r][j] = round((bias[j] + sum over t, k of xr[list[t] + k] * w[t][k][j]) * factor[j]) within lo and hi, for four rows r
 *
 * `x` are pairs of 16-bit integers, `w` is [t][pair k][8][2] as well. `bias` is the address of 8 biases of 32 bits, which 8
 * factors follow. `x0` to `x3` are the addresses of the rows, `list` to `listEnd` is the range of the byte offsets, and a run
 * has `run` bytes. Rows of `y` are `yStep` bytes apart; `width` columns are stored, next to each other or at the byte offsets
 * `outputs`.
 *
 * Four pairs take one pass of the loop, with tests between them, as in conv/tile.ts.
 */
// @ts-ignore: decorator
@inline
export function tile4(
  reads: Reads,
  result: Result,
  y: usize,
  yStep: usize,
  x0: usize,
  x1: usize,
  x2: usize,
  x3: usize,
  list: usize,
  listEnd: usize,
  run: usize,
  bias: usize,
  w: usize,
  outputs: usize,
  width: i32,
  lo: v128,
  hi: v128,
): void {
  let a0 = result == Result.SUMS ? i32x4.splat(0) : v128.load(bias);
  let b0 = result == Result.SUMS ? i32x4.splat(0) : v128.load(bias, 16);
  let a1 = a0;
  let b1 = b0;
  let a2 = a0;
  let b2 = b0;
  let a3 = a0;
  let b3 = b0;
  let u: v128;
  let v: v128;
  let s: v128;
  let at: usize;
  if (reads == Reads.SINGLES) {
    const e1 = listEnd - 4;
    const e2 = listEnd - 8;
    const e3 = listEnd - 12;
    while (list < listEnd) {
      at = load<u32>(list);
      u = v128.load(w);
      v = v128.load(w, 16);
      s = v128.load32_splat(x0 + at);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(s, u));
      b0 = i32x4.add(b0, i32x4.dot_i16x8_s(s, v));
      s = v128.load32_splat(x1 + at);
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(s, u));
      b1 = i32x4.add(b1, i32x4.dot_i16x8_s(s, v));
      s = v128.load32_splat(x2 + at);
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(s, u));
      b2 = i32x4.add(b2, i32x4.dot_i16x8_s(s, v));
      s = v128.load32_splat(x3 + at);
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(s, u));
      b3 = i32x4.add(b3, i32x4.dot_i16x8_s(s, v));
      if (list == e1) break;
      at = load<u32>(list, 4);
      u = v128.load(w, 32);
      v = v128.load(w, 48);
      s = v128.load32_splat(x0 + at);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(s, u));
      b0 = i32x4.add(b0, i32x4.dot_i16x8_s(s, v));
      s = v128.load32_splat(x1 + at);
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(s, u));
      b1 = i32x4.add(b1, i32x4.dot_i16x8_s(s, v));
      s = v128.load32_splat(x2 + at);
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(s, u));
      b2 = i32x4.add(b2, i32x4.dot_i16x8_s(s, v));
      s = v128.load32_splat(x3 + at);
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(s, u));
      b3 = i32x4.add(b3, i32x4.dot_i16x8_s(s, v));
      if (list == e2) break;
      at = load<u32>(list, 8);
      u = v128.load(w, 64);
      v = v128.load(w, 80);
      s = v128.load32_splat(x0 + at);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(s, u));
      b0 = i32x4.add(b0, i32x4.dot_i16x8_s(s, v));
      s = v128.load32_splat(x1 + at);
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(s, u));
      b1 = i32x4.add(b1, i32x4.dot_i16x8_s(s, v));
      s = v128.load32_splat(x2 + at);
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(s, u));
      b2 = i32x4.add(b2, i32x4.dot_i16x8_s(s, v));
      s = v128.load32_splat(x3 + at);
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(s, u));
      b3 = i32x4.add(b3, i32x4.dot_i16x8_s(s, v));
      if (list == e3) break;
      at = load<u32>(list, 12);
      u = v128.load(w, 96);
      v = v128.load(w, 112);
      s = v128.load32_splat(x0 + at);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(s, u));
      b0 = i32x4.add(b0, i32x4.dot_i16x8_s(s, v));
      s = v128.load32_splat(x1 + at);
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(s, u));
      b1 = i32x4.add(b1, i32x4.dot_i16x8_s(s, v));
      s = v128.load32_splat(x2 + at);
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(s, u));
      b2 = i32x4.add(b2, i32x4.dot_i16x8_s(s, v));
      s = v128.load32_splat(x3 + at);
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(s, u));
      b3 = i32x4.add(b3, i32x4.dot_i16x8_s(s, v));
      list += 16;
      w += 128;
    }
  } else if (reads == Reads.RUN) {
    let p0 = x0;
    let p1 = x1;
    let p2 = x2;
    let p3 = x3;
    const end = p0 + run;
    const e1 = end - 4;
    const e2 = end - 8;
    const e3 = end - 12;
    while (p0 < end) {
      u = v128.load(w);
      v = v128.load(w, 16);
      s = v128.load32_splat(p0);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(s, u));
      b0 = i32x4.add(b0, i32x4.dot_i16x8_s(s, v));
      s = v128.load32_splat(p1);
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(s, u));
      b1 = i32x4.add(b1, i32x4.dot_i16x8_s(s, v));
      s = v128.load32_splat(p2);
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(s, u));
      b2 = i32x4.add(b2, i32x4.dot_i16x8_s(s, v));
      s = v128.load32_splat(p3);
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(s, u));
      b3 = i32x4.add(b3, i32x4.dot_i16x8_s(s, v));
      if (p0 == e1) break;
      u = v128.load(w, 32);
      v = v128.load(w, 48);
      s = v128.load32_splat(p0, 4);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(s, u));
      b0 = i32x4.add(b0, i32x4.dot_i16x8_s(s, v));
      s = v128.load32_splat(p1, 4);
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(s, u));
      b1 = i32x4.add(b1, i32x4.dot_i16x8_s(s, v));
      s = v128.load32_splat(p2, 4);
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(s, u));
      b2 = i32x4.add(b2, i32x4.dot_i16x8_s(s, v));
      s = v128.load32_splat(p3, 4);
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(s, u));
      b3 = i32x4.add(b3, i32x4.dot_i16x8_s(s, v));
      if (p0 == e2) break;
      u = v128.load(w, 64);
      v = v128.load(w, 80);
      s = v128.load32_splat(p0, 8);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(s, u));
      b0 = i32x4.add(b0, i32x4.dot_i16x8_s(s, v));
      s = v128.load32_splat(p1, 8);
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(s, u));
      b1 = i32x4.add(b1, i32x4.dot_i16x8_s(s, v));
      s = v128.load32_splat(p2, 8);
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(s, u));
      b2 = i32x4.add(b2, i32x4.dot_i16x8_s(s, v));
      s = v128.load32_splat(p3, 8);
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(s, u));
      b3 = i32x4.add(b3, i32x4.dot_i16x8_s(s, v));
      if (p0 == e3) break;
      u = v128.load(w, 96);
      v = v128.load(w, 112);
      s = v128.load32_splat(p0, 12);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(s, u));
      b0 = i32x4.add(b0, i32x4.dot_i16x8_s(s, v));
      s = v128.load32_splat(p1, 12);
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(s, u));
      b1 = i32x4.add(b1, i32x4.dot_i16x8_s(s, v));
      s = v128.load32_splat(p2, 12);
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(s, u));
      b2 = i32x4.add(b2, i32x4.dot_i16x8_s(s, v));
      s = v128.load32_splat(p3, 12);
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(s, u));
      b3 = i32x4.add(b3, i32x4.dot_i16x8_s(s, v));
      p0 += 16;
      p1 += 16;
      p2 += 16;
      p3 += 16;
      w += 128;
    }
  } else {
    for (; list < listEnd; list += 4) {
      const offset = <usize>load<u32>(list);
      let p0 = x0 + offset;
      let p1 = x1 + offset;
      let p2 = x2 + offset;
      let p3 = x3 + offset;
      const end = p0 + run;
      const e1 = end - 4;
      const e2 = end - 8;
      const e3 = end - 12;
      const next = w + run * 8;
      while (p0 < end) {
        u = v128.load(w);
        v = v128.load(w, 16);
        s = v128.load32_splat(p0);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(s, u));
        b0 = i32x4.add(b0, i32x4.dot_i16x8_s(s, v));
        s = v128.load32_splat(p1);
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(s, u));
        b1 = i32x4.add(b1, i32x4.dot_i16x8_s(s, v));
        s = v128.load32_splat(p2);
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(s, u));
        b2 = i32x4.add(b2, i32x4.dot_i16x8_s(s, v));
        s = v128.load32_splat(p3);
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(s, u));
        b3 = i32x4.add(b3, i32x4.dot_i16x8_s(s, v));
        if (p0 == e1) break;
        u = v128.load(w, 32);
        v = v128.load(w, 48);
        s = v128.load32_splat(p0, 4);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(s, u));
        b0 = i32x4.add(b0, i32x4.dot_i16x8_s(s, v));
        s = v128.load32_splat(p1, 4);
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(s, u));
        b1 = i32x4.add(b1, i32x4.dot_i16x8_s(s, v));
        s = v128.load32_splat(p2, 4);
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(s, u));
        b2 = i32x4.add(b2, i32x4.dot_i16x8_s(s, v));
        s = v128.load32_splat(p3, 4);
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(s, u));
        b3 = i32x4.add(b3, i32x4.dot_i16x8_s(s, v));
        if (p0 == e2) break;
        u = v128.load(w, 64);
        v = v128.load(w, 80);
        s = v128.load32_splat(p0, 8);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(s, u));
        b0 = i32x4.add(b0, i32x4.dot_i16x8_s(s, v));
        s = v128.load32_splat(p1, 8);
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(s, u));
        b1 = i32x4.add(b1, i32x4.dot_i16x8_s(s, v));
        s = v128.load32_splat(p2, 8);
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(s, u));
        b2 = i32x4.add(b2, i32x4.dot_i16x8_s(s, v));
        s = v128.load32_splat(p3, 8);
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(s, u));
        b3 = i32x4.add(b3, i32x4.dot_i16x8_s(s, v));
        if (p0 == e3) break;
        u = v128.load(w, 96);
        v = v128.load(w, 112);
        s = v128.load32_splat(p0, 12);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(s, u));
        b0 = i32x4.add(b0, i32x4.dot_i16x8_s(s, v));
        s = v128.load32_splat(p1, 12);
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(s, u));
        b1 = i32x4.add(b1, i32x4.dot_i16x8_s(s, v));
        s = v128.load32_splat(p2, 12);
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(s, u));
        b2 = i32x4.add(b2, i32x4.dot_i16x8_s(s, v));
        s = v128.load32_splat(p3, 12);
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(s, u));
        b3 = i32x4.add(b3, i32x4.dot_i16x8_s(s, v));
        p0 += 16;
        p1 += 16;
        p2 += 16;
        p3 += 16;
        w += 128;
      }
      w = next;
    }
  }
  if (result == Result.SUMS) {
    storeSums(y, outputs, width, a0, b0);
    storeSums(y + yStep, outputs, width, a1, b1);
    storeSums(y + yStep * 2, outputs, width, a2, b2);
    storeSums(y + yStep * 3, outputs, width, a3, b3);
    return;
  }
  const f = v128.load(bias, 32);
  const g = v128.load(bias, 48);
  const r0 = i16x8.narrow_i32x4_s(requantize(a0, f, lo, hi), requantize(b0, g, lo, hi));
  const r1 = i16x8.narrow_i32x4_s(requantize(a1, f, lo, hi), requantize(b1, g, lo, hi));
  const r2 = i16x8.narrow_i32x4_s(requantize(a2, f, lo, hi), requantize(b2, g, lo, hi));
  const r3 = i16x8.narrow_i32x4_s(requantize(a3, f, lo, hi), requantize(b3, g, lo, hi));
  if (result != Result.WHOLE && (outputs || width < 8)) {
    storeRow(y, outputs, width, r0);
    storeRow(y + yStep, outputs, width, r1);
    storeRow(y + yStep * 2, outputs, width, r2);
    storeRow(y + yStep * 3, outputs, width, r3);
  } else {
    v128.store(y, r0);
    y += yStep;
    v128.store(y, r1);
    y += yStep;
    v128.store(y, r2);
    v128.store(y + yStep, r3);
  }
}
