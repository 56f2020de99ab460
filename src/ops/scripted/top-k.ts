// The largest or smallest values of an axis, in order.

import { ShapeError } from '../../errors.js';
import { defineOp } from '../../ir/op.js';
import { checkAxes, checkInteger, checkedShape } from '../shared/checks.js';
import { viewAround } from '../shared/axis-view.js';
import { planScript } from './script.js';

/**
 * The `k` largest values along `axis`, or the smallest unless `largest`, in order; of equal ones the first comes first. With
 * `indices` where they are, as int64.
 */
export const topK = defineOp({
  code: 25,
  name: 'topK',
  inputs: { x: 'value' },
  attrs: { axis: 'i32', k: 'i32', largest: 'bool', indices: 'bool' },
  type: ({ x }, { indices }) => {
    if (x.type === 'bool') throw new ShapeError(`${x.name} is bool; expected numbers`);
    return indices ? 'int64' : x.type;
  },
  shape: ({ x }, { axis, k }) => {
    checkAxes([axis], x.shape.length);
    checkInteger('k', k, 1, x.shape[axis]);
    return checkedShape(x.shape.map((size, i) => (i === axis ? k : size)));
  },
  plan: ({ x }, output, { axis, k, largest, indices }) => {
    const { outer, axis: size, inner } = viewAround(x.shape, axis);
    const sign = largest ? -1 : 1;
    return planScript([x], output, ([values], y) => {
      for (let o = 0; o < outer; o++) {
        for (let i = 0; i < inner; i++) {
          const at = (index: number) => values![(o * size + index) * inner + i]!;
          const order = Array.from({ length: size }, (_, index) => index);
          order.sort((a, b) => sign * (at(a) - at(b)) || a - b);
          for (let rank = 0; rank < k; rank++)
            y[(o * k + rank) * inner + i] = indices ? order[rank]! : at(order[rank]!);
        }
      }
    });
  },
});
