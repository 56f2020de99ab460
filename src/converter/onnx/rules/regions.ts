// Operators of detectors: the choice of boxes.

import { nonMaxSuppression } from '../../../ops/scripted/non-max-suppression.js';
import { refuse } from '../../reading/refusal.js';
import type { Rule, Rules } from './rule.js';

const nonMaxSuppressionRule: Rule = (node, build) => {
  const limit = node.number(2) ?? 0;
  if (limit <= 0) refuse(`max_output_boxes_per_class ${limit} chooses no boxes; expected a number above 0`);
  const attrs = {
    limit: Math.min(limit, 2 ** 31 - 1),
    maxOverlap: node.number(3) ?? 0,
    minScore: node.number(4) ?? -Infinity,
    centred: node.flag('center_point_box', false),
  };
  return build.op(nonMaxSuppression, attrs, [node.input(0), node.input(1)]);
};

export const regionRules: Rules = { NonMaxSuppression: nonMaxSuppressionRule };
