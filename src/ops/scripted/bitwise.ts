// Functions of the bits of two integers.

import { ShapeError } from '../../errors.js';
import { defineOp } from '../../ir/op.js';
import { sameShape, showShape } from '../../ir/tensor.js';
import { integersOnly } from '../shared/checks.js';
import { planScript } from './script.js';

/** The functions by `kind`. */
const FUNCTIONS = {
  and: (a: number, b: number) => a & b,
  or: (a: number, b: number) => a | b,
  xor: (a: number, b: number) => a ^ b,
} as const;

/** y = f(a, b), element by element, for integers of one type and shape. */
export const bitwise = defineOp({
  code: 42,
  name: 'bitwise',
  inputs: { a: 'value', b: 'value' },
  attrs: { kind: ['and', 'or', 'xor'] },
  type: ({ a, b }) => {
    integersOnly(a);
    if (a.type !== b.type) throw new ShapeError(`${b.name} is ${b.type}, ${a.name} is ${a.type}`);
    return a.type;
  },
  shape: ({ a, b }) => {
    if (!sameShape(a.shape, b.shape))
      throw new ShapeError(`${showShape(a.shape)} and ${showShape(b.shape)} are not the same shape`);
    return a.shape;
  },
  plan: ({ a, b }, output, { kind }) => {
    const f = FUNCTIONS[kind];
    return planScript([a, b], output, ([left, right], y) => left!.forEach((value, i) => (y[i] = f(value, right![i]!))));
  },
});
