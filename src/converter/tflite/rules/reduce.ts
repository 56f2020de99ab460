// Reductions along axes, softmax and normalisations.

import type { AttrsOf } from '../../../ir/schema.js';
import type { Value } from '../../../ir/value.js';
import { argmax } from '../../../ops/rare/argmax.js';
import { binary } from '../../../ops/binary.js';
import { lrn } from '../../../ops/rare/lrn.js';
import { reduce } from '../../../ops/reduce.js';
import { softmax } from '../../../ops/softmax.js';
import { axisOf } from '../../reading/axes.js';
import { asFloats, castTo, clamp } from '../../reading/elementwise.js';
import { refuse } from '../../reading/refusal.js';
import type { NodeView } from '../node-view.js';
import { activated } from './fused.js';
import type { Rule, Rules } from './rule.js';

type Kind = AttrsOf<typeof reduce.attrs>['kind'];

/** The axes, which may be listed more than once. */
const axesOf = (node: NodeView, rank: number): number[] => {
  const axes = (node.numbers(1) ?? refuse('the axes are missing')).map((axis) => axisOf(axis, rank));
  return [...new Set(axes)].sort((a, b) => a - b);
};

const reduceRule =
  (kind: Kind): Rule =>
  (node, build) => {
    const x = node.input(0);
    const attrs = { kind, axes: axesOf(node, x.shape.length), keep: node.flag('keep_dims') };
    if (attrs.axes.length === 0) return x;
    return asFloats(build, x, (floats) => build.op(reduce, attrs, [floats]));
  };

/** Whether any or all elements are true: the largest or smallest of 0 and 1. */
const logicRule =
  (kind: 'max' | 'min'): Rule =>
  (node, build) => {
    const x = node.input(0);
    const attrs = { kind, axes: axesOf(node, x.shape.length), keep: node.flag('keep_dims') };
    return castTo(build, build.op(reduce, attrs, [castTo(build, x, 'float32')]), 'bool');
  };

const argRule =
  (min: boolean): Rule =>
  (node, build) => {
    const x = node.input(0);
    const axis = axisOf(node.number(1) ?? refuse('the axis is missing'), x.shape.length);
    const places = build.op(argmax, { axis, keep: false, last: false, min }, [castTo(build, x, 'float32')]);
    return castTo(build, places, node.outputType());
  };

const softmaxRule: Rule = (node, build) => {
  const x = node.input(0);
  const beta = node.float('beta');
  const scaled = beta === 1 ? x : build.op(binary, { kind: 'mul' }, [x, build.scalar(beta, x)]);
  return build.op(softmax, { axis: axisOf(-1, x.shape.length), log: false }, [scaled]);
};

const logSoftmax: Rule = (node, build) => {
  const x = node.input(0);
  return build.op(softmax, { axis: axisOf(-1, x.shape.length), log: true }, [x]);
};

/** The least norm that TensorFlow Lite divides by. */
const LEAST_NORM = 1e-6;

const l2Normalization: Rule = (node, build) => {
  const x: Value = node.input(0);
  const axes = [axisOf(-1, x.shape.length)];
  const norm = build.op(reduce, { kind: 'l2', axes, keep: true }, [x]);
  return activated(node, build, build.op(binary, { kind: 'div' }, [x, clamp(build, norm, LEAST_NORM, Infinity)]));
};

/** The op divides `alpha` by the number of neighbours, TensorFlow Lite does not. */
const lrnRule: Rule = (node, build) => {
  const size = 2 * node.int('radius') + 1;
  const attrs = { size, alpha: node.float('alpha') * size, beta: node.float('beta'), bias: node.float('bias') };
  return build.op(lrn, attrs, [node.input(0)]);
};

export const reduceRules: Rules = {
  MEAN: reduceRule('mean'),
  SUM: reduceRule('sum'),
  REDUCE_MAX: reduceRule('max'),
  REDUCE_MIN: reduceRule('min'),
  REDUCE_PROD: reduceRule('prod'),
  REDUCE_ANY: logicRule('max'),
  REDUCE_ALL: logicRule('min'),
  ARG_MAX: argRule(false),
  ARG_MIN: argRule(true),
  SOFTMAX: softmaxRule,
  LOG_SOFTMAX: logSoftmax,
  L2_NORMALIZATION: l2Normalization,
  LOCAL_RESPONSE_NORMALIZATION: lrnRule,
};
