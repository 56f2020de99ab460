// Clamping of an array.

import { defineOp } from '../ir/op.js';
import { sizeOf } from '../ir/tensor.js';
import { checkBounds, floatOnly } from './shared/checks.js';

/** y = min(max(x, low), high); a NaN stays a NaN. */
export const clip = defineOp({
  code: 5,
  name: 'clip',
  inputs: { x: 'value' },
  attrs: { low: 'f32', high: 'f32' },
  type: floatOnly,
  shape: ({ x }, { low, high }) => {
    checkBounds(low, high);
    return x.shape;
  },
  plan: ({ x }, output, { low, high }) => ({
    overwrites: x,
    bind: (kernels, address) => {
      const [from, to, length] = [address(x), address(output), sizeOf(output.shape)];
      return () => kernels.clip(to, from, length, low, high);
    },
  }),
});
