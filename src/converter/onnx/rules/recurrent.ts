// Recurrent layers: LSTM, GRU and RNN.

import type { AttrsOf } from '../../../ir/schema.js';
import type { Value } from '../../../ir/value.js';
import { concat } from '../../../ops/concat.js';
import { matmul } from '../../../ops/matmul.js';
import { recurrent } from '../../../ops/scripted/recurrent.js';
import type { Builder } from '../../reading/builder.js';
import { take } from '../../reading/ranges.js';
import { refuse } from '../../reading/refusal.js';
import type { NodeView } from '../node-view.js';
import type { Rule, Rules } from './rule.js';

type Attrs = AttrsOf<typeof recurrent.attrs>;
type Activation = Attrs['f'];

/** The activations by their names in ONNX, in lower case, with their default alpha and beta. */
const ACTIVATIONS: Readonly<Record<string, readonly [Activation, number, number]>> = {
  sigmoid: ['sigmoid', 0, 0],
  tanh: ['tanh', 0, 0],
  relu: ['relu', 0, 0],
  affine: ['affine', 1, 0],
  leakyrelu: ['leakyRelu', 0.01, 0],
  thresholdedrelu: ['thresholdedRelu', 1, 0],
  scaledtanh: ['scaledTanh', 1, 1],
  hardsigmoid: ['hardSigmoid', 0.2, 0.5],
  elu: ['elu', 1, 0],
  softsign: ['softsign', 0, 0],
  softplus: ['softplus', 0, 0],
};

const WITH_ALPHA = new Set<Activation>(
  'affine leakyRelu thresholdedRelu scaledTanh hardSigmoid elu'.split(' ') as Activation[],
);
const WITH_BETA = new Set<Activation>(['affine', 'scaledTanh', 'hardSigmoid']);

/** The functions of every direction. Lists of alphas and betas have numbers only for the functions that use them. */
const activationsOf = (node: NodeView, defaults: readonly string[], directions: number) => {
  const listed = node.texts('activations', Array.from({ length: directions }, () => defaults).flat());
  if (listed.length !== defaults.length * directions)
    refuse(`${listed.length} activations; expected ${defaults.length * directions}`);
  const [alphas, betas] = [[...node.floats('activation_alpha', [])], [...node.floats('activation_beta', [])]];
  const all = listed.map((text) => {
    const [name, alpha, beta] = ACTIVATIONS[text.toLowerCase()] ?? refuse(`activation ${text} is not supported`);
    return {
      name,
      alpha: (WITH_ALPHA.has(name) ? alphas.shift() : undefined) ?? alpha,
      beta: (WITH_BETA.has(name) ? betas.shift() : undefined) ?? beta,
    };
  });
  return Array.from({ length: directions }, (_, d) => {
    const own = all.slice(d * defaults.length, (d + 1) * defaults.length);
    const three = [0, 1, 2].map((i) => own[i] ?? own[0]!);
    const [f, g, h] = three.map(({ name }) => name) as [Activation, Activation, Activation];
    return { f, g, h, alpha: three.map(({ alpha }) => alpha), beta: three.map(({ beta }) => beta) };
  });
};

/** Direction `d` of an input whose first axis has the directions, without that axis. */
const directionOf = (build: Builder, x: Value, d: number): Value =>
  build.reshape(take(build, x, [{ axis: 0, start: d, step: 1, count: 1 }]), x.shape.slice(1));

/** The inputs of the op in direction `d`; `x` is [T, N, width]. */
const inputsOf = (node: NodeView, build: Builder, kind: Attrs['kind'], d: number, x: Value): Value[] => {
  const [w, r] = [1, 2].map((i) => directionOf(build, node.input(i), d)) as [Value, Value];
  if (w.shape.length !== 2 || r.shape.length !== 2) refuse('the weights must have three dimensions');
  const [rows, size] = r.shape as [number, number];
  const bias = node.optional(3) ? directionOf(build, node.input(3), d) : build.floats(new Float32Array(2 * rows));
  if (!bias.data) refuse('the biases must be constant');
  const part = (start: number) => take(build, bias, [{ axis: 0, start, step: 1, count: rows }]);
  const gates = build.op(matmul, { low: -Infinity, high: Infinity }, [x, build.transpose(w, [1, 0]), part(0)]);
  const lengths = node.optional(4) ?? build.ints([x.shape[0]!]);
  const stateOf = (index: number): Value => {
    const state = node.optional(index);
    if (!state) return build.floats(new Float32Array(size), [1, 1, size]);
    const first = node.int('layout', 0) ? build.transpose(state, [1, 0, 2]) : state;
    return take(build, first, [{ axis: 0, start: d, step: 1, count: 1 }]);
  };
  const common = [gates, r, part(rows), lengths, stateOf(5)];
  if (kind !== 'lstm') return common;
  const peepholes = node.optional(7) && directionOf(build, node.input(7), d);
  return [...common, stateOf(6), ...(peepholes ? [peepholes] : [])];
};

const RETURNS = ['sequence', 'last', 'cell'] as const;

const recurrentRule =
  (kind: Attrs['kind'], ...defaults: string[]): Rule =>
  (node, build) => {
    const direction = node.word('direction', ['forward', 'reverse', 'bidirectional']);
    const isBatchFirst = node.int('layout', 0) !== 0;
    if (node.flag('input_forget', false)) refuse('input_forget is not supported');
    if (node.input(0).shape.length !== 3) refuse('the input must have three dimensions');
    const x = isBatchFirst ? build.transpose(node.input(0), [1, 0, 2]) : node.input(0);
    const clip = node.float('clip', Infinity);
    const directions = direction === 'bidirectional' ? [false, true] : [direction === 'reverse'];
    const functions = activationsOf(node, defaults, directions.length);
    const shared = { kind, clip, linearBefore: node.flag('linear_before_reset', false) };
    const inputs = directions.map((_, d) => inputsOf(node, build, kind, d, x));
    return RETURNS.map((returns, i) => {
      if (!node.outputs[i]) return undefined;
      const each = directions.map((reverse, d) =>
        build.op(recurrent, { ...shared, ...functions[d]!, returns, reverse }, inputs[d]!),
      );
      const y = each.length === 1 ? each[0]! : build.op(concat, { axis: returns === 'sequence' ? 1 : 0 }, each);
      if (!isBatchFirst) return y;
      return build.transpose(y, returns === 'sequence' ? [2, 0, 1, 3] : [1, 0, 2]);
    });
  };

export const recurrentRules: Rules = {
  LSTM: recurrentRule('lstm', 'Sigmoid', 'Tanh', 'Tanh'),
  GRU: recurrentRule('gru', 'Sigmoid', 'Tanh'),
  RNN: recurrentRule('rnn', 'Tanh'),
};
