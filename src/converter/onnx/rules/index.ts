// All rules by ONNX operator name.

import { activationRules } from './activation.js';
import { arithmeticRules } from './arithmetic.js';
import { attentionRules } from './attention.js';
import { bitRules } from './bits.js';
import { constantRules } from './constant.js';
import { convRules } from './conv.js';
import { deformConvRules } from './deform-conv.js';
import { einsumRules } from './einsum.js';
import { indexedRules } from './indexed.js';
import { lossRules } from './loss.js';
import { microsoftRules } from './microsoft.js';
import { normalizeRules } from './normalize.js';
import { partRules } from './parts.js';
import { poolRules } from './pool.js';
import { quantizeRules } from './quantize.js';
import { recurrentRules } from './recurrent.js';
import { reduceRules } from './reduce.js';
import { regionRules } from './regions.js';
import { resizeRules } from './resize.js';
import { rotaryRules } from './rotary.js';
import type { Rule, Rules } from './rule.js';
import { samplingRules } from './sampling.js';
import { shapeRules } from './shape.js';

const rules: Rules = {
  ...activationRules,
  ...arithmeticRules,
  ...attentionRules,
  ...bitRules,
  ...constantRules,
  ...convRules,
  ...deformConvRules,
  ...einsumRules,
  ...indexedRules,
  ...lossRules,
  ...normalizeRules,
  ...partRules,
  ...poolRules,
  ...quantizeRules,
  ...recurrentRules,
  ...reduceRules,
  ...regionRules,
  ...resizeRules,
  ...rotaryRules,
  ...samplingRules,
  ...shapeRules,
};

/** The rules of each domain. */
const domains: Readonly<Record<string, Rules>> = { '': rules, 'com.microsoft': microsoftRules };

/** The rule of an operator; undefined if there is none. */
export const ruleOf = (domain: string, opType: string): Rule | undefined => {
  const own = Object.hasOwn(domains, domain) ? domains[domain]! : {};
  return Object.hasOwn(own, opType) ? own[opType] : undefined;
};

/** Names of the operators of a domain that can be converted, sorted; of ONNX itself if none is given. */
export const supportedOperators = (domain = ''): string[] => Object.keys(domains[domain] ?? {}).sort();
