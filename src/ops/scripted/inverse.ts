// Inverses of trigonometric and hyperbolic functions.

import { defineOp } from '../../ir/op.js';
import { floatOnly } from '../shared/checks.js';
import { planScript } from './script.js';

/** The functions by `kind`. */
const FUNCTIONS = {
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
} as const;

/** y = f(x), element by element; NaN where f is not defined. */
export const inverse = defineOp({
  code: 41,
  name: 'inverse',
  inputs: { x: 'value' },
  attrs: { kind: ['asin', 'acos', 'atan', 'asinh', 'acosh', 'atanh'] },
  type: floatOnly,
  shape: ({ x }) => x.shape,
  plan: ({ x }, output, { kind }) => {
    const f = FUNCTIONS[kind];
    return planScript([x], output, ([values], y) => values!.forEach((value, i) => (y[i] = f(value))));
  },
});
