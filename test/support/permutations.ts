// Permutations of axes, by naive loops.

import type { ConstantData } from '../../src/ir/value.js';
import { at, placesOf, type Dense } from './cases.js';

/** Random integers from the first to the second, both included. */
export type Random = (least: number, most: number) => number;

/** A random order of `rank` axes. */
export const randomPerm = (random: Random, rank: number): number[] => {
  const left = Array.from({ length: rank }, (_, axis) => axis);
  return Array.from({ length: rank }, () => left.splice(random(0, left.length - 1), 1)[0]!);
};

/** An array with its axes in another order: axis i of the result is axis `perm[i]`. */
export const transposed = (
  { shape, data }: Dense & { data: ConstantData },
  perm: readonly number[],
): Dense & { data: ConstantData } => {
  const moved = perm.map((axis) => shape[axis]!);
  const result = data.slice();
  placesOf(moved).forEach((place, i) => {
    const from: number[] = [];
    perm.forEach((axis, index) => (from[axis] = place[index]!));
    result[i] = at({ shape, data }, from);
  });
  return { shape: moved, data: result };
};
