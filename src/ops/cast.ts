// The same numbers in another type.

import { ShapeError } from '../errors.js';
import { defineOp } from '../ir/op.js';
import { DATA_TYPES, sizeOf } from '../ir/tensor.js';

/** Floats lose their fraction and stop at the ends of 32 bits; in `bool` everything but 0 is 1. */
export const cast = defineOp({
  code: 23,
  name: 'cast',
  arity: [1, 1],
  attrs: { to: ['float32', 'int32', 'int64', 'bool'] },
  type: (_, { to }) => {
    if (!DATA_TYPES.includes(to)) throw new ShapeError(`there is no type ${to}`);
    return to;
  },
  shape: ([x]) => x!.shape,
  inPlace: () => 0,
  channelwise: () => true,
  permute: (attrs, perm) => ({ attrs, perm }),
  bind: ({ kernels, inputs: [x], output, attrs: { to: type } }) => {
    const [from, to, length] = [x!.address, output.address, sizeOf(output.shape)];
    if (x!.type === 'float32') {
      if (type === 'bool') return () => kernels.floatToBool(to, from, length);
      if (type !== 'float32') return () => kernels.floatToInt(to, from, length);
    } else {
      if (type === 'float32') return () => kernels.intToFloat(to, from, length);
      if (type === 'bool') return () => kernels.intToBool(to, from, length);
    }
    return () => kernels.copyRows(to, length, from, length, 1, length);
  },
});
