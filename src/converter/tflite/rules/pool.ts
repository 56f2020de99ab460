// Pooling over windows.

import type { AttrsOf } from '../../../ir/schema.js';
import type { Value } from '../../../ir/value.js';
import { binary } from '../../../ops/binary.js';
import { pool } from '../../../ops/pool.js';
import type { Builder } from '../../reading/builder.js';
import type { NodeView } from '../node-view.js';
import { apply } from './activation.js';
import { activated } from './fused.js';
import type { Rule, Rules } from './rule.js';
import { spatialSizes, windowOf } from './window.js';

type Kind = AttrsOf<typeof pool.attrs>['kind'];

const pooled = (node: NodeView, build: Builder, kind: Kind, x: Value): Value => {
  const window = windowOf(node, spatialSizes(x.shape), [node.int('filter_height'), node.int('filter_width')]);
  return build.op(pool, { kind, ...window, ceil: false, countPads: false, p: 2 }, [x]);
};

const poolRule =
  (kind: Kind): Rule =>
  (node, build) =>
    activated(node, build, pooled(node, build, kind, node.input(0)));

/** The root of the mean of the squares. */
const l2Pool: Rule = (node, build) => {
  const x = node.input(0);
  const squares = build.op(binary, { kind: 'mul' }, [x, x]);
  return activated(node, build, apply(build, 'sqrt', pooled(node, build, 'average', squares)));
};

export const poolRules: Rules = {
  MAX_POOL_2D: poolRule('max'),
  AVERAGE_POOL_2D: poolRule('average'),
  L2_POOL_2D: l2Pool,
};
