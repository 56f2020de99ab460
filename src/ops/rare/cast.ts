// Conversion between types.

import { ShapeError } from '../../errors.js';
import { defineOp } from '../../ir/op.js';
import { DATA_TYPES, sizeOf } from '../../ir/tensor.js';

/** Floats are truncated and clamped to 32 bits; for `bool` everything except 0 becomes 1. */
export const cast = defineOp({
  code: 23,
  name: 'cast',
  inputs: { x: 'value' },
  attrs: { to: ['float32', 'int32', 'int64', 'bool'] },
  type: (_, { to }) => {
    if (!DATA_TYPES.includes(to)) throw new ShapeError(`unknown type ${to}`);
    return to;
  },
  shape: ({ x }) => x.shape,
  plan: ({ x }, output, { to: type }) => ({
    overwrites: x,
    bind: (kernels, address) => {
      const [from, to, length] = [address(x), address(output), sizeOf(output.shape)];
      if (x.type === 'float32') {
        if (type === 'bool') return () => kernels.floatToBool(to, from, length);
        if (type !== 'float32') return () => kernels.floatToInt(to, from, length);
      } else {
        if (type === 'float32') return () => kernels.intToFloat(to, from, length);
        if (type === 'bool') return () => kernels.intToBool(to, from, length);
      }
      return () => kernels.copyRows(to, length, from, length, 1, length);
    },
  }),
});
