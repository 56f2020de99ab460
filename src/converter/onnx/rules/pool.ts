// Pooling over windows and over whole images.

import type { AttrsOf } from '../../../ir/schema.js';
import { pool } from '../../../ops/pool.js';
import { maxIndices } from '../../../ops/scripted/max-indices.js';
import { reduce } from '../../../ops/reduce.js';
import type { Value } from '../../../ir/value.js';
import type { Builder } from '../../reading/builder.js';
import { castTo } from '../../reading/elementwise.js';
import { refuse } from '../../reading/refusal.js';
import type { NodeView } from '../node-view.js';
import type { Rule, Rules } from './rule.js';
import { spatialSizes, windowOf } from './window.js';

type PoolKind = AttrsOf<typeof pool.attrs>['kind'];
type ReduceKind = AttrsOf<typeof reduce.attrs>['kind'];

/** Floats pooled over the windows that the node's attributes describe. */
const pooled = (
  node: NodeView,
  build: Builder,
  x: Value,
  kind: PoolKind,
  own: { countPads?: boolean; p?: number } = {},
) => {
  const window = windowOf(node, spatialSizes(x.shape), node.ints('kernel_shape'));
  const attrs = { kind, ...window, ceil: node.flag('ceil_mode', false), countPads: false, p: 2, ...own };
  return build.toFirst(build.op(pool, attrs, [build.toLast(x)]));
};

/** The average of every window. */
export const averagePooled = (node: NodeView, build: Builder, x: Value): Value =>
  pooled(node, build, x, 'average', { countPads: node.flag('count_include_pad', false) });

/** The values and, if they are used, where they come from. */
const maxPoolRule: Rule = (node, build) => {
  const x = node.input(0);
  const y = castTo(build, pooled(node, build, castTo(build, x, 'float32'), 'max'), x.type);
  if (!node.outputs[1]) return y;
  const window = windowOf(node, spatialSizes(x.shape), node.ints('kernel_shape'));
  const attrs = { ...window, ceil: node.flag('ceil_mode', false), columns: node.flag('storage_order', false) };
  return [y, build.op(maxIndices, attrs, [x])];
};

/** [N, C, ...sizes] reduced to [N, C, 1, ...]. */
export const overImage = (build: Builder, x: Value, kind: ReduceKind): Value => {
  const axes = [...x.shape.keys()].slice(2);
  return axes.length === 0
    ? refuse('the input has no spatial axes')
    : build.op(reduce, { kind, axes, keep: true }, [x]);
};

const globalRule =
  (kind: (node: NodeView) => ReduceKind): Rule =>
  (node, build) =>
    overImage(build, node.input(0), kind(node));

const normOf = (node: NodeView): ReduceKind => {
  const p = node.int('p', 2);
  return p === 1 ? 'l1' : p === 2 ? 'l2' : refuse(`p ${p} is not supported`);
};

export const poolRules: Rules = {
  MaxPool: maxPoolRule,
  AveragePool: (node, build) => averagePooled(node, build, node.input(0)),
  LpPool: (node, build) => pooled(node, build, node.input(0), 'lp', { p: node.int('p', 2) }),
  GlobalAveragePool: globalRule(() => 'mean'),
  GlobalMaxPool: globalRule(() => 'max'),
  GlobalLpPool: globalRule(normOf),
};
