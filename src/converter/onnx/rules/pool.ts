// Pooling over windows and over whole images.

import type { AttrsOf } from '../../../ir/schema.js';
import { pool } from '../../../ops/pool.js';
import { maxIndices } from '../../../ops/scripted/max-indices.js';
import { reduce } from '../../../ops/reduce.js';
import type { Value } from '../../../ir/value.js';
import type { Builder } from '../../reading/builder.js';
import { refuse } from '../../reading/refusal.js';
import type { NodeView } from '../node-view.js';
import type { Rule, Rules } from './rule.js';
import { spatialSizes, windowOf } from './window.js';

type PoolKind = AttrsOf<typeof pool.attrs>['kind'];
type ReduceKind = AttrsOf<typeof reduce.attrs>['kind'];

const poolRule =
  (kind: PoolKind, read: (node: NodeView) => { countPads?: boolean; p?: number } = () => ({})): Rule =>
  (node, build) => {
    const x = node.input(0);
    const window = windowOf(node, spatialSizes(x.shape), node.ints('kernel_shape'));
    const attrs = { kind, ...window, ceil: node.flag('ceil_mode', false), countPads: false, p: 2, ...read(node) };
    return build.toFirst(build.op(pool, attrs, [build.toLast(x)]));
  };

/** The values and, if they are used, where they come from. */
const maxPoolRule: Rule = (node, build) => {
  const y = poolRule('max')(node, build) as Value;
  if (!node.outputs[1]) return y;
  const x = node.input(0);
  const window = windowOf(node, spatialSizes(x.shape), node.ints('kernel_shape'));
  const attrs = { ...window, ceil: node.flag('ceil_mode', false), columns: node.flag('storage_order', false) };
  return [y, build.op(maxIndices, attrs, [x])];
};

const overImage = (build: Builder, x: Value, kind: ReduceKind): Value => {
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
  AveragePool: poolRule('average', (node) => ({ countPads: node.flag('count_include_pad', false) })),
  LpPool: poolRule('lp', (node) => ({ p: node.int('p', 2) })),
  GlobalAveragePool: globalRule(() => 'mean'),
  GlobalMaxPool: globalRule(() => 'max'),
  GlobalLpPool: globalRule(normOf),
};
