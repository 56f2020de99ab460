// Shapes and permutations after axes are removed.

/** `shape` with size 1 for each of `axes`, or without them unless `keep`. */
export const reducedShape = (shape: readonly number[], axes: readonly number[], keep: boolean): number[] =>
  keep ? shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) : shape.filter((_, axis) => !axes.includes(axis));

/** `perm` for the remaining axes, when `axes` of the transposed array are removed. */
export const permuteReduced = (perm: readonly number[], axes: readonly number[]): number[] => {
  const left = perm.filter((_, axis) => !axes.includes(axis));
  const order = [...left].sort((a, b) => a - b);
  return left.map((axis) => order.indexOf(axis));
};
