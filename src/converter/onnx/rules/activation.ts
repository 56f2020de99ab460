// Functions of one element.

import type { AttrsOf } from '../../../ir/schema.js';
import { inverse } from '../../../ops/scripted/inverse.js';
import { unary } from '../../../ops/unary.js';
import type { Value } from '../../../ir/value.js';
import type { Builder } from '../../reading/builder.js';
import { apply, choose, map } from '../../reading/calculate.js';
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

/** cosh(x) = h / 2 * h with h = e ** (|x| / 2), plus 1 / (2 * h * h); the product overflows no earlier than the result. */
const hyperbolicCosine = (build: Builder, x: Value): Value => {
  const root = map(build, 'exp', apply(build, 'mul', map(build, 'abs', x), 0.5));
  const large = apply(build, 'mul', apply(build, 'mul', root, 0.5), root);
  return apply(build, 'add', large, apply(build, 'div', build.scalar(0.25, x), large));
};

const swiglu: Rule = (node, build) => {
  const gate = build.op(unary, { kind: 'swish', alpha: node.float('alpha', 1), beta: 0 }, [node.input(0)]);
  return apply(build, 'mul', gate, node.input(1));
};

/** Moves values beyond `lambd` by `bias` towards 0; all others become 0. */
const shrink: Rule = (node, build) => {
  const [x, limit, bias] = [node.input(0), node.float('lambd', 0.5), node.float('bias', 0)];
  const low = choose(build, apply(build, 'less', x, -limit), apply(build, 'add', x, bias), 0);
  return choose(build, apply(build, 'greater', x, limit), apply(build, 'sub', x, bias), low);
};

const inverseRule =
  (kind: AttrsOf<typeof inverse.attrs>['kind']): Rule =>
  (node, build) =>
    build.op(inverse, { kind }, [node.input(0)]);

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
  Shrink: shrink,
  Asin: inverseRule('asin'),
  Acos: inverseRule('acos'),
  Atan: inverseRule('atan'),
  Asinh: inverseRule('asinh'),
  Acosh: inverseRule('acosh'),
  Atanh: inverseRule('atanh'),
  SwiGLU: swiglu,
  Tan: (node, build) => apply(build, 'div', map(build, 'sin', node.input(0)), map(build, 'cos', node.input(0))),
  Cosh: (node, build) => hyperbolicCosine(build, node.input(0)),
  Sinh: (node, build) => apply(build, 'mul', map(build, 'tanh', node.input(0)), hyperbolicCosine(build, node.input(0))),
};
