// Normalisations.

import { binary } from '../../../ops/binary.js';
import { lrn } from '../../../ops/rare/lrn.js';
import { normalize } from '../../../ops/rare/normalize.js';
import { samplesOf, type Value } from '../../../ir/value.js';
import { showShape, sizeOf } from '../../../ir/tensor.js';
import type { Builder } from '../../reading/builder.js';
import { apply, map, reduced } from '../../reading/calculate.js';
import { refuse } from '../../reading/refusal.js';
import type { NodeView } from '../node-view.js';
import { broadcastTo } from '../../reading/broadcast.js';
import type { Rule, Rules } from './rule.js';

/** The first output; statistics in other outputs are not supported. */
const first = (y: Value): readonly (Value | undefined)[] => [y];

const channelsOf = (x: Value): number =>
  x.shape[1] ?? refuse(`an input of shape ${showShape(x.shape)} has no channels`);

const checkPerChannel = (values: readonly ArrayLike<number>[], channels: number): void => {
  const wrong = values.find(({ length }) => length !== channels);
  if (wrong) refuse(`${wrong.length} factors do not fit ${channels} channels`);
};

/** Batch normalisation as a factor and a term for each channel. */
const batchNormalization: Rule = (node, build) => {
  const x = node.input(0);
  if (node.opset < 9) node.only('spatial', 1);
  if (node.flag('training_mode', false)) return batchStatistics(node, build);
  // the outputs of statistics say that it trains; runtimes disagree about what it then computes
  if (node.opset < 14 && node.outputs.slice(1).some(Boolean)) refuse('it trains: export the network for evaluation');
  const parameters = [1, 2, 3, 4].map((index) => node.constant(index, 'export the network in evaluation mode').data);
  checkPerChannel(parameters, channelsOf(x));
  const [scale, bias, mean, variance] = parameters as [Float32Array, Float32Array, Float32Array, Float32Array];
  const epsilon = node.float('epsilon', 1e-5);
  const factor = scale.map((value, c) => value / Math.sqrt(variance[c]! + epsilon));
  const term = bias.map((value, c) => value - (mean[c]! * scale[c]!) / Math.sqrt(variance[c]! + epsilon));
  const product = build.op(binary, { kind: 'mul' }, [build.toLast(x), build.floats(factor)]);
  return first(build.toFirst(build.op(binary, { kind: 'add' }, [product, build.floats(term)])));
};

/** Batch normalisation by the statistics of the batch itself, as networks that normalise their own weights use it. */
const batchStatistics: Rule = (node, build) => {
  const x = build.toLast(node.input(0));
  const [scale, bias, oldMean, oldVariance] = [1, 2, 3, 4].map((index) => node.input(index)) as [
    Value,
    Value,
    Value,
    Value,
  ];
  const axes = [...x.shape.keys()].slice(0, -1);
  const { mean, centred, variance, inverse } = momentsOf(build, x, axes, false, node.float('epsilon', 1e-5));
  const factor = apply(build, 'mul', scale, inverse);
  const momentum = node.float('momentum', 0.9);
  const running = (before: Value, now: Value) =>
    apply(build, 'add', apply(build, 'mul', before, momentum), apply(build, 'mul', now, 1 - momentum));
  const y = build.toFirst(apply(build, 'add', apply(build, 'mul', centred, factor), bias));
  return [
    y,
    ...[running(oldMean, mean), running(oldVariance, variance)].map((value, i) =>
      node.outputs[i + 1] ? value : undefined,
    ),
  ];
};

/** Channels last, normalised in groups, each sample for itself. */
const groupNormalized = (node: NodeView, build: Builder, groups: number, scale: Value, bias: Value): Value => {
  const attrs = { start: 1, groups, epsilon: node.float('epsilon', 1e-5) };
  return build.toFirst(build.op(normalize, attrs, [build.toLast(node.input(0)), scale, bias]));
};

const instanceNormalization: Rule = (node, build) =>
  groupNormalized(node, build, channelsOf(node.input(0)), node.input(1), node.input(2));

/** One number for each group, as in opset 18, becomes one for each channel. */
const perChannel = (build: Builder, x: Value, channels: number): Value => {
  const groups = samplesOf(x);
  const wide = broadcastTo(build, build.reshape(x, [groups, 1]), [groups, channels / groups]);
  return build.reshape(wide, [channels]);
};

const groupNormalization: Rule = (node, build) => {
  const groups = node.int('num_groups');
  const channels = channelsOf(node.input(0));
  if (!(groups >= 1) || channels % groups) refuse(`${groups} groups do not divide ${channels} channels`);
  const [scale, bias] = [node.input(1), node.input(2)].map((parameter) =>
    node.opset < 21 && parameter.shape[0] === groups ? perChannel(build, parameter, channels) : parameter,
  );
  return groupNormalized(node, build, groups, scale!, bias!);
};

/** Normalised over the axes from `start` on, with a scale and an optional bias for each of their elements. */
export const layerNormalized = (
  build: Builder,
  x: Value,
  start: number,
  epsilon: number,
  scale: Value,
  bias: Value | undefined,
): Value => {
  const shape = x.shape.slice(start);
  const size = sizeOf(shape);
  const whole = (parameter: Value) => build.reshape(broadcastTo(build, parameter, shape), [size]);
  const inputs = [x, whole(scale), bias ? whole(bias) : build.floats(new Float32Array(size))];
  return build.op(normalize, { start, groups: 1, epsilon }, inputs);
};

const layerNormalization: Rule = (node, build) => {
  const x = node.input(0);
  const start = node.axis(x.shape.length, -1);
  const epsilon = node.float('epsilon', 1e-5);
  const y = layerNormalized(build, x, start, epsilon, node.input(1), node.optional(2));
  return node.outputs.slice(1).some(Boolean) ? [y, ...statisticsOf(build, x, start, epsilon)] : [y];
};

/** x divided by the root of the mean square over the axes from `axis` on, times a scale. */
export const rootMeanSquareNormalized = (node: NodeView, build: Builder, x: Value, scale: Value): Value => {
  const axes = [...x.shape.keys()].slice(node.axis(x.shape.length, -1));
  const square = reduced(build, 'mean', apply(build, 'mul', x, x), axes);
  const root = map(build, 'sqrt', apply(build, 'add', square, node.float('epsilon', 1e-5)));
  return apply(build, 'mul', apply(build, 'div', x, root), scale);
};

/** The mean over the axes from `start` on, and the inverse of the standard deviation. */
const statisticsOf = (build: Builder, x: Value, start: number, epsilon: number): [Value, Value] => {
  const { mean, inverse } = momentsOf(build, x, [...x.shape.keys()].slice(start), true, epsilon);
  return [mean, inverse];
};

/** The mean over axes, x without it, the variance, and the inverse of the standard deviation. */
const momentsOf = (build: Builder, x: Value, axes: readonly number[], keep: boolean, epsilon: number) => {
  const mean = reduced(build, 'mean', x, axes, keep);
  const centred = apply(build, 'sub', x, mean);
  const variance = reduced(build, 'mean', apply(build, 'mul', centred, centred), axes, keep);
  const inverse = apply(build, 'pow', apply(build, 'add', variance, epsilon), -0.5);
  return { mean, centred, variance, inverse };
};

const lrnRule: Rule = (node, build) => {
  const attrs = {
    size: node.int('size'),
    alpha: node.float('alpha', 1e-4),
    beta: node.float('beta', 0.75),
    bias: node.float('bias', 1),
  };
  return build.toFirst(build.op(lrn, attrs, [build.toLast(node.input(0))]));
};

export const normalizeRules: Rules = {
  BatchNormalization: batchNormalization,
  InstanceNormalization: instanceNormalization,
  GroupNormalization: groupNormalization,
  LayerNormalization: layerNormalization,
  SimplifiedLayerNormalization: (node, build) => rootMeanSquareNormalized(node, build, node.input(0), node.input(1)),
  RMSNormalization: (node, build) => rootMeanSquareNormalized(node, build, node.input(0), node.input(1)),
  LRN: lrnRule,
};
