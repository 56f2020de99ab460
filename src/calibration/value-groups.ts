// Values that are observed at the same time.

import { sizeOf } from '../ir/tensor.js';
import type { Value } from '../ir/value.js';

/** Values that are observed at the same time: this many floats at most, unless one value has more. */
const MAX_FLOATS = 2 ** 22;

/** Items one after the other in groups whose values can be observed together. */
export const inGroups = <T>(items: readonly T[], valueOf: (item: T) => Value): T[][] => {
  const groups: T[][] = [];
  let floats = Infinity;
  for (const item of items) {
    const size = sizeOf(valueOf(item).shape);
    if (floats + size > MAX_FLOATS) [floats] = [0, groups.push([])];
    groups.at(-1)!.push(item);
    floats += size;
  }
  return groups;
};
