// Operators between integers and real numbers: values are real numbers throughout, so that nothing is left of most of them.

import { castTo } from '../../reading/elementwise.js';
import type { Rule, Rules } from './rule.js';

/** The same real numbers, without rounding. */
const same: Rule = (node, build) => castTo(build, node.input(0), 'float32');

export const quantizeRules: Rules = {
  QUANTIZE: same,
  DEQUANTIZE: same,
  DENSIFY: (node) => node.input(0),
};
