// Packs the second factor of a product for `gemm` when it is not a constant.

import { bytesOf } from '../shared/words';

/** w[n / 8][k][n % 8] = x[k][n]; `x` is [depth][columns], the last panel is padded with zeros */
export function pack(w: usize, x: usize, depth: i32, columns: i32): void {
  const row = bytesOf(columns);
  for (let n = 0; n < columns; n += 8) {
    const width = min(8, columns - n);
    let from = x + bytesOf(n);
    for (let k = 0; k < depth; k++, from += row, w += 32) {
      if (width == 8) {
        v128.store(w, v128.load(from));
        v128.store(w, v128.load(from, 16), 16);
      } else {
        for (let i = 0; i < 8; i++) store<f32>(w + (i << 2), i < width ? load<f32>(from + (i << 2)) : 0);
      }
    }
  }
}
