// Pooling: reduces each window to one value. Channels are lanes; the table has windows clipped to the image.

import { exp, log } from '../shared/math';
import { WindowRecord } from '../generated/layout';
import { storeLanes } from '../shared/lanes';
import { bytesOf } from '../shared/words';

// Kinds of pooling. Always a constant argument of an inlined function.
const MAX: i32 = 0;
const SUM: i32 = 1;

/**
 * y[d][r][c][i] = max over the window of x
 *
 * `windows` has an entry (offset, places, counted: i32) for each of `depth` slices, `rows` and `columns`, in this
 * order. A window begins at the sum of its three offsets, in bytes; the slices may belong to several images.
 * Adjacent elements of a window are `depthStep`, `rowStep` and `columnStep` floats apart. Of each slice, only the rows from `first`
 * to `last` - 1 are computed.
 */
export function poolMax(
  y: usize,
  x: usize,
  windows: usize,
  depth: i32,
  rows: i32,
  columns: i32,
  channels: i32,
  depthStep: i32,
  rowStep: i32,
  columnStep: i32,
  first: i32,
  last: i32,
): void {
  slide(MAX, y, x, windows, depth, rows, columns, channels, depthStep, rowStep, columnStep, 0, first, last);
}

/**
 * y[d][r][c][i] = (sum over the window of |x|^p)^(1/p), or if p is 0 the sum of x / product of the three entries' `counted`;
 * otherwise like `poolMax`
 */
export function poolSum(
  y: usize,
  x: usize,
  windows: usize,
  depth: i32,
  rows: i32,
  columns: i32,
  channels: i32,
  depthStep: i32,
  rowStep: i32,
  columnStep: i32,
  p: i32,
  first: i32,
  last: i32,
): void {
  slide(SUM, y, x, windows, depth, rows, columns, channels, depthStep, rowStep, columnStep, p, first, last);
}

/** Visits all windows. */
// @ts-ignore: decorator
@inline
function slide(
  kind: i32,
  y: usize,
  x: usize,
  windows: usize,
  depth: i32,
  rows: i32,
  columns: i32,
  channels: i32,
  depthStep: i32,
  rowStep: i32,
  columnStep: i32,
  p: i32,
  first: i32,
  last: i32,
): void {
  const zStep = bytesOf(depthStep);
  const yStep = bytesOf(rowStep);
  const xStep = bytesOf(columnStep);
  const rowList = windows + <usize>depth * WindowRecord.BYTES;
  const columnList = rowList + <usize>rows * WindowRecord.BYTES;
  const columnEnd = columnList + <usize>columns * WindowRecord.BYTES;
  const pixel = bytesOf(channels);
  const firstRow = rowList + <usize>first * WindowRecord.BYTES;
  const lastRow = rowList + <usize>last * WindowRecord.BYTES;
  const others = <usize>(rows - last + first) * <usize>columns * pixel;
  y += <usize>first * <usize>columns * pixel;
  for (let d = windows; d < rowList; d += WindowRecord.BYTES, y += others) {
    const slice = x + load<u32>(d, WindowRecord.offset);
    const zCount = load<i32>(d, WindowRecord.places);
    const zCounted = load<i32>(d, WindowRecord.counted);
    for (let r = firstRow; r < lastRow; r += WindowRecord.BYTES) {
      const row = slice + load<u32>(r, WindowRecord.offset);
      const yCount = load<i32>(r, WindowRecord.places);
      const counted = load<i32>(r, WindowRecord.counted) * zCounted;
      for (let c = columnList; c < columnEnd; c += WindowRecord.BYTES, y += pixel) {
        const factor: f32 = kind == SUM ? <f32>1 / <f32>(counted * load<i32>(c, WindowRecord.counted)) : 1;
        window(
          kind,
          y,
          row + load<u32>(c, WindowRecord.offset),
          channels,
          zCount,
          yCount,
          load<i32>(c, WindowRecord.places),
          zStep,
          yStep,
          xStep,
          factor,
          p,
        );
      }
    }
  }
}

/** Reduces one window, for all channels. */
// @ts-ignore: decorator
@inline
function window(
  kind: i32,
  y: usize,
  x: usize,
  channels: i32,
  zCount: i32,
  yCount: i32,
  xCount: i32,
  zStep: usize,
  yStep: usize,
  xStep: usize,
  factor: f32,
  p: i32,
): void {
  const start = f32x4.splat(kind == MAX ? -Infinity : 0);
  const scale = f32x4.splat(factor);
  let n = channels;
  // each maximum or sum waits for the one before it, so four chains take turns
  for (; !p && n >= 16; n -= 16, x += 64, y += 64) {
    let a = start;
    let b = start;
    let c = start;
    let d = start;
    let slice = x;
    for (let z = zCount; z > 0; z--, slice += zStep) {
      let row = slice;
      for (let r = yCount; r > 0; r--, row += yStep) {
        let at = row;
        for (let i = xCount; i > 0; i--, at += xStep) {
          a = join(kind, a, v128.load(at), 0);
          b = join(kind, b, v128.load(at, 16), 0);
          c = join(kind, c, v128.load(at, 32), 0);
          d = join(kind, d, v128.load(at, 48), 0);
        }
      }
    }
    v128.store(y, kind == SUM ? f32x4.mul(a, scale) : a);
    v128.store(y, kind == SUM ? f32x4.mul(b, scale) : b, 16);
    v128.store(y, kind == SUM ? f32x4.mul(c, scale) : c, 32);
    v128.store(y, kind == SUM ? f32x4.mul(d, scale) : d, 48);
  }
  for (; n > 0; n -= 4, x += 16, y += 16) {
    let a = start;
    let slice = x;
    for (let z = zCount; z > 0; z--, slice += zStep) {
      let row = slice;
      for (let r = yCount; r > 0; r--, row += yStep) {
        let at = row;
        for (let i = xCount; i > 0; i--, at += xStep) a = join(kind, a, v128.load(at), p);
      }
    }
    if (kind == SUM) a = p ? root(a, p) : f32x4.mul(a, scale);
    storeLanes(y, a, n);
  }
}

/** Adds a value of the window to the result `a`; with p, its power. */
// @ts-ignore: decorator
@inline
function join(kind: i32, a: v128, x: v128, p: i32): v128 {
  if (kind == MAX) return f32x4.max(a, x); // a NaN stays
  return f32x4.add(a, p ? power(f32x4.abs(x), p) : x);
}

/** x^p for whole p */
function power(x: v128, p: i32): v128 {
  let y = f32x4.splat(1);
  for (; p > 0; p >>= 1) {
    if (p & 1) y = f32x4.mul(y, x);
    x = f32x4.mul(x, x);
  }
  return y;
}

/** x^(1/p) */
function root(x: v128, p: i32): v128 {
  if (p == 1) return x;
  if (p == 2) return f32x4.sqrt(x);
  return exp(f32x4.div(log(x), f32x4.splat(<f32>p)));
}
