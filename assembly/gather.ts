// Rows of an array chosen by indices that are known only while running.

import { copyRun } from "./copy";

/**
 * y[o][i][k] = x[o][indices[i]][k] for `outer`, `count` and `inner` elements.
 *
 * Negative indices count from the end; what is still outside the `size` elements of the axis is moved to its ends.
 */
export function gather(
  y: usize, x: usize, indices: usize, outer: i32, count: i32, size: i32, inner: i32,
): void {
  const run = <usize>inner << 2, end = indices + (<usize>count << 2);
  for (; outer > 0; outer--, x += <usize>size * run) {
    for (let at = indices; at < end; at += 4, y += run) {
      let index = load<i32>(at);
      if (index < 0) index += size;
      index = max(0, min(index, size - 1));
      copyRun(y, x + <usize>index * run, inner);
    }
  }
}
