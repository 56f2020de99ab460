// Systems of linear equations with a symmetric positive definite matrix, row-major.

import { PruneError } from './prune-error.js';

/** The lower factor L of L L^T = a, whose lower triangle is read; undefined if a is not positive definite, or not finite. */
export const cholesky = (a: Float64Array, size: number): Float64Array | undefined => {
  const l = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * size + j]!;
      for (let k = 0, p = i * size, q = j * size; k < j; k++) sum -= l[p + k]! * l[q + k]!;
      if (i !== j) l[i * size + j] = sum / l[j * size + j]!;
      else if (sum > 0 && sum < Infinity) l[i * size + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return l;
};

/** The lower factor of the damped squares of a layer's inputs. @throws {PruneError} if the inputs are not finite */
export const factorFor = (layer: string, squares: Float64Array, size: number): Float64Array => {
  const factor = cholesky(squares, size);
  if (factor) return factor;
  throw new PruneError(
    `layer "${layer}" reads numbers on the photos that are infinite, not numbers, or too large to square: make sure that the network classifies these photos before it is pruned`,
  );
};

/** Replaces b by the solution of L L^T x = b. */
export const solveWith = (l: Float64Array, size: number, b: Float64Array): void => {
  for (let i = 0; i < size; i++) {
    let sum = b[i]!;
    for (let k = 0, p = i * size; k < i; k++) sum -= l[p + k]! * b[k]!;
    b[i] = sum / l[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    const x = (b[i] = b[i]! / l[i * size + i]!);
    for (let k = 0, p = i * size; k < i; k++) b[k]! -= l[p + k]! * x;
  }
};

/** The inverse of L L^T, whose lower triangle is filled. */
export const inverseOf = (l: Float64Array, size: number): Float64Array => {
  // rows of m are those of the inverse of L, transposed: m[j][i] for i >= j
  const m = new Float64Array(size * size);
  for (let j = 0; j < size; j++) {
    m[j * size + j] = 1 / l[j * size + j]!;
    for (let i = j + 1; i < size; i++) {
      let sum = 0;
      for (let k = j, p = i * size, q = j * size; k < i; k++) sum += l[p + k]! * m[q + k]!;
      m[j * size + i] = -sum / l[i * size + i]!;
    }
  }
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = i, p = i * size, q = j * size; k < size; k++) sum += m[p + k]! * m[q + k]!;
      inverse[i * size + j] = sum;
    }
  }
  return inverse;
};
