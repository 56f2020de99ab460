// Operators of the domain com.microsoft, which ONNX Runtime writes into the files that it optimises.

import type { Value } from '../../../ir/value.js';
import { unary } from '../../../ops/unary.js';
import type { Builder } from '../../reading/builder.js';
import { apply, map } from '../../reading/calculate.js';
import { cut } from '../../reading/cut.js';
import { clamp } from '../../reading/elementwise.js';
import { refuse } from '../../reading/refusal.js';
import type { NodeView } from '../node-view.js';
import { convRule, gemmRule, multiplied } from './conv.js';
import { layerNormalized, rootMeanSquareNormalized } from './normalize.js';
import { qLinearRules } from './qlinear.js';
import type { Rule, Rules } from './rule.js';

type Activation = (build: Builder, x: Value, alpha: number | undefined, beta: number | undefined) => Value;

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  Relu: (build, x) => clamp(build, x, 0, Infinity),
  Tanh: (build, x) => map(build, 'tanh', x),
  Sigmoid: (build, x) => map(build, 'sigmoid', x),
  HardSwish: (build, x) => map(build, 'hardSwish', x),
  LeakyRelu: (build, x, alpha = 0.01) => build.op(unary, { kind: 'leakyRelu', alpha, beta: 0 }, [x]),
  HardSigmoid: (build, x, alpha = 0.2, beta = 0.5) => build.op(unary, { kind: 'hardSigmoid', alpha, beta }, [x]),
  Clip: (build, x, low = -Infinity, high = Infinity) => clamp(build, x, low, high),
};

const activated = (node: NodeView, build: Builder, x: Value, [alpha, beta]: readonly (number | undefined)[]): Value => {
  const name = node.has('activation') ? node.text('activation') : '';
  if (name === '') return x;
  const activation = Object.hasOwn(ACTIVATIONS, name)
    ? ACTIVATIONS[name]!
    : refuse(`activation '${cut(name)}' is not supported`);
  return activation(build, x, alpha, beta);
};

/** A convolution, plus an optional addend, through an activation. */
const fusedConv: Rule = (node, build) => {
  const y = convRule(node, build) as Value;
  const addend = node.optional(3);
  return activated(node, build, addend ? apply(build, 'add', y, addend) : y, node.floats('activation_params', []));
};

const fusedGemm: Rule = (node, build) => {
  const parameter = (name: string) => (node.has(name) ? node.float(name) : undefined);
  const parameters = [parameter('activation_alpha'), parameter('activation_beta')];
  return activated(node, build, gemmRule(node, build) as Value, parameters);
};

const fusedMatMul: Rule = (node, build) => {
  node.only('transBatchA', 0);
  node.only('transBatchB', 0);
  const turned = (index: number, name: string) => {
    const x = node.input(index);
    const axes = [...x.shape.keys()];
    if (!node.flag(name, false) || axes.length < 2) return x;
    return build.transpose(x, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!]);
  };
  const y = multiplied(build, turned(0, 'transA'), turned(1, 'transB'));
  const alpha = node.float('alpha', 1);
  return alpha === 1 ? y : apply(build, 'mul', y, alpha);
};

const biasedGelu =
  (kind: 'gelu' | 'geluTanh'): Rule =>
  (node, build) => {
    const bias = node.optional(1);
    return map(build, kind, bias ? apply(build, 'add', node.input(0), bias) : node.input(0));
  };

/** The sum of an input, a skip connection and a bias, normalised; the sum itself is the fourth output. */
const skipNormalized =
  (biasIndex: number, normalized: (node: NodeView, build: Builder, sum: Value) => Value): Rule =>
  (node, build) => {
    const [, mean, deviation] = node.outputs;
    if (mean || deviation) refuse('its mean and deviation are not supported as outputs');
    const bias = node.optional(biasIndex);
    const total = apply(build, 'add', node.input(0), node.input(1));
    const sum = bias ? apply(build, 'add', total, bias) : total;
    return [normalized(node, build, sum), undefined, undefined, sum];
  };

export const microsoftRules: Rules = {
  ...qLinearRules,
  FusedConv: fusedConv,
  FusedGemm: fusedGemm,
  FusedMatMul: fusedMatMul,
  Gelu: biasedGelu('gelu'),
  BiasGelu: biasedGelu('gelu'),
  FastGelu: biasedGelu('geluTanh'),
  QuickGelu: (node, build) =>
    build.op(unary, { kind: 'swish', alpha: node.float('alpha', 1.702), beta: 0 }, [node.input(0)]),
  SkipLayerNormalization: skipNormalized(4, (node, build, sum) =>
    layerNormalized(build, sum, sum.shape.length - 1, node.float('epsilon', 1e-5), node.input(2), node.optional(3)),
  ),
  SkipSimplifiedLayerNormalization: skipNormalized(3, (node, build, sum) =>
    rootMeanSquareNormalized(node, build, sum, node.input(2)),
  ),
};
