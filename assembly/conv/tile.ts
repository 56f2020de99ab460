// The tile of a product: four rows by one panel of up to 8 columns.

import { finish4 } from './finish';
import { madd } from '../shared/lanes';

/** How a tile reads its rows. Always a constant argument, so that only one case is compiled. */
export const enum Reads {
  /** One run of neighbouring floats. */
  RUN,
  /** A run at each offset of a list. */
  RUNS,
  /** A single float at each offset of a list. */
  SINGLES,
}

/**
 * y[r][j] = clamp(bias[j] + sum over t, k of xr[list[t] + k] * w[t][k][j] + residual[r][j], lo, hi) for four rows r
 *
 * `x0` to `x3` are the addresses of the rows, `list` to `listEnd` is the range of the byte offsets, and a run has `run`
 * bytes. `RUN` uses no list, `SINGLES` no run. `outputs`, `residual` and `width` are as in `finish4`.
 *
 * Four inputs take one pass of the loop: constant offsets spare the additions to five addresses, which took a seventh of the
 * time where products and sums are separate instructions. Only the tests between the inputs make this possible: without
 * them, V8 moves the loads of all four inputs to the top, where they and the eight sums do not fit in the registers of x86.
 * As a separate function, the tile took 20 to 30 % longer than inlined in the loops of its callers.
 */
// @ts-ignore: decorator
@inline
export function tile4(
  reads: Reads,
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
  residual: usize,
  width: i32,
  lo: v128,
  hi: v128,
): void {
  let a0 = v128.load(bias);
  let b0 = v128.load(bias, 16);
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
      a0 = madd(s, u, a0);
      b0 = madd(s, v, b0);
      s = v128.load32_splat(x1 + at);
      a1 = madd(s, u, a1);
      b1 = madd(s, v, b1);
      s = v128.load32_splat(x2 + at);
      a2 = madd(s, u, a2);
      b2 = madd(s, v, b2);
      s = v128.load32_splat(x3 + at);
      a3 = madd(s, u, a3);
      b3 = madd(s, v, b3);
      if (list == e1) break;
      at = load<u32>(list, 4);
      u = v128.load(w, 32);
      v = v128.load(w, 48);
      s = v128.load32_splat(x0 + at);
      a0 = madd(s, u, a0);
      b0 = madd(s, v, b0);
      s = v128.load32_splat(x1 + at);
      a1 = madd(s, u, a1);
      b1 = madd(s, v, b1);
      s = v128.load32_splat(x2 + at);
      a2 = madd(s, u, a2);
      b2 = madd(s, v, b2);
      s = v128.load32_splat(x3 + at);
      a3 = madd(s, u, a3);
      b3 = madd(s, v, b3);
      if (list == e2) break;
      at = load<u32>(list, 8);
      u = v128.load(w, 64);
      v = v128.load(w, 80);
      s = v128.load32_splat(x0 + at);
      a0 = madd(s, u, a0);
      b0 = madd(s, v, b0);
      s = v128.load32_splat(x1 + at);
      a1 = madd(s, u, a1);
      b1 = madd(s, v, b1);
      s = v128.load32_splat(x2 + at);
      a2 = madd(s, u, a2);
      b2 = madd(s, v, b2);
      s = v128.load32_splat(x3 + at);
      a3 = madd(s, u, a3);
      b3 = madd(s, v, b3);
      if (list == e3) break;
      at = load<u32>(list, 12);
      u = v128.load(w, 96);
      v = v128.load(w, 112);
      s = v128.load32_splat(x0 + at);
      a0 = madd(s, u, a0);
      b0 = madd(s, v, b0);
      s = v128.load32_splat(x1 + at);
      a1 = madd(s, u, a1);
      b1 = madd(s, v, b1);
      s = v128.load32_splat(x2 + at);
      a2 = madd(s, u, a2);
      b2 = madd(s, v, b2);
      s = v128.load32_splat(x3 + at);
      a3 = madd(s, u, a3);
      b3 = madd(s, v, b3);
      list += 16;
      w += 128;
    }
  } else
    for (; reads == Reads.RUN || list < listEnd; list += 4) {
      const offset = reads == Reads.RUN ? <usize>0 : <usize>load<u32>(list);
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
        a0 = madd(s, u, a0);
        b0 = madd(s, v, b0);
        s = v128.load32_splat(p1);
        a1 = madd(s, u, a1);
        b1 = madd(s, v, b1);
        s = v128.load32_splat(p2);
        a2 = madd(s, u, a2);
        b2 = madd(s, v, b2);
        s = v128.load32_splat(p3);
        a3 = madd(s, u, a3);
        b3 = madd(s, v, b3);
        if (p0 == e1) break;
        u = v128.load(w, 32);
        v = v128.load(w, 48);
        s = v128.load32_splat(p0, 4);
        a0 = madd(s, u, a0);
        b0 = madd(s, v, b0);
        s = v128.load32_splat(p1, 4);
        a1 = madd(s, u, a1);
        b1 = madd(s, v, b1);
        s = v128.load32_splat(p2, 4);
        a2 = madd(s, u, a2);
        b2 = madd(s, v, b2);
        s = v128.load32_splat(p3, 4);
        a3 = madd(s, u, a3);
        b3 = madd(s, v, b3);
        if (p0 == e2) break;
        u = v128.load(w, 64);
        v = v128.load(w, 80);
        s = v128.load32_splat(p0, 8);
        a0 = madd(s, u, a0);
        b0 = madd(s, v, b0);
        s = v128.load32_splat(p1, 8);
        a1 = madd(s, u, a1);
        b1 = madd(s, v, b1);
        s = v128.load32_splat(p2, 8);
        a2 = madd(s, u, a2);
        b2 = madd(s, v, b2);
        s = v128.load32_splat(p3, 8);
        a3 = madd(s, u, a3);
        b3 = madd(s, v, b3);
        if (p0 == e3) break;
        u = v128.load(w, 96);
        v = v128.load(w, 112);
        s = v128.load32_splat(p0, 12);
        a0 = madd(s, u, a0);
        b0 = madd(s, v, b0);
        s = v128.load32_splat(p1, 12);
        a1 = madd(s, u, a1);
        b1 = madd(s, v, b1);
        s = v128.load32_splat(p2, 12);
        a2 = madd(s, u, a2);
        b2 = madd(s, v, b2);
        s = v128.load32_splat(p3, 12);
        a3 = madd(s, u, a3);
        b3 = madd(s, v, b3);
        p0 += 16;
        p1 += 16;
        p2 += 16;
        p3 += 16;
        w += 128;
      }
      w = next;
      if (reads == Reads.RUN) break;
    }
  finish4(y, yStep, outputs, residual, width, lo, hi, a0, b0, a1, b1, a2, b2, a3, b3);
}
