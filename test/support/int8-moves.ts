// Where ops that move elements take each of them from, one by one.

import type { Node } from '../../src/ir/graph.js';

type Attrs = Record<string, number[]> & { mode: string; axis: number };

/** The place in the input of what an op puts at `place`, undefined for a 0; undefined altogether for ops that do more than move. */
export const sourceIn = (
  { op, attrs: own, inputs }: Node,
  { shape }: { shape: readonly number[] },
): ((place: readonly number[]) => number[] | undefined) | undefined => {
  const attrs = own as unknown as Attrs;
  switch (op.name) {
    case 'pad':
      return (place) => {
        const source = place.map((index, axis) => {
          const at = index - attrs.pads![axis]!;
          return attrs.mode === 'edge' ? Math.min(Math.max(at, 0), shape[axis]! - 1) : at;
        });
        return source.every((index, axis) => index >= 0 && index < shape[axis]!) ? source : undefined;
      };
    case 'slice':
      return (place) =>
        place.map((index, axis) => {
          const at = attrs.axes!.indexOf(axis);
          return at < 0 ? index : attrs.starts![at]! + index * attrs.steps![at]!;
        });
    case 'transpose':
      return (place) => {
        const source: number[] = [];
        attrs.perm!.forEach((axis, i) => (source[axis] = place[i]!));
        return source;
      };
    case 'gather':
      return (place) => place.map((index, axis) => (axis === attrs.axis ? inputs[1]!.data![index]! : index));
    case 'resize':
      return (place) =>
        place.map((index, axis) => {
          const at = attrs.axes!.indexOf(axis);
          return at < 0 ? index : Math.floor((index * shape[axis]!) / attrs.sizes![at]!);
        });
    default:
      return undefined;
  }
};
