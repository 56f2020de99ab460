// The ONNX element types of what nodes make: groupwise holds several of them in one of its own types.

import type { Value } from '../../ir/value.js';
import type { Builder } from '../reading/builder.js';
import { apply } from '../reading/calculate.js';
import { runtimeTypeOf } from './elements.js';
import type { OnnxNode } from './model.js';

/** The lowest value and the number of values of integers that are held in more bits than they have. */
const RANGES: Readonly<Record<number, readonly [low: number, count: number]>> = {
  2: [0, 2 ** 8],
  3: [-(2 ** 7), 2 ** 8],
  4: [0, 2 ** 16],
  5: [-(2 ** 15), 2 ** 16],
};

/** Integers in the range of their ONNX type: beyond its ends they continue at the other one, as in NumPy. */
export const wrapped = (build: Builder, x: Value, elementType: number | undefined): Value => {
  const range = RANGES[elementType ?? 0];
  if (!range || x.type !== 'int32') return x;
  const [low, count] = range;
  const shifted = (y: Value, by: number) => (by ? apply(build, 'add', y, by) : y);
  return shifted(apply(build, 'mod', shifted(x, -low), count), low);
};

const OVERFLOWING = new Set('Add Sub Mul Div Pow Sum Neg Abs BitShift MatMul ReduceSum ReduceProd CumSum'.split(' '));

/** Whether an operator on integers can leave the range of their type. */
export const canOverflow = (opType: string): boolean => OVERFLOWING.has(opType);

/** Which input has the element type of the outputs, for operators where it is not the first. */
const LIKE: Readonly<Record<string, number>> = {
  ...{ CastLike: 1, Where: 1, QuantizeLinear: 2, OneHot: 2, If: 1 },
  ...{ QLinearConv: 7, QLinearMatMul: 7, QLinearConcat: 1, QGemm: 8 },
};

/** The element type of an output of a node, from those of its inputs; undefined if it is not known. */
export const elementTypeAfter = (
  { opType, attributes }: OnnxNode,
  inputs: readonly (number | undefined)[],
  output: Value | undefined,
): number | undefined => {
  const type = opType === 'Cast' ? attributes.get('to')?.int : inputs[LIKE[opType] ?? 0];
  return type !== undefined && output?.type === runtimeTypeOf(type) ? type : undefined;
};
