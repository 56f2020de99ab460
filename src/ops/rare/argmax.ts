// Index of the largest or smallest value along an axis.

import { defineOp } from '../../ir/op.js';
import { viewAround } from '../shared/axis-view.js';
import { checkAxes, floatOnly } from '../shared/checks.js';
import { reducedShape } from '../shared/reduced.js';

/**
 * Index of the largest value along `axis`, or of the smallest with `min`. The first of equal values wins, or the last
 * with `last`. `keep` keeps the axis with size 1.
 */
export const argmax = defineOp({
  code: 17,
  name: 'argmax',
  inputs: { x: 'value' },
  attrs: { axis: 'i32', keep: 'bool', last: 'bool', min: 'bool' },
  type: (inputs) => {
    floatOnly(inputs);
    return 'int64';
  },
  shape: ({ x }, { axis, keep }) => {
    checkAxes([axis], x.shape.length);
    return reducedShape(x.shape, [axis], keep);
  },
  plan: ({ x }, output, { axis, last, min }) => ({
    bind: (kernels, address) => {
      const view = viewAround(x.shape, axis);
      const [from, to, sign, lastToo] = [address(x), address(output), min ? -1 : 1, last ? 1 : 0];
      return () => kernels.argmax(to, from, view.outer, view.axis, view.inner, sign, lastToo);
    },
  }),
});
