// Packs weights in the order in which products read them.

import { bytesOf } from '../shared/words';

/**
 * w[n / 8][k][n % 8] = x[k][n]; `x` is [depth][columns], the last panel is padded with zeros, and panels are `panel` bytes
 * apart
 */
export function pack(w: usize, panel: i32, x: usize, depth: i32, columns: i32): void {
  const row = bytesOf(columns);
  for (let n = 0; n < columns; n += 8, w += <usize>panel) {
    const width = min(8, columns - n);
    let from = x + bytesOf(n);
    let to = w;
    for (let k = 0; k < depth; k++, from += row, to += 32) {
      if (width == 8) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
      } else {
        for (let i = 0; i < 8; i++) store<f32>(to + (i << 2), i < width ? load<f32>(from + (i << 2)) : 0);
      }
    }
  }
}

/**
 * y[k][r] = x[r][k] for `rows` rows, a multiple of 4, of `columns` words
 *
 * A model is packed before engines have optimised this code: single words then take a third of the time of `transpose`,
 * because the compilers that engines run first are bad at shuffles.
 */
export function interleave(y: usize, x: usize, rows: i32, columns: i32): void {
  const xRow = bytesOf(columns);
  const yRow = bytesOf(rows);
  for (const end = y + yRow; y < end; y += 16, x += xRow << 2) {
    let a = x;
    let b = a + xRow;
    let c = b + xRow;
    let d = c + xRow;
    for (let to = y, last = b; a < last; to += yRow, a += 4, b += 4, c += 4, d += 4) {
      store<u32>(to, load<u32>(a));
      store<u32>(to, load<u32>(b), 4);
      store<u32>(to, load<u32>(c), 8);
      store<u32>(to, load<u32>(d), 12);
    }
  }
}
