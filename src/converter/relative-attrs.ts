// Sizes in attributes, written in the ops' own ways so that the same attributes fit images of any size.

import { firstInput, type Node } from '../ir/graph.js';
import type { AnyOp } from '../ir/op.js';
import type { Attrs, AttrsOf } from '../ir/schema.js';
import { reshape } from '../ops/reshape.js';
import { resize } from '../ops/rare/resize.js';
import { slice } from '../ops/slice.js';

/** One node in several readings of a network, for images of different sizes. */
export type Readings = readonly Node[];

/** The attributes in each reading; those that can be the same in all readings are. */
export const relativeAttrs = (readings: Readings): Attrs[] => {
  const attrs = readings.map((node) => node.attrs);
  return RELATIVE.get(readings[0]!.op)?.(readings) ?? attrs;
};

/** Whether a number is the same in all readings. */
export const isSame = (numbers: readonly number[]): boolean => numbers.every((number) => number === numbers[0]);

/** The size of a node's first input along an axis. */
const lengthOf = (node: Node, axis: number): number => firstInput(node).shape[axis]!;

/** 0 for sizes that are those of the input; -1 for another size that depends on the image, if there is only one. */
const relativeReshape = (readings: Readings): Attrs[] => {
  const kept = readings[0]!.output.shape.map((_, axis) =>
    readings.every((node) => node.output.shape[axis] === lengthOf(node, axis)),
  );
  const other = kept.flatMap((isKept, axis) =>
    isKept || isSame(readings.map(({ output }) => output.shape[axis]!)) ? [] : [axis],
  );
  return readings.map(({ output }) => ({
    shape: output.shape.map((size, axis) => {
      if (kept[axis]) return 0;
      return other.length === 1 && axis === other[0] ? -1 : size;
    }),
  }));
};

/** A size of 0 where it follows from the scale, a scale of 0 where it follows from the sizes. */
const relativeResize = (readings: Readings): Attrs[] => {
  const all = readings.map(({ attrs }) => attrs as AttrsOf<typeof resize.attrs>);
  const [first] = all as [(typeof all)[0]];
  const lengths = first.axes.map((axis) => readings.map((node) => lengthOf(node, axis)));
  const byScale = first.axes.map(
    (_, i) =>
      isSame(all.map(({ scales }) => scales[i]!)) &&
      all.every(({ sizes, scales }, r) => sizes[i] === Math.floor(Math.fround(lengths[i]![r]! * scales[i]!))),
  );
  const bySizes = first.axes.map((_, i) =>
    all.every(({ sizes, scales }, r) => scales[i] === Math.fround(sizes[i]! / lengths[i]![r]!)),
  );
  return all.map((attrs) => ({
    ...attrs,
    sizes: attrs.sizes.map((size, i) => (byScale[i] ? 0 : size)),
    scales: attrs.scales.map((scale, i) => (bySizes[i] && !byScale[i] ? 0 : scale)),
  }));
};

/** A count of 0 where all elements up to the end are taken. */
const relativeSlice = (readings: Readings): Attrs[] => {
  const all = readings.map(({ attrs }) => attrs as AttrsOf<typeof slice.attrs>);
  const isWhole = (i: number) =>
    !isSame(all.map(({ counts }) => counts[i]!)) &&
    all.every(({ axes, starts, steps, counts }, r) => {
      const next = starts[i]! + counts[i]! * steps[i]!;
      return next < 0 || next >= lengthOf(readings[r]!, axes[i]!);
    });
  return all.map((attrs) => ({ ...attrs, counts: attrs.counts.map((count, i) => (isWhole(i) ? 0 : count)) }));
};

const RELATIVE = new Map<AnyOp, (readings: Readings) => Attrs[]>([
  [reshape, relativeReshape],
  [resize, relativeResize],
  [slice, relativeSlice],
]);
