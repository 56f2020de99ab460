// All rules by TensorFlow Lite operator name.

import { activationRules } from './activation.js';
import { arithmeticRules } from './arithmetic.js';
import { convRules } from './conv.js';
import { customRules } from './custom.js';
import { indexedRules } from './indexed.js';
import { partRules } from './parts.js';
import { poolRules } from './pool.js';
import { quantizeRules } from './quantize.js';
import { reduceRules } from './reduce.js';
import { regionRules } from './regions.js';
import { resizeRules } from './resize.js';
import type { Rule, Rules } from './rule.js';
import { shapeRules } from './shape.js';

export { reasonAgainst } from './custom.js';

const rules: Rules = {
  ...activationRules,
  ...arithmeticRules,
  ...convRules,
  ...customRules,
  ...indexedRules,
  ...partRules,
  ...poolRules,
  ...quantizeRules,
  ...reduceRules,
  ...regionRules,
  ...resizeRules,
  ...shapeRules,
};

/** The rule of an operator; undefined if there is none. */
export const ruleOf = (opType: string): Rule | undefined => (Object.hasOwn(rules, opType) ? rules[opType] : undefined);

/** Names of the operators that can be converted, sorted. */
export const supportedTfliteOperators = (): string[] => Object.keys(rules).sort();
