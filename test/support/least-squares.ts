// Least-squares problems solved by Gaussian elimination, for tests.

/** A problem: the mean of x x^T, row-major and whole, and the best weights of each output. */
export type LeastSquares = { size: number; squares: Float64Array; rows: Float64Array[] };

/** A random problem of `size` numbers, the first of which is always 1. */
export const randomProblem = (
  size: number,
  outputs: number,
  random: (min: number, max: number) => number,
): LeastSquares => {
  const squares = new Float64Array(size * size);
  for (let sample = 0; sample < size * 3; sample++) {
    const x = Float64Array.from({ length: size }, (_, i) => (i ? random(-100, 100) / 50 : 1));
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) squares[i * size + j]! += x[i]! * x[j]!;
  }
  const rows = Array.from({ length: outputs }, () => Float64Array.from({ length: size }, () => random(-100, 100) / 50));
  return { size, squares, rows };
};

/** Solves a x = b by Gaussian elimination with pivots. */
export const solve = (a: readonly (readonly number[])[], b: readonly number[]): number[] => {
  const rows = a.map((row, i) => [...row, b[i]!]);
  const size = rows.length;
  for (let column = 0; column < size; column++) {
    const pivot = rows
      .slice(column)
      .reduce((best, row) => (Math.abs(row[column]!) > Math.abs(best[column]!) ? row : best));
    const place = rows.indexOf(pivot);
    [rows[column], rows[place]] = [rows[place]!, rows[column]!];
    for (let i = 0; i < size; i++) {
      if (i === column) continue;
      const factor = rows[i]![column]! / pivot[column]!;
      for (let j = column; j <= size; j++) rows[i]![j]! -= factor * pivot[j]!;
    }
  }
  return rows.map((row, i) => row[size]! / row[i]!);
};

/** The weights without those at `gone` that minimise (w - row) squares (w - row)^T. */
export const bestWithout = ({ size, squares }: LeastSquares, row: Float64Array, gone: readonly number[]): number[] => {
  const kept = Array.from({ length: size }, (_, i) => i).filter((i) => !gone.includes(i));
  const matrix = kept.map((i) => kept.map((j) => squares[i * size + j]!));
  const side = kept.map((i) => row.reduce((sum, weight, j) => sum + squares[i * size + j]! * weight, 0));
  const found = solve(matrix, side);
  const weights = new Array<number>(size).fill(0);
  kept.forEach((place, i) => (weights[place] = found[i]!));
  return weights;
};

/** The least squared error of all outputs without the weights at `gone`, over that with all of them. */
export const excessError = (problem: LeastSquares, gone: readonly number[]): number => {
  const { size, squares, rows } = problem;
  return rows.reduce((total, row) => {
    const change = bestWithout(problem, row, gone).map((weight, i) => weight - row[i]!);
    return (
      total + change.reduce((sum, a, i) => sum + change.reduce((s, b, j) => s + a * b * squares[i * size + j]!, 0), 0)
    );
  }, 0);
};
