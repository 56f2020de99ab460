// Elementwise functions of one array.

import { ShapeError } from '../errors.js';
import type { Plan } from '../ir/plan.js';
import type { Value } from '../ir/value.js';
import { defineOp } from '../ir/op.js';
import type { AttrsOf } from '../ir/schema.js';
import type { DataType } from '../ir/tensor.js';
import { sizeOf } from '../ir/tensor.js';
import { UNARY_KINDS } from '../kernels/layout.js';
import { MAX_PARTS, SPARE } from '../kernels/parts.js';
import { checkFinite } from './shared/checks.js';

const schema = {
  kind: UNARY_KINDS,
  alpha: 'f32',
  beta: 'f32',
} as const;

type UnaryAttrs = AttrsOf<typeof schema>;

/**
 * y = f(x), where ONNX defines f by `kind`. `leakyRelu`, `hardSigmoid`, `swish` (a factor in the sigmoid), `elu`,
 * `selu`, `thresholdedRelu` and `celu` use `alpha`; `hardSigmoid` and `selu` (its gamma) use `beta`. `neg` and `abs`
 * also take integers; `not` takes bool.
 */
export const unary = defineOp({
  code: 6,
  name: 'unary',
  inputs: { x: 'value' },
  attrs: schema,
  type: ({ x }, attrs) => typeFor(x, attrs),
  shape: ({ x }, attrs) => {
    typeFor(x, attrs);
    checkFinite('alpha', attrs.alpha);
    checkFinite('beta', attrs.beta);
    return x.shape;
  },
  scores: ({ kind }) => (kind === 'sigmoid' ? 'probabilities' : undefined),
  plan: ({ x }, output, attrs) =>
    (attrs.kind === 'sigmoid' || attrs.kind === 'swish' ? planSigmoid : planUnary)(x, output, attrs),
});

const planUnary = (x: Value, output: Value, attrs: UnaryAttrs): Plan => ({
  overwrites: x,
  bind: (kernels, address) => {
    const [from, to, length] = [address(x), address(output), sizeOf(output.shape)];
    const kind = UNARY_KINDS.indexOf(attrs.kind);
    if (x.type !== 'float32') return () => kernels.unaryInt(to, from, length, kind);
    const [alpha, beta] = attrs.kind === 'hardSwish' ? [1 / 6, 0.5] : [attrs.alpha, attrs.beta];
    return () => kernels.unary(to, from, length, kind, alpha, beta, 1);
  },
});

const planSigmoid = (x: Value, output: Value, { kind, alpha }: UnaryAttrs): Plan => {
  const spare = { bytes: SPARE.sigmoid * MAX_PARTS };
  return {
    scratch: [spare],
    overwrites: x,
    bind: (kernels, address) => {
      const [from, to, between, length] = [address(x), address(output), address(spare), sizeOf(output.shape)];
      return kind === 'swish'
        ? () => kernels.sigmoid(to, from, between, length, alpha, 1)
        : () => kernels.sigmoid(to, from, between, length, 1, 0);
    },
  };
};

const typeFor = ({ name, type }: Value, { kind }: UnaryAttrs): DataType => {
  if (!UNARY_KINDS.includes(kind)) throw new ShapeError(`unknown unary kind ${kind}`);
  const fits =
    type === 'float32' ? kind !== 'not' : type === 'bool' ? kind === 'not' : kind === 'neg' || kind === 'abs';
  if (!fits) throw new ShapeError(`${name} is ${type}, which ${kind} does not support`);
  return type;
};
