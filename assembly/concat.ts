// Rows of one array into rows of another: a part of a concatenation.

import { copyRun } from "./copy";

/** y[r * yStride + i] = x[r * xStride + i] for i below `width`. The arrays do not overlap. */
export function copyRows(y: usize, yStride: i32, x: usize, xStride: i32, rows: i32, width: i32): void {
  const yStep = <usize>yStride << 2, xStep = <usize>xStride << 2;
  for (; rows > 0; rows--, y += yStep, x += xStep) copyRun(y, x, width);
}
