// Running sums and products along an axis.

import { ShapeError } from '../../errors.js';
import { defineOp } from '../../ir/op.js';
import { viewAround } from '../shared/axis-view.js';
import { checkAxes } from '../shared/checks.js';
import { planScript } from './script.js';

/**
 * y[i] = sum or product of x[0] to x[i] along `axis`, without x[i] itself if `exclusive`; from the end of the axis if
 * `reverse`.
 */
export const cumulate = defineOp({
  code: 30,
  name: 'cumulate',
  inputs: { x: 'value' },
  attrs: { kind: ['sum', 'product'], axis: 'i32', exclusive: 'bool', reverse: 'bool' },
  type: ({ x }) => {
    if (x.type === 'bool') throw new ShapeError(`${x.name} is bool; expected numbers`);
    return x.type;
  },
  shape: ({ x }, { axis }) => {
    checkAxes([axis], x.shape.length);
    return x.shape;
  },
  plan: ({ x }, output, { kind, axis, exclusive, reverse }) => {
    const { outer, axis: size, inner } = viewAround(x.shape, axis);
    return planScript([x], output, ([values], y) => {
      for (let o = 0; o < outer; o++) {
        for (let i = 0; i < inner; i++) {
          let total = kind === 'sum' ? 0 : 1;
          for (let k = 0; k < size; k++) {
            const at = (o * size + (reverse ? size - 1 - k : k)) * inner + i;
            const after = kind === 'sum' ? total + values![at]! : total * values![at]!;
            y[at] = exclusive ? total : after;
            total = after;
          }
        }
      }
    });
  },
});
