// Softmax along one axis, or its logarithm.

import { defineOp } from '../ir/op.js';
import { viewAround } from './shared/axis-view.js';
import { checkAxes, floatOnly } from './shared/checks.js';

/** y = exp(x) / sum of exp(x) along `axis`, or its logarithm with `log`. */
export const softmax = defineOp({
  code: 18,
  name: 'softmax',
  inputs: { x: 'value' },
  attrs: { axis: 'i32', log: 'bool' },
  type: floatOnly,
  shape: ({ x }, { axis }) => {
    checkAxes([axis], x.shape.length);
    return x.shape;
  },
  scores: ({ log }) => (log ? 'logarithms' : 'probabilities'),
  plan: ({ x }, output, attrs) => ({
    overwrites: x,
    bind: (kernels, address) => {
      const { outer, axis, inner } = viewAround(x.shape, attrs.axis);
      const [from, to] = [address(x), address(output)];
      return attrs.log
        ? () => kernels.logSoftmax(to, from, outer, axis, inner)
        : () => kernels.softmax(to, from, outer, axis, inner);
    },
  }),
});
