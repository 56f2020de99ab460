// All rules by ONNX operator name.

import { activationRules } from './activation.js';
import { arithmeticRules } from './arithmetic.js';
import { constantRules } from './constant.js';
import { convRules } from './conv.js';
import { normalizeRules } from './normalize.js';
import { partRules } from './parts.js';
import { poolRules } from './pool.js';
import { reduceRules } from './reduce.js';
import { resizeRules } from './resize.js';
import type { Rule, Rules } from './rule.js';
import { shapeRules } from './shape.js';

const rules: Rules = {
  ...activationRules,
  ...arithmeticRules,
  ...constantRules,
  ...convRules,
  ...normalizeRules,
  ...partRules,
  ...poolRules,
  ...reduceRules,
  ...resizeRules,
  ...shapeRules,
};

/** The rule of an operator of the domain ''; undefined if there is none. */
export const ruleOf = (opType: string): Rule | undefined => (Object.hasOwn(rules, opType) ? rules[opType] : undefined);

/** Names of the operators that can be converted, sorted. */
export const supportedOperators = (): string[] => Object.keys(rules).sort();
