// Stores rows of a tile: a panel has 1 to 8 columns.

import { storeLanes } from '../shared/lanes';

/** Stores the `width` columns of a row: in neighbouring places, or at the byte offsets `outputs`. */
export function storeRow(y: usize, outputs: usize, width: i32, row: v128): void {
  if (!outputs) {
    storeNeighbours(y, row, width);
    return;
  }
  v128.store16_lane(y + load<u32>(outputs), row, 0);
  if (width > 1) v128.store16_lane(y + load<u32>(outputs, 4), row, 1);
  if (width > 2) v128.store16_lane(y + load<u32>(outputs, 8), row, 2);
  if (width > 3) v128.store16_lane(y + load<u32>(outputs, 12), row, 3);
  if (width > 4) v128.store16_lane(y + load<u32>(outputs, 16), row, 4);
  if (width > 5) v128.store16_lane(y + load<u32>(outputs, 20), row, 5);
  if (width > 6) v128.store16_lane(y + load<u32>(outputs, 24), row, 6);
  if (width > 7) v128.store16_lane(y + load<u32>(outputs, 28), row, 7);
}

/** Stores the first `width` columns, 1 to 8, and nothing after them. */
function storeNeighbours(y: usize, row: v128, width: i32): void {
  if (width >= 8) {
    v128.store(y, row);
    return;
  }
  if (width >= 4) {
    v128.store64_lane(y, row, 0);
    if (width >= 6) v128.store32_lane(y, row, 2, 8);
    if (width == 5) v128.store16_lane(y, row, 4, 8);
    if (width == 7) v128.store16_lane(y, row, 6, 12);
    return;
  }
  if (width >= 2) v128.store32_lane(y, row, 0);
  if (width == 1) v128.store16_lane(y, row, 0);
  if (width == 3) v128.store16_lane(y, row, 2, 4);
}

/** Stores the `width` columns of a row of sums, and nothing beside them: in neighbouring places, or at the byte offsets `outputs`. */
// @ts-ignore: decorator
@inline
export function storeSums(y: usize, outputs: usize, width: i32, a: v128, b: v128): void {
  if (outputs) {
    scatterSums(y, outputs, width, a, b);
  } else if (width == 8) {
    v128.store(y, a);
    v128.store(y, b, 16);
  } else {
    storeLanes(y, a, width);
    if (width > 4) storeLanes(y + 16, b, width - 4);
  }
}

function scatterSums(y: usize, outputs: usize, width: i32, a: v128, b: v128): void {
  v128.store32_lane(y + load<u32>(outputs), a, 0);
  if (width > 1) v128.store32_lane(y + load<u32>(outputs, 4), a, 1);
  if (width > 2) v128.store32_lane(y + load<u32>(outputs, 8), a, 2);
  if (width > 3) v128.store32_lane(y + load<u32>(outputs, 12), a, 3);
  if (width > 4) v128.store32_lane(y + load<u32>(outputs, 16), b, 0);
  if (width > 5) v128.store32_lane(y + load<u32>(outputs, 20), b, 1);
  if (width > 6) v128.store32_lane(y + load<u32>(outputs, 24), b, 2);
  if (width > 7) v128.store32_lane(y + load<u32>(outputs, 28), b, 3);
}
