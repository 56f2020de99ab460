// Shapes after axes are removed.

/** `shape` with size 1 for each of `axes`, or without them unless `keep`. */
export const reducedShape = (shape: readonly number[], axes: readonly number[], keep: boolean): number[] =>
  keep ? shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) : shape.filter((_, axis) => !axes.includes(axis));
