// Quantised operators of the domain com.microsoft: their inputs become real numbers, and what these give is quantised.

import type { Value } from '../../../ir/value.js';
import { concat } from '../../../ops/concat.js';
import { reduce } from '../../../ops/reduce.js';
import { softmax } from '../../../ops/softmax.js';
import { unary } from '../../../ops/unary.js';
import { axesOf } from '../../reading/axes.js';
import type { Builder } from '../../reading/builder.js';
import { apply, map } from '../../reading/calculate.js';
import { castTo } from '../../reading/elementwise.js';
import { refuse } from '../../reading/refusal.js';
import type { NodeView } from '../node-view.js';
import { multiplied } from './conv.js';
import { checkEncoding, encodingOf, quantized, realOf, UINT8, type Encoding } from './encoding.js';
import { averagePooled, overImage } from './pool.js';
import { dequantizeRule, qLinearConvRule, quantizeRule } from './quantize.js';
import { flatSoftmax } from './reduce.js';
import type { Rule, Rules } from './rule.js';

/** The encoding of integers, whose scale is input `index` and whose zero point follows, if it is given. */
const encodingAt = (node: NodeView, build: Builder, index: number, type: number | undefined): Encoding =>
  encodingOf(node, build, { scale: index, zero: index + 1 }, node.elementType(index + 1) ?? type);

/** The real numbers of input `index`, whose scale and zero point follow. */
const realInput = (node: NodeView, build: Builder, index: number): Value =>
  realOf(build, node.input(index), encodingAt(node, build, index + 1, node.elementType(index)));

/** A result of the integers' type of input 0, if its own is not known. */
const result = (node: NodeView, build: Builder, y: Value, index: number): Value =>
  quantized(build, y, encodingAt(node, build, index, node.elementType(0) ?? UINT8));

/** A function of two inputs. */
const ofTwo =
  (kind: 'add' | 'mul'): Rule =>
  (node, build) =>
    result(node, build, apply(build, kind, realInput(node, build, 0), realInput(node, build, 3)), 6);

/** A function of one input. */
const ofOne =
  (compute: (node: NodeView, build: Builder, x: Value) => Value): Rule =>
  (node, build) => {
    node.only('channels_last', 0);
    return result(node, build, compute(node, build, realInput(node, build, 0)), 3);
  };

const leakyRelu = (node: NodeView, build: Builder, x: Value): Value =>
  build.op(unary, { kind: 'leakyRelu', alpha: node.float('alpha', 0.01), beta: 0 }, [x]);

const softmaxOf = (node: NodeView, build: Builder, x: Value): Value => {
  const axis = node.axis(x.shape.length, -1);
  return node.int('opset') < 13 ? flatSoftmax(build, x, axis, false) : build.op(softmax, { axis, log: false }, [x]);
};

const meanOf = (node: NodeView, build: Builder, x: Value): Value => {
  const axes = axesOf(node.ints('axes', [...x.shape.keys()]), x.shape.length);
  return build.op(reduce, { kind: 'mean', axes, keep: node.flag('keepdims', true) }, [x]);
};

/** Inputs: the scale and zero point of the result, then three for each part. */
const concatRule: Rule = (node, build) => {
  const count = (node.inputs.length - 2) / 3;
  if (!Number.isInteger(count) || count < 1) refuse(`${node.inputs.length} inputs; expected 2, and 3 for each part`);
  const parts = Array.from({ length: count }, (_, i) => realInput(node, build, 2 + 3 * i));
  const axis = node.axis(parts[0]!.shape.length);
  const joined = parts.length > 1 ? build.op(concat, { axis }, parts) : parts[0]!;
  return quantized(build, joined, encodingAt(node, build, 0, UINT8));
};

/** alpha * a * b + c, with a scale of `b` for each column; without a scale of the result it is made of floats. */
const gemm: Rule = (node, build) => {
  const [b, scale, zero, c] = [node.input(3), node.input(4), node.optional(5), node.optional(6)];
  const alpha = node.float('alpha', 1);
  const isTurned = node.flag('transB', false);
  const turn = (x: Value, turned: boolean) => (turned ? build.transpose(x, [1, 0]) : x);
  const rows = turn(realInput(node, build, 0), node.flag('transA', false));
  const encoding = { scale, zero, type: node.elementType(3) ?? 0 };
  checkEncoding(scale, zero, encoding.type);
  const columns = realOf(build, turn(b, isTurned), encoding);
  const product = multiplied(build, rows, alpha === 1 ? columns : apply(build, 'mul', columns, alpha));
  const unit = apply(build, 'mul', apply(build, 'mul', scale, build.reshape(node.input(1), [])), alpha);
  const y = c ? apply(build, 'add', product, apply(build, 'mul', castTo(build, c, 'float32'), unit)) : product;
  return node.optional(7) ? quantized(build, y, encodingAt(node, build, 7, node.elementType(0) ?? UINT8)) : y;
};

export const qLinearRules: Rules = {
  QuantizeLinear: quantizeRule,
  DequantizeLinear: dequantizeRule,
  QLinearConv: (node, build) => {
    node.only('channels_last', 0);
    return qLinearConvRule(node, build);
  },
  QLinearAdd: ofTwo('add'),
  QLinearMul: ofTwo('mul'),
  QLinearGlobalAveragePool: ofOne((_, build, x) => overImage(build, x, 'mean')),
  QLinearAveragePool: ofOne(averagePooled),
  QLinearReduceMean: ofOne(meanOf),
  QLinearSigmoid: ofOne((_, build, x) => map(build, 'sigmoid', x)),
  QLinearLeakyRelu: ofOne(leakyRelu),
  QLinearSoftmax: ofOne(softmaxOf),
  QLinearConcat: concatRule,
  QGemm: gemm,
};
