// Bounds of an array.

import { defineOp } from '../ir/op.js';
import { sizeOf } from '../ir/tensor.js';
import { checkBounds, floatOnly } from './shared/checks.js';

/** y = min(max(x, low), high); a NaN stays a NaN. */
export const clip = defineOp({
  code: 5,
  name: 'clip',
  arity: [1, 1],
  attrs: { low: 'f32', high: 'f32' },
  type: floatOnly,
  shape: ([x], { low, high }) => {
    checkBounds(low, high);
    return x!.shape;
  },
  inPlace: () => 0,
  channelwise: () => true,
  permute: (attrs, perm) => ({ attrs, perm }),
  clips: true,
  bind: ({ kernels, inputs: [x], output, attrs: { low, high } }) => {
    const [from, to, length] = [x!.address, output.address, sizeOf(output.shape)];
    return () => kernels.clip(to, from, length, low, high);
  },
});
