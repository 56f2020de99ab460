// Reductions along axes, and softmax.

import type { AttrsOf } from '../../../ir/schema.js';
import { argmax } from '../../../ops/rare/argmax.js';
import { binary } from '../../../ops/binary.js';
import { reduce } from '../../../ops/reduce.js';
import { softmax } from '../../../ops/softmax.js';
import { unary } from '../../../ops/unary.js';
import type { Value } from '../../../ir/value.js';
import { sizeOf } from '../../../ir/tensor.js';
import { isEmpty, type Builder } from '../../reading/builder.js';
import { axesOf, axisOf } from '../../reading/axes.js';
import { refuse } from '../../reading/refusal.js';
import type { NodeView } from '../node-view.js';
import { asFloats, castTo } from '../../reading/elementwise.js';
import type { Rule, Rules } from './rule.js';

type Kind = AttrsOf<typeof reduce.attrs>['kind'];

/** The axes: an attribute before opset 18 (13 for ReduceSum), an input since. */
const listedAxes = (node: NodeView): readonly number[] => {
  const isInput = node.opset >= (node.opType === 'ReduceSum' ? 13 : 18);
  return isInput ? (node.numbers(1) ?? []) : node.ints('axes', []);
};

/** What an array without elements is reduced to. */
const OF_NOTHING: Readonly<Partial<Record<Kind, number>>> = {
  ...{ sum: 0, l1: 0, l2: 0, sumsq: 0, prod: 1 },
  ...{ max: -Infinity, min: Infinity, logsum: -Infinity, logsumexp: -Infinity },
};

const reducedNothing = (build: Builder, x: Value, { kind, axes, keep }: AttrsOf<typeof reduce.attrs>): Value => {
  const number = OF_NOTHING[kind] ?? refuse(`the ${kind} of no elements is not defined`);
  const shape = x.shape.flatMap((size, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [size]));
  if (x.type === 'float32') return build.filled(shape, x.type, number);
  const integer = x.type === 'bool' ? Number(number > 0) : number;
  if (!Number.isFinite(integer)) refuse(`the ${kind} of no integers is not defined`);
  return build.filled(shape, x.type, integer);
};

const reduceRule =
  (kind: Kind): Rule =>
  (node, build) => {
    const x = node.input(0);
    const listed = listedAxes(node);
    if (listed.length === 0 && node.flag('noop_with_empty_axes', false)) return x;
    const axes = listed.length ? axesOf(listed, x.shape.length) : [...x.shape.keys()];
    const attrs = { kind, axes, keep: node.flag('keepdims', true) };
    if (isEmpty(x)) return reducedNothing(build, x, attrs);
    return asFloats(build, x, (floats) => build.op(reduce, attrs, [floats]));
  };

const argRule =
  (min: boolean): Rule =>
  (node, build) => {
    const x = node.input(0);
    const axis = node.axis(x.shape.length, 0);
    const attrs = { axis, keep: node.flag('keepdims', true), last: node.flag('select_last_index', false), min };
    return build.op(argmax, attrs, [x]);
  };

/** Softmax over everything from `axis` on, as before opset 13. */
export const flatSoftmax = (build: Builder, x: Value, axis: number, log: boolean): Value => {
  const wide = [...x.shape.keys()].filter((index) => index >= axis && x.shape[index] !== 1);
  if (wide.length <= 1) return build.op(softmax, { axis: wide[0] ?? axis, log }, [x]);
  const rows = build.reshape(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))], 1);
  return build.reshape(build.op(softmax, { axis: 1, log }, [rows]), x.shape, x.shape.length - 1);
};

const softmaxRule =
  (log: boolean): Rule =>
  (node, build) => {
    const x = node.input(0);
    const rank = x.shape.length;
    return node.opset >= 13
      ? build.op(softmax, { axis: node.axis(rank, -1), log }, [x])
      : flatSoftmax(build, x, node.axis(rank, 1), log);
  };

const lpNormalization: Rule = (node, build) => {
  const x = node.input(0);
  const p = node.int('p', 2);
  if (p !== 1 && p !== 2) refuse(`p ${p} is not supported`);
  const axes = [axisOf(node.int('axis', -1), x.shape.length)];
  const norm = build.op(reduce, { kind: p === 1 ? 'l1' : 'l2', axes, keep: true }, [x]);
  const isZero = castTo(build, build.op(binary, { kind: 'equal' }, [norm, build.scalar(0, norm)]), 'float32');
  return build.op(binary, { kind: 'div' }, [x, build.op(binary, { kind: 'add' }, [norm, isZero])]); // 0 / 1 where all are 0
};

const meanVariance: Rule = (node, build) => {
  const x = node.input(0);
  const axes = axesOf(node.ints('axes', [0, 2, 3]), x.shape.length);
  const centred = build.op(binary, { kind: 'sub' }, [x, build.op(reduce, { kind: 'mean', axes, keep: true }, [x])]);
  const square = build.op(binary, { kind: 'mul' }, [centred, centred]);
  const variance = build.op(reduce, { kind: 'mean', axes, keep: true }, [square]);
  const deviation = build.op(unary, { kind: 'sqrt', alpha: 0, beta: 0 }, [variance]);
  const divisor = build.op(binary, { kind: 'add' }, [deviation, build.scalar(1e-9, x)]);
  return build.op(binary, { kind: 'div' }, [centred, divisor]);
};

export const reduceRules: Rules = {
  ReduceMean: reduceRule('mean'),
  ReduceSum: reduceRule('sum'),
  ReduceMax: reduceRule('max'),
  ReduceMin: reduceRule('min'),
  ReduceL1: reduceRule('l1'),
  ReduceL2: reduceRule('l2'),
  ReduceProd: reduceRule('prod'),
  ReduceSumSquare: reduceRule('sumsq'),
  ReduceLogSum: reduceRule('logsum'),
  ReduceLogSumExp: reduceRule('logsumexp'),
  ArgMax: argRule(false),
  ArgMin: argRule(true),
  Softmax: softmaxRule(false),
  LogSoftmax: softmaxRule(true),
  LpNormalization: lpNormalization,
  MeanVarianceNormalization: meanVariance,
};
