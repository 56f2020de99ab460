// Losses, as networks that are exported with their training criterion have them.

import type { Value } from '../../../ir/value.js';
import { gatherElements } from '../../../ops/scripted/gather-elements.js';
import { softmax } from '../../../ops/softmax.js';
import { showShape, sizeOf } from '../../../ir/tensor.js';
import type { Builder } from '../../reading/builder.js';
import { apply, choose, map, reduced } from '../../reading/calculate.js';
import { refuse } from '../../reading/refusal.js';
import type { NodeView } from '../node-view.js';
import type { Rule, Rules } from './rule.js';

/** The weight of each target's class: 1 without weights, and 0 for targets to ignore. */
const weightsFor = (node: NodeView, build: Builder, targets: Value, ignored: Value | undefined): Value | undefined => {
  const weights = node.optional(2);
  if (!weights && !ignored) return undefined;
  const flat = build.reshape(targets, [sizeOf(targets.shape)]);
  const picked = weights && build.op(gatherElements, { axis: 0 }, [weights, flat]);
  const each = picked ? build.reshape(picked, targets.shape) : build.floats([1], []);
  return ignored ? choose(build, ignored, 0, each) : each;
};

/** The negative logarithm of the probability of each target [N, d1, ...], from logarithms [N, C, d1, ...], weighted and reduced. */
const lossOf = (node: NodeView, build: Builder, logarithms: Value): Value => {
  const targets = node.input(1);
  const { shape } = targets;
  const expected = logarithms.shape.filter((_, axis) => axis !== 1);
  if (showShape(shape) !== showShape(expected))
    refuse(`targets of shape ${showShape(shape)} instead of ${showShape(expected)}`);
  const column = build.reshape(targets, [shape[0]!, 1, ...shape.slice(1)]);
  const picked = build.reshape(build.op(gatherElements, { axis: 1 }, [logarithms, column]), shape);
  const ignored = node.has('ignore_index') ? apply(build, 'equal', targets, node.int('ignore_index')) : undefined;
  const weights = weightsFor(node, build, targets, ignored);
  const each = map(build, 'neg', ignored ? choose(build, ignored, 0, picked) : picked);
  const weighted = weights ? apply(build, 'mul', each, weights) : each;
  const axes = [...shape.keys()];
  const reduction = node.word('reduction', ['mean', 'sum', 'none']);
  if (reduction === 'none') return weighted;
  const total = (x: Value) => reduced(build, 'sum', x, axes, false);
  if (reduction === 'sum') return total(weighted);
  return weights ? apply(build, 'div', total(weighted), total(weights)) : reduced(build, 'mean', weighted, axes, false);
};

const softmaxCrossEntropy: Rule = (node, build) => {
  const logarithms = build.op(softmax, { axis: 1, log: true }, [node.input(0)]);
  return [lossOf(node, build, logarithms), logarithms];
};

export const lossRules: Rules = {
  NegativeLogLikelihoodLoss: (node, build) => lossOf(node, build, node.input(0)),
  SoftmaxCrossEntropyLoss: softmaxCrossEntropy,
};
