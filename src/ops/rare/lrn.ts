// Local response normalisation across channels.

import { defineOp } from '../../ir/op.js';
import { sizeOf } from '../../ir/tensor.js';
import { checkFinite, checkInteger, floatOnly } from '../shared/checks.js';
import { channelsOf } from '../../ir/value.js';

/** Number of neighbours before and after a channel in its window, clamped to the number of other channels. */
const reach = (size: number, channels: number): [number, number] => [
  Math.min(Math.floor((size - 1) / 2), channels - 1),
  Math.min(Math.ceil((size - 1) / 2), channels - 1),
];

/** y = x / (bias + alpha / size * sum of the squares of `size` neighbours along the last axis)^beta. */
export const lrn = defineOp({
  code: 20,
  name: 'lrn',
  inputs: { x: 'value' },
  attrs: { size: 'i32', alpha: 'f32', beta: 'f32', bias: 'f32' },
  type: floatOnly,
  shape: ({ x }, { size, alpha, beta, bias }) => {
    checkInteger('rank', x.shape.length, 1);
    checkInteger('size', size, 1);
    checkFinite('alpha, beta or bias', alpha, beta, bias);
    return x.shape;
  },
  plan: ({ x }, output, { size, alpha, beta, bias }) => {
    const channels = channelsOf(x);
    const [before, after] = reach(size, channels);
    const squares = { bytes: (before + channels + after + 4) * 4 };
    return {
      overwrites: x,
      scratch: [squares],
      bind: (kernels, address) => {
        const rows = sizeOf(x.shape) / channels;
        const [y, from, scratch, factor] = [address(output), address(x), address(squares), alpha / size];
        return () => kernels.lrn(y, from, scratch, rows, channels, before, after, factor, beta, bias);
      },
    };
  },
});
