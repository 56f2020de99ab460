// Means of products over many rows: what least squares needs to know of examples.

import { transposed, type Multiply } from './multiply.js';

/** Rows whose products are summed in single precision; sums of these sums are in double precision. */
const ROWS = 512;

/** The mean of x x^T over rows x of `size` numbers. */
export const meanSquares = (rows: Float32Array, size: number, multiply: Multiply): Float64Array =>
  meanProducts(rows, size, rows, size, multiply);

/** The mean of z x^T over rows, [zs][xs]. */
export const meanProducts = (
  z: Float32Array,
  zs: number,
  x: Float32Array,
  xs: number,
  multiply: Multiply,
): Float64Array => {
  const count = x.length / xs;
  const means = new Float64Array(zs * xs);
  for (let first = 0; first < count; first += ROWS) {
    const end = Math.min(first + ROWS, count);
    const a = transposed(z.subarray(first * zs, end * zs), zs);
    const sums = multiply(a, x.subarray(first * xs, end * xs), end - first);
    for (let i = 0; i < means.length; i++) means[i]! += sums[i]! / count;
  }
  return means;
};
