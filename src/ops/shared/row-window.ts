// A window of rows: the part of a value that is in memory while layers run in bands of rows.

import type { RowsRead } from '../../ir/plan.js';
import type { Kernels } from '../../kernels/wasm.js';

/** Bytes past the end of an array that kernels may read. */
export const OVERREAD = 64;

/** Rows `from` to `to` - 1 of a value between two layers, stored at `address`. */
export type Window = { address: number; rowBytes: number; reads: RowsRead; from: number; to: number };

/** The address of row 0 of the value, even if that row is not in memory. */
export const rowZero = ({ address, from, rowBytes: bytes }: Window): number => address - from * bytes;

/** Moves a window to the rows [from, to): keeps the rows that it has and computes the others. */
export const advance = (
  window: Window,
  [from, to]: readonly [number, number],
  make: (first: number, last: number) => void,
  kernels: Kernels,
): void => {
  const start = Math.max(from, window.from);
  if (window.to > start && start > window.from) {
    const offset = (start - window.from) * window.rowBytes;
    kernels.move(window.address, window.address + offset, (window.to - start) * window.rowBytes);
  }
  const next = Math.max(window.to, from);
  window.from = from;
  window.to = to;
  if (next < to) make(next, to);
};
