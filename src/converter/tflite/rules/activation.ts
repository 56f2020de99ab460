// Functions of one element.

import type { AttrsOf } from '../../../ir/schema.js';
import type { Value } from '../../../ir/value.js';
import { binary } from '../../../ops/binary.js';
import { unary } from '../../../ops/unary.js';
import type { Builder } from '../../reading/builder.js';
import { clamp } from '../../reading/elementwise.js';
import type { Rule, Rules } from './rule.js';

type Kind = AttrsOf<typeof unary.attrs>['kind'];

/** `kind` of every element. */
export const apply = (build: Builder, kind: Kind, x: Value, alpha = 0): Value =>
  build.op(unary, { kind, alpha, beta: 0 }, [x]);

const clampRule =
  (low: number, high: number): Rule =>
  (node, build) =>
    clamp(build, node.input(0), low, high);

const square: Rule = (node, build) => build.op(binary, { kind: 'mul' }, [node.input(0), node.input(0)]);

const simple: Readonly<Record<string, Kind>> = {
  LOGISTIC: 'sigmoid',
  TANH: 'tanh',
  HARD_SWISH: 'hardSwish',
  EXP: 'exp',
  LOG: 'log',
  SQRT: 'sqrt',
  ABS: 'abs',
  NEG: 'neg',
  FLOOR: 'floor',
  CEIL: 'ceil',
  ROUND: 'round',
  SIN: 'sin',
  COS: 'cos',
  SIGN: 'sign',
  LOGICAL_NOT: 'not',
};

export const activationRules: Rules = {
  ...Object.fromEntries(
    Object.entries(simple).map(([name, kind]): [string, Rule] => [
      name,
      (node, build) => apply(build, kind, node.input(0)),
    ]),
  ),
  RELU: clampRule(0, Infinity),
  RELU6: clampRule(0, 6),
  RELU_N1_TO_1: clampRule(-1, 1),
  RELU_0_TO_1: clampRule(0, 1),
  ELU: (node, build) => apply(build, 'elu', node.input(0), 1),
  LEAKY_RELU: (node, build) => apply(build, 'leakyRelu', node.input(0), node.float('alpha')),
  GELU: (node, build) => apply(build, node.flag('approximate') ? 'geluTanh' : 'gelu', node.input(0)),
  PRELU: (node, build) => build.op(binary, { kind: 'prelu' }, [node.input(0), node.input(1)]),
  RSQRT: (node, build) => apply(build, 'reciprocal', apply(build, 'sqrt', node.input(0))),
  SQUARE: square,
};
