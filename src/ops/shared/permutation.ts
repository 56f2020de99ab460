// Lists of indices: ranges and permutations.

/** `count` numbers from `start` in steps of `step`. */
export const range = (count: number, start = 0, step = 1): number[] => {
  const list = new Array<number>(count); // Array.from takes ten times as long
  for (let i = 0; i < count; i++) list[i] = start + i * step;
  return list;
};

/** Whether numbers are consecutive. */
export const isRange = (numbers: readonly number[]): boolean => {
  for (let i = 1; i < numbers.length; i++) if (numbers[i] !== numbers[0]! + i) return false;
  return true;
};

/** Whether a list is 0, 1, 2, ... up to `size`. */
export const isIdentity = (list: readonly number[], size = list.length): boolean =>
  list.length === size && list.every((number, i) => number === i);

/** Whether a list contains every index of an axis of `size` exactly once. */
export const isPermutation = (list: readonly number[], size: number): boolean =>
  list.length === size && new Set(list).size === size;

/** The inverse of a permutation. */
export const invert = (permutation: readonly number[]): number[] => {
  const inverse = new Array<number>(permutation.length);
  permutation.forEach((from, to) => (inverse[from] = to));
  return inverse;
};

/** The list whose element i is `list[places[i]]`. */
export const compose = (list: readonly number[], places: readonly number[]): number[] =>
  places.map((place) => list[place]!);

/** Whether two lists are the same. */
export const sameIndices = (a: readonly number[], b: readonly number[]): boolean =>
  a === b || (a.length === b.length && a.every((index, i) => index === b[i]));
