// Swaps two axes of single elements: channels first to channels last, and back.

import { storeLanes } from '../shared/lanes';
import { bytesOf } from '../shared/words';

/** y[n][c][r] = x[n][r][c] for the columns c from `from` to `to` - 1; `y` and `x` do not overlap */
export function transpose(y: usize, x: usize, batch: i32, rows: i32, columns: i32, from: i32, to: i32): void {
  const xRow = bytesOf(columns);
  const yRow = bytesOf(rows);
  for (; batch > 0; batch--) {
    // 16 columns at a time use whole cache lines of x
    for (let first = from; first < to; first += 16) {
      const end = min(first + 16, to);
      for (let r = 0; r < rows; r += 4) {
        const row = x + <usize>r * xRow;
        let at = y + bytesOf(r) + <usize>first * yRow;
        for (let c = first; c < end; c += 4, at += yRow << 2) {
          tile(at, yRow, row + bytesOf(c), xRow, min(rows - r, 4), to - c);
        }
      }
    }
    x += <usize>rows * xRow;
    y += <usize>rows * xRow;
  }
}

/** Swaps four rows and four columns; at the edges only `rows` and `columns` of them. */
// @ts-ignore: decorator
@inline
function tile(y: usize, yRow: usize, x: usize, xRow: usize, rows: i32, columns: i32): void {
  const x1 = rows > 1 ? x + xRow : x;
  const x2 = rows > 2 ? x1 + xRow : x;
  const x3 = rows > 3 ? x2 + xRow : x;
  const a = v128.load(x);
  const b = v128.load(x1);
  const c = v128.load(x2);
  const d = v128.load(x3);
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const ab2 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd2 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  const y0 = v128.shuffle<i64>(ab, cd, 0, 2);
  const y1 = v128.shuffle<i64>(ab, cd, 1, 3);
  const y2 = v128.shuffle<i64>(ab2, cd2, 0, 2);
  const y3 = v128.shuffle<i64>(ab2, cd2, 1, 3);
  if (rows < 4) {
    storeLanes(y, y0, rows);
    if (columns > 1) storeLanes(y + yRow, y1, rows);
    if (columns > 2) storeLanes(y + (yRow << 1), y2, rows);
    if (columns > 3) storeLanes(y + yRow * 3, y3, rows);
  } else {
    v128.store(y, y0);
    if (columns > 1) v128.store(y + yRow, y1);
    if (columns > 2) v128.store(y + (yRow << 1), y2);
    if (columns > 3) v128.store(y + yRow * 3, y3);
  }
}
