// Rows of one array into rows of another: a part of a concatenation.

import { bytesOf, copyWords } from '../shared/words';

/** y[r * yStride + i] = x[r * xStride + i] for i below `width`. The arrays do not overlap. */
export function copyRows(y: usize, yStride: i32, x: usize, xStride: i32, rows: i32, width: i32): void {
  const yStep = bytesOf(yStride);
  const xStep = bytesOf(xStride);
  for (; rows > 0; rows--, y += yStep, x += xStep) copyWords(y, x, width);
}

/** Moves `bytes` bytes; the ranges may overlap. */
export function move(to: usize, from: usize, bytes: i32): void {
  memory.copy(to, from, bytes);
}
