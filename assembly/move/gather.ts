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

/**
 * target[i / 4][r][i % 4] = w[r][list[i]] for i below `count`: filters of chosen channels as `depthwiseRows` reads them;
 * `w` is [rows][stride]
 */
export function gatherFilters(target: usize, w: usize, list: usize, count: i32, rows: i32, stride: i32): void {
  const step = bytesOf(stride);
  for (let i = 0; i < count; i++) {
    let from = w + ((<usize>load<u32>(list + bytesOf(i))) << 2);
    let to = target + bytesOf((i >> 2) * (rows << 2) + (i & 3));
    for (let r = rows; r > 0; r--, from += step, to += 16) store<f32>(to, load<f32>(from));
  }
}
