// Bands of rows.

/**
 * Rows of a band: about `band`, a multiple of 4, such that all bands have the same number of rows. A last band of a few rows
 * would read all weights once more.
 */
export function evenBand(rows: i32, band: i32): i32 {
  const bands = max(1, (rows + (band >> 1)) / band);
  return max(4, ((rows + bands - 1) / bands + 3) & ~3);
}
