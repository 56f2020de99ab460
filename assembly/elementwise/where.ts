// Chooses elements from two arrays.

import { storeLanes } from '../shared/lanes';

/** y[i] = condition[i] != 0 ? a[i] : b[i] */
export function where(y: usize, condition: usize, a: usize, b: usize, length: i32): void {
  const zero = i32x4.splat(0);
  for (let i: usize = 0; length > 0; i += 16, length -= 4) {
    const mask = i32x4.ne(v128.load(condition + i), zero);
    storeLanes(y + i, v128.bitselect(v128.load(a + i), v128.load(b + i), mask), length);
  }
}
