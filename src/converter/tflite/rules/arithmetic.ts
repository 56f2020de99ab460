// Elementwise functions of two or more arrays, comparisons and choices.

import type { AttrsOf } from '../../../ir/schema.js';
import type { Value } from '../../../ir/value.js';
import { binary } from '../../../ops/binary.js';
import type { Builder } from '../../reading/builder.js';
import { choose } from '../../reading/calculate.js';
import { castTo } from '../../reading/elementwise.js';
import { apply } from './activation.js';
import { activated } from './fused.js';
import type { Rule, Rules } from './rule.js';

type Kind = AttrsOf<typeof binary.attrs>['kind'];

const join = (build: Builder, kind: Kind, a: Value, b: Value): Value => build.op(binary, { kind }, [a, b]);

const fusedRule =
  (kind: Kind): Rule =>
  (node, build) =>
    activated(node, build, join(build, kind, node.input(0), node.input(1)));

const binaryRule =
  (kind: Kind): Rule =>
  (node, build) =>
    join(build, kind, node.input(0), node.input(1));

const squaredDifference: Rule = (node, build) => {
  const difference = join(build, 'sub', node.input(0), node.input(1));
  return join(build, 'mul', difference, difference);
};

/** a / b rounded down. */
const floorDivided = (build: Builder, a: Value, b: Value): Value => {
  if (a.type === 'float32') return apply(build, 'floor', join(build, 'div', a, b));
  return join(build, 'div', join(build, 'sub', a, join(build, 'mod', a, b)), b);
};

/** The op has the sign of the divisor for integers, as here, and that of the dividend for floats. */
const floorMod: Rule = (node, build) => {
  const [a, b] = [node.input(0), node.input(1)];
  if (a.type !== 'float32') return join(build, 'mod', a, b);
  return join(build, 'sub', a, join(build, 'mul', floorDivided(build, a, b), b));
};

/** The condition may be a list, which then chooses along the first axis. */
const select: Rule = (node, build) => {
  const [condition, a, b] = [node.input(0), node.input(1), node.input(2)];
  const isList = node.opType === 'SELECT' && condition.shape.length === 1 && a.shape.length > 1;
  const test = isList ? build.reshape(condition, [...condition.shape, ...a.shape.slice(1).fill(1)]) : condition;
  return choose(build, test, a, b);
};

const addN: Rule = (node, build) => node.all().reduce((sum, value) => join(build, 'add', sum, value));

const kinds: Readonly<Record<string, Kind>> = {
  MAXIMUM: 'max',
  MINIMUM: 'min',
  POW: 'pow',
  EQUAL: 'equal',
  GREATER: 'greater',
  LESS: 'less',
  GREATER_EQUAL: 'greaterOrEqual',
  LESS_EQUAL: 'lessOrEqual',
  LOGICAL_AND: 'and',
  LOGICAL_OR: 'or',
};

export const arithmeticRules: Rules = {
  ...Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, binaryRule(kind)])),
  ADD: fusedRule('add'),
  SUB: fusedRule('sub'),
  MUL: fusedRule('mul'),
  DIV: fusedRule('div'),
  ADD_N: addN,
  SQUARED_DIFFERENCE: squaredDifference,
  FLOOR_DIV: (node, build) => floorDivided(build, node.input(0), node.input(1)),
  FLOOR_MOD: floorMod,
  NOT_EQUAL: (node, build) => apply(build, 'not', join(build, 'equal', node.input(0), node.input(1))),
  SELECT: select,
  SELECT_V2: select,
  CAST: (node, build) => castTo(build, node.input(0), node.outputType()),
};
