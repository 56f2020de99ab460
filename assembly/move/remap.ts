// Moves elements by lists of offsets: transpose, slice, pad, gather, expand, tile, nearest resize.

import { bytesOf, copyWords, fillWords } from '../shared/words';

/**
 * y[i0]...[ir][k] = x[offset(0, i0) + ... + offset(r, ir) + k], or `fill` where an offset is negative
 *
 * `table` holds the number of axes (at least one), the length of a run (the range of k), the sizes of the axes,
 * outermost first, then the byte offsets in `x` of each axis. `y` is dense; `y` and `x` do not overlap. Of the outermost axis,
 * only the indices from `first` to `last` - 1 are written, as far as it has them.
 */
export function remap(y: usize, x: usize, table: usize, fill: u32, first: i32, last: i32): void {
  const rank = load<i32>(table);
  const run = load<i32>(table, 4);
  const sizes = table + 8;
  const offsets = sizes + bytesOf(rank);
  const size = load<i32>(sizes);
  const from = offsets + bytesOf(first);
  const to = offsets + bytesOf(min(last, size));
  y += bytesOf(first * sizeInside(sizes, rank, run));
  walk(y, x, sizes, from, to, offsets + bytesOf(size), rank, run, fill);
}

/** How many elements an index of the outermost axis has. */
function sizeInside(sizes: usize, rank: i32, run: i32): i32 {
  for (let axis = 1; axis < rank; axis++) run *= load<i32>(sizes + bytesOf(axis));
  return run;
}

/**
 * Writes the indices of one axis whose offsets are from `offsets` to `end`, with all axes inside it, whose lists begin at `lists`;
 * returns the end of the written part, like the functions below.
 */
function walk(
  y: usize,
  x: usize,
  sizes: usize,
  offsets: usize,
  end: usize,
  lists: usize,
  rank: i32,
  run: i32,
  fill: u32,
): usize {
  if (rank == 1) return run == 1 ? elements(y, x, offsets, end, fill) : runs(y, x, offsets, end, run, fill);
  const inside = load<i32>(sizes, 4);
  if (rank == 2 && run == 1) return grid(y, x, offsets, end, lists, inside, fill);
  const listEnd = lists + bytesOf(inside);
  for (; offsets < end; offsets += 4) {
    const offset = load<i32>(offsets);
    if (offset >= 0) y = walk(y, x + offset, sizes + 4, lists, listEnd, listEnd, rank - 1, run, fill);
    else y = fillWords(y, fill, sizeInside(sizes, rank, run));
  }
  return y;
}

/** An axis of single elements. */
function elements(y: usize, x: usize, offsets: usize, end: usize, fill: u32): usize {
  // 4 elements at a time; a negative offset reads the bytes before x and drops them
  for (; offsets + 16 <= end; offsets += 16, y += 16) {
    const a = load<i32>(offsets);
    const b = load<i32>(offsets, 4);
    const c = load<i32>(offsets, 8);
    const d = load<i32>(offsets, 12);
    store<u32>(y, select(load<u32>(x + a), fill, a >= 0));
    store<u32>(y, select(load<u32>(x + b), fill, b >= 0), 4);
    store<u32>(y, select(load<u32>(x + c), fill, c >= 0), 8);
    store<u32>(y, select(load<u32>(x + d), fill, d >= 0), 12);
  }
  for (; offsets < end; offsets += 4, y += 4) {
    const offset = load<i32>(offsets);
    store<u32>(y, select(load<u32>(x + offset), fill, offset >= 0));
  }
  return y;
}

/** Two axes of single elements; the inner one has `count` elements, whose offsets are at `list`. */
function grid(y: usize, x: usize, outer: usize, end: usize, list: usize, count: i32, fill: u32): usize {
  const innerEnd = list + bytesOf(count);
  for (; outer < end; outer += 4) {
    const offset = load<i32>(outer);
    if (offset < 0) {
      y = fillWords(y, fill, count);
    } else {
      const row = x + offset;
      for (let at = list; at < innerEnd; at += 4, y += 4) {
        const inner = load<i32>(at);
        store<u32>(y, select(load<u32>(row + inner), fill, inner >= 0));
      }
    }
  }
  return y;
}

/** An axis of runs of 2 or more elements. */
function runs(y: usize, x: usize, offsets: usize, end: usize, run: i32, fill: u32): usize {
  const bytes = bytesOf(run);
  for (; offsets < end; offsets += 4, y += bytes) {
    const offset = load<i32>(offsets);
    if (offset >= 0) copyWords(y, x + offset, run);
    else fillWords(y, fill, run);
  }
  return y;
}
