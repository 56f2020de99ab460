// Operators of detectors: regions of images, and the choice of boxes.

import { nonMaxSuppression } from '../../../ops/scripted/non-max-suppression.js';
import { roiAlign } from '../../../ops/scripted/roi-align.js';
import { refuse } from '../../reading/refusal.js';
import type { Rule, Rules } from './rule.js';

const roiAlignRule: Rule = (node, build) => {
  const mode = node.word('coordinate_transformation_mode', ['half_pixel', 'output_half_pixel']);
  const attrs = {
    kind: ({ avg: 'average', max: 'max' } as const)[node.word('mode', ['avg', 'max'])],
    height: node.int('output_height', 1),
    width: node.int('output_width', 1),
    samples: node.int('sampling_ratio', 0),
    scale: node.float('spatial_scale', 1),
    aligned: node.opset >= 16 && mode === 'half_pixel',
  };
  return build.op(roiAlign, attrs, [node.input(0), node.input(1), node.input(2)]);
};

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

export const regionRules: Rules = {
  RoiAlign: roiAlignRule,
  NonMaxSuppression: nonMaxSuppressionRule,
};
