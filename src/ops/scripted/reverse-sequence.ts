// The starts of sequences in reversed order.

import { ShapeError } from '../../errors.js';
import { defineOp } from '../../ir/op.js';
import { showShape, sizeOf, stridesOf } from '../../ir/tensor.js';
import { checkAxes, integersOnly } from '../shared/checks.js';
import { planScript } from './script.js';

/** x with the first `lengths`[n] elements along `time` in reversed order, in sample n of the axis `batch`. */
export const reverseSequence = defineOp({
  code: 37,
  name: 'reverseSequence',
  inputs: { x: 'value', lengths: 'value' },
  attrs: { batch: 'i32', time: 'i32' },
  type: ({ x, lengths }) => (integersOnly(lengths), x.type),
  shape: ({ x, lengths }, { batch, time }) => {
    checkAxes([batch, time], x.shape.length);
    if (lengths.shape.length !== 1 || lengths.shape[0] !== x.shape[batch])
      throw new ShapeError(`lengths of shape ${showShape(lengths.shape)} do not fit ${showShape(x.shape)}`);
    return x.shape;
  },
  plan: ({ x, lengths }, output, { batch, time }) => {
    const steps = stridesOf(x.shape);
    const size = x.shape[time]!;
    return planScript([x, lengths], output, ([values, counts], y) => {
      for (let i = 0; i < sizeOf(x.shape); i++) {
        const place = Math.floor(i / steps[time]!) % size;
        const count = Math.min(counts![Math.floor(i / steps[batch]!) % x.shape[batch]!]!, size);
        y[i] = values![place < count ? i + (count - 1 - 2 * place) * steps[time]! : i]!;
      }
    });
  },
});
