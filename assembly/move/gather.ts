// Selects rows or columns of an array by a list known only at run time.

import { bytesOf, copyWords } from '../shared/words';

/**
 * y[o][i][k] = x[o][indices[i]][k] for `outer`, `count` and `inner` elements
 *
 * Negative indices count from the end. An index outside the axis, which has `size` elements, is clamped to it.
 */
export function gather(y: usize, x: usize, indices: usize, outer: i32, count: i32, size: i32, inner: i32): void {
  const run = bytesOf(inner);
  const end = indices + bytesOf(count);
  for (; outer > 0; outer--, x += <usize>size * run) {
    for (let at = indices; at < end; at += 4, y += run) {
      let index = load<i32>(at);
      if (index < 0) index += size;
      index = max(0, min(index, size - 1));
      copyWords(y, x + <usize>index * run, inner);
    }
  }
}
