// Means of products over many rows: what least squares needs to know of examples.

/** Rows that are multiplied at a time. */
const BATCH = 4;

/** The mean of x x^T over rows x of `size` numbers; only the lower triangle is filled. */
export const meanSquares = (rows: Float32Array, size: number): Float64Array =>
  meanProducts(rows, size, rows, size, true);

/** The mean of z x^T over rows, [zs][xs]; with `lower` only its lower triangle. */
export const meanProducts = (z: Float32Array, zs: number, x: Float32Array, xs: number, lower = false): Float64Array => {
  const count = x.length / xs;
  const sums = new Float64Array(zs * xs);
  const [a, b] = [new Float64Array(BATCH * zs), new Float64Array(BATCH * xs)];
  for (let row = 0; row < count; row += BATCH) {
    copyRows(a, z, row * zs);
    copyRows(b, x, row * xs);
    addProducts(sums, a, zs, b, xs, lower);
  }
  for (let i = 0; i < sums.length; i++) sums[i]! /= count;
  return sums;
};

/** Copies as many rows as there are from `at` on, and zeros. */
const copyRows = (target: Float64Array, rows: Float32Array, at: number): void => {
  const part = rows.subarray(at, at + target.length);
  target.set(part);
  target.fill(0, part.length);
};

const addProducts = (
  sums: Float64Array,
  a: Float64Array,
  height: number,
  b: Float64Array,
  width: number,
  lower: boolean,
): void => {
  const [two, three] = [width * 2, width * 3];
  for (let i = 0; i < height; i++) {
    const [p, q, r, s] = [a[i]!, a[height + i]!, a[height * 2 + i]!, a[height * 3 + i]!];
    if (p === 0 && q === 0 && r === 0 && s === 0) continue;
    const end = lower ? i + 1 : width;
    for (let j = 0, at = i * width; j < end; j++, at++)
      sums[at]! += p * b[j]! + q * b[width + j]! + r * b[two + j]! + s * b[three + j]!;
  }
};
