// Elementwise functions of two or more arrays.

import type { Value } from '../../../ir/value.js';
import type { AttrsOf } from '../../../ir/schema.js';
import { binary } from '../../../ops/binary.js';
import type { Builder } from '../../reading/builder.js';
import { wrapped } from '../element-types.js';
import { constantTypeOf, runtimeTypeOf } from '../elements.js';
import { elementName } from '../model.js';
import { refuse } from '../../reading/refusal.js';
import type { NodeView } from '../node-view.js';
import { apply, choose, map } from '../../reading/calculate.js';
import { castTo } from '../../reading/elementwise.js';
import type { Rule, Rules } from './rule.js';

type Kind = AttrsOf<typeof binary.attrs>['kind'];

const binaryRule =
  (kind: Kind): Rule =>
  (node, build) =>
    build.op(binary, { kind }, [node.input(0), second(node, build)]);

/** The second input. Before opset 7 its first axis corresponds to `axis`; the slopes of PRelu correspond to channels. */
const second = (node: NodeView, build: Builder): Value => {
  const [a, b] = [node.input(0), node.input(1)];
  const rank = a.shape.length;
  const isSlope = node.opType === 'PRelu' && b.shape.length === 1 && b.shape[0] !== 1;
  if (node.opset >= 7 || !(isSlope || node.has('axis'))) return b;
  const after = rank - (isSlope ? 1 : node.axis(rank)) - b.shape.length;
  return build.reshape(b, [...b.shape, ...new Array<number>(Math.max(after, 0)).fill(1)]);
};

const chain = (build: Builder, kind: Kind, values: readonly Value[]): Value =>
  values.reduce((total, value) => build.op(binary, { kind }, [total, value]));

const variadic =
  (kind: Kind): Rule =>
  (node, build) =>
    chain(build, kind, node.all());

const mean: Rule = (node, build) => {
  const values = node.all();
  const total = chain(build, 'add', values);
  return values.length === 1
    ? total
    : build.op(binary, { kind: 'mul' }, [total, build.scalar(1 / values.length, total)]);
};

const castRule: Rule = (node, build) => {
  const x = node.input(0);
  const code = node.int('to');
  const type = x.data ? constantTypeOf(code) : runtimeTypeOf(code);
  const y = castTo(build, x, type ?? refuse(`type ${elementName(code)} is only supported for constants`));
  return node.elementType(0) === code ? y : wrapped(build, y, code);
};

/** The result has the type of the base; the exponent may have another. */
const pow: Rule = (node, build) => {
  const [base, exponent] = [node.input(0), node.input(1)];
  if (base.type === exponent.type) return build.op(binary, { kind: 'pow' }, [base, exponent]);
  const isInteger = base.type !== 'float32' && exponent.type !== 'float32';
  const type = isInteger ? base.type : 'float32';
  const y = build.op(binary, { kind: 'pow' }, [castTo(build, base, type), castTo(build, exponent, type)]);
  return castTo(build, y, base.type);
};

/** The remainder of floats with the sign of the divisor. */
const floored = (build: Builder, x: Value, divisor: Value): Value => {
  const rest = apply(build, 'mod', x, divisor);
  const differs = apply(build, 'xor', apply(build, 'less', rest, 0), apply(build, 'less', divisor, 0));
  const isRest = map(build, 'not', apply(build, 'equal', rest, 0));
  return choose(build, apply(build, 'and', differs, isRest), apply(build, 'add', rest, divisor), rest);
};

/** The op has the sign of the divisor for integers, as `fmod` 0 asks, and that of the dividend for floats, as 1 does. */
const mod: Rule = (node, build) => {
  const inputs = [node.input(0), node.input(1)];
  const isC = node.flag('fmod', false);
  const isFloat = inputs[0]!.type === 'float32';
  if (isFloat && !isC) return floored(build, inputs[0]!, inputs[1]!);
  if (isFloat === isC) return build.op(binary, { kind: 'mod' }, inputs);
  const whole = build.op(binary, { kind: 'mul' }, [build.op(binary, { kind: 'div' }, inputs), inputs[1]!]);
  return build.op(binary, { kind: 'sub' }, [inputs[0]!, whole]);
};

const kinds: Readonly<Record<string, Kind>> = {
  Add: 'add',
  Sub: 'sub',
  Mul: 'mul',
  Div: 'div',
  PRelu: 'prelu',
  Equal: 'equal',
  Greater: 'greater',
  Less: 'less',
  GreaterOrEqual: 'greaterOrEqual',
  LessOrEqual: 'lessOrEqual',
  And: 'and',
  Or: 'or',
  Xor: 'xor',
};

export const arithmeticRules: Rules = {
  ...Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, binaryRule(kind)])),
  Mod: mod,
  Pow: pow,
  Min: variadic('min'),
  Max: variadic('max'),
  Sum: variadic('add'),
  Mean: mean,
  Where: (node, build) => choose(build, node.input(0), node.input(1), node.input(2)),
  Cast: castRule,
  CastLike: (node, build) => wrapped(build, castTo(build, node.input(0), node.input(1).type), node.elementType(1)),
};
