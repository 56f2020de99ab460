// Elementwise choice between two arrays.

import { ShapeError } from '../../errors.js';
import { defineOp } from '../../ir/op.js';
import { sameShape, showShape, sizeOf } from '../../ir/tensor.js';

/** y = condition ? a : b, elementwise; all inputs have the same shape. */
export const where = defineOp({
  code: 22,
  name: 'where',
  inputs: { condition: 'value', a: 'value', b: 'value' },
  attrs: {},
  type: ({ condition, a, b }) => {
    if (condition.type === 'float32') throw new ShapeError(`${condition.name} is float32; a condition must be bool`);
    if (a.type !== b.type) throw new ShapeError(`${b.name} is ${b.type}, ${a.name} is ${a.type}`);
    return a.type;
  },
  shape: ({ condition, a, b }) => {
    for (const { shape } of [a, b]) {
      if (!sameShape(shape, condition.shape)) {
        throw new ShapeError(`${showShape(shape)} is not the shape of the condition, ${showShape(condition.shape)}`);
      }
    }
    return a.shape;
  },
  plan: ({ condition, a, b }, output) => ({
    bind: (kernels, address) => {
      const [to, test, left, right] = [address(output), address(condition), address(a), address(b)];
      const length = sizeOf(output.shape);
      return () => kernels.where(to, test, left, right, length);
    },
  }),
});
