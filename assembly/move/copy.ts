// Copies of whole rows and of bytes.

import { bytesOf, copyWords } from '../shared/words';

/** y[r * yStride + i] = x[r * xStride + i] for i below `width`; the arrays do not overlap */
export function copyRows(y: usize, yStride: i32, x: usize, xStride: i32, rows: i32, width: i32): void {
  const yStep = bytesOf(yStride);
  const xStep = bytesOf(xStride);
  for (; rows > 0; rows--, y += yStep, x += xStep) copyWords(y, x, width);
}

/** Copies `bytes` bytes; the ranges may overlap. */
export function move(to: usize, from: usize, bytes: i32): void {
  memory.copy(to, from, bytes);
}
