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
 * Eight sums, two vectors of weights and four inputs fill the registers of x86: unrolled by hand, this spills. Engines
 * unroll the loop themselves, and V8 unrolls nested loops more. As a separate function, the tile took 20 to 30 %
 * longer than inlined in the loops of its callers, and 5 to 10 % longer with loops that test at their end.
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
  for (; reads == Reads.RUN || list < listEnd; list += 4) {
    const offset = reads == Reads.RUN ? <usize>0 : <usize>load<u32>(list);
    let p0 = x0 + offset;
    let p1 = x1 + offset;
    let p2 = x2 + offset;
    let p3 = x3 + offset;
    const end = p0 + run;
    for (; reads == Reads.SINGLES || p0 < end; p0 += 4, p1 += 4, p2 += 4, p3 += 4, w += 32) {
      const u = v128.load(w);
      const v = v128.load(w, 16);
      let s = v128.load32_splat(p0);
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
      if (reads == Reads.SINGLES) {
        w += 32;
        break;
      }
    }
    if (reads == Reads.RUN) break;
  }
  finish4(y, yStep, outputs, residual, width, lo, hi, a0, b0, a1, b1, a2, b2, a3, b3);
}
