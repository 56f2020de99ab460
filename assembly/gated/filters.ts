// Filters of the channels that a sample keeps.

import { bytesOf } from '../shared/words';

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
