// Operators that pick, place or order elements by indices.

import { gather } from '../../../ops/rare/gather.js';
import { cumulate } from '../../../ops/scripted/cumulate.js';
import { gatherND } from '../../../ops/scripted/gather-elements.js';
import { reverseSequence } from '../../../ops/scripted/reverse-sequence.js';
import { scatterND } from '../../../ops/scripted/scatter.js';
import { topK } from '../../../ops/scripted/top-k.js';
import type { Value } from '../../../ir/value.js';
import { axisOf } from '../../reading/axes.js';
import { broadcastTo } from '../../reading/broadcast.js';
import type { Builder } from '../../reading/builder.js';
import { apply, choose } from '../../reading/calculate.js';
import { castTo } from '../../reading/elementwise.js';
import { progression } from '../../reading/progression.js';
import { refuse } from '../../reading/refusal.js';
import type { Rule, Rules } from './rule.js';

/** The `k` largest along the last axis, and where they are. */
export const largest = (build: Builder, x: Value, k: number): [values: Value, indices: Value] => {
  const attrs = { axis: x.shape.length - 1, k, largest: true };
  return [build.op(topK, { ...attrs, indices: false }, [x]), build.op(topK, { ...attrs, indices: true }, [x])];
};

const topKRule: Rule = (node, build) => {
  const [values, indices] = largest(build, node.input(0), node.number(1) ?? refuse('k is missing'));
  return [values, castTo(build, indices, 'int32')];
};

/** A new axis at which one place is "on": the one that the index names, none for indices out of range. */
const oneHot: Rule = (node, build) => {
  const [indices, on, off] = [node.input(0), node.input(2), node.input(3)];
  const depth = node.number(1) ?? refuse('the depth is missing');
  if (!(depth >= 1)) refuse(`a depth of ${depth} makes no elements`);
  const axis = axisOf(node.int('axis'), indices.shape.length + 1);
  const wide = [...indices.shape.slice(0, axis), 1, ...indices.shape.slice(axis)];
  const listed = wide.map((_, i) => (i === axis ? depth : 1));
  const places = progression(build, [0, depth, 1], indices.type, listed);
  const hit = apply(build, 'equal', build.reshape(indices, wide), places);
  return choose(build, hit, build.reshape(on, []), build.reshape(off, []));
};

const cumSum: Rule = (node, build) => {
  const x = node.input(0);
  const axis = axisOf(node.number(1) ?? refuse('the axis is missing'), x.shape.length);
  const attrs = { kind: 'sum', axis, exclusive: node.flag('exclusive'), reverse: node.flag('reverse') } as const;
  return build.op(cumulate, attrs, [x]);
};

const gatherNDRule: Rule = (node, build) => {
  const [x, indices] = [node.input(0), node.input(1)];
  if (indices.shape.at(-1) !== 1) return build.op(gatherND, { batch: 0 }, [x, indices]);
  return build.op(gather, { axis: 0 }, [x, build.reshape(indices, indices.shape.slice(0, -1))]);
};

/** Zeros to which the updates are added at their places. */
const scatterNDRule: Rule = (node, build) => {
  const [indices, updates] = [node.input(0), node.input(1)];
  const shape = node.numbers(2) ?? refuse('the shape is missing');
  const zeros = broadcastTo(build, build.scalar(0, updates), shape);
  return build.op(scatterND, { reduction: 'add' }, [zeros, indices, updates]);
};

const reverseSequenceRule: Rule = (node, build) => {
  const x = node.input(0);
  const { length } = x.shape;
  const [time, batch] = [node.int('seq_dim'), node.int('batch_dim')].map((axis) => axisOf(axis, length));
  return build.op(reverseSequence, { batch: batch!, time: time! }, [x, node.input(1)]);
};

export const indexedRules: Rules = {
  TOPK_V2: topKRule,
  ONE_HOT: oneHot,
  CUMSUM: cumSum,
  GATHER_ND: gatherNDRule,
  SCATTER_ND: scatterNDRule,
  REVERSE_SEQUENCE: reverseSequenceRule,
  EMBEDDING_LOOKUP: (node, build) => build.op(gather, { axis: 0 }, [node.input(1), node.input(0)]),
};
