// Functions of one element.

import type { AttrsOf } from '../../../ir/schema.js';
import { unary } from '../../../ops/unary.js';
import { clamp } from '../../reading/elementwise.js';
import type { NodeView } from '../node-view.js';
import type { Rule, Rules } from './rule.js';

type Kind = AttrsOf<typeof unary.attrs>['kind'];

const unaryRule =
  (kind: Kind, read: (node: NodeView) => { alpha?: number; beta?: number } = () => ({})): Rule =>
  (node, build) =>
    build.op(unary, { kind, alpha: 0, beta: 0, ...read(node) }, [node.input(0)]);

const alphaRule = (kind: Kind, fallback: number): Rule =>
  unaryRule(kind, (node) => ({ alpha: node.float('alpha', fallback) }));

const clipRule: Rule = (node, build) => {
  const bounds = (name: string, input: number, none: number) =>
    node.opset < 11 ? node.float(name, none) : (node.number(input) ?? none);
  const low = bounds('min', 1, -Infinity);
  const high = bounds('max', 2, Infinity);
  return clamp(build, node.input(0), Math.min(low, high), high);
};

const gelu: Rule = (node, build) => {
  const kind = node.word('approximate', ['none', 'tanh']) === 'tanh' ? 'geluTanh' : 'gelu';
  return build.op(unary, { kind, alpha: 0, beta: 0 }, [node.input(0)]);
};

/** The defaults of Selu, to the last digit of the specification. */
const SELU = { alpha: 1.67326319217681884765625, gamma: 1.05070102214813232421875 };

const simple: Readonly<Record<string, Kind>> = {
  Sigmoid: 'sigmoid',
  HardSwish: 'hardSwish',
  Tanh: 'tanh',
  Mish: 'mish',
  Softplus: 'softplus',
  Softsign: 'softsign',
  Erf: 'erf',
  Exp: 'exp',
  Log: 'log',
  Sqrt: 'sqrt',
  Neg: 'neg',
  Abs: 'abs',
  Reciprocal: 'reciprocal',
  Floor: 'floor',
  Ceil: 'ceil',
  Round: 'round',
  Sign: 'sign',
  Sin: 'sin',
  Cos: 'cos',
  Not: 'not',
};

export const activationRules: Rules = {
  ...Object.fromEntries(Object.entries(simple).map(([name, kind]) => [name, unaryRule(kind)])),
  Relu: (node, build) => clamp(build, node.input(0), 0, Infinity),
  Clip: clipRule,
  LeakyRelu: alphaRule('leakyRelu', 0.01),
  Elu: alphaRule('elu', 1),
  Celu: alphaRule('celu', 1),
  Swish: alphaRule('swish', 1),
  ThresholdedRelu: alphaRule('thresholdedRelu', 1),
  HardSigmoid: unaryRule('hardSigmoid', (node) => ({ alpha: node.float('alpha', 0.2), beta: node.float('beta', 0.5) })),
  Selu: unaryRule('selu', (node) => ({
    alpha: node.float('alpha', SELU.alpha),
    beta: node.float('gamma', SELU.gamma),
  })),
  Gelu: gelu,
};
