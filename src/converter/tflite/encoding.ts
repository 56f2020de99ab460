// Integers that stand for real numbers, as quantised tensors have them: scale * (integer - zero point).

import { stridesOf, type DataType } from '../../ir/tensor.js';
import type { ConstantData, Value } from '../../ir/value.js';
import { isScale } from '../../ops/int8/checks.js';
import { dequantize, quantize } from '../../ops/int8/quantize.js';
import type { Builder } from '../reading/builder.js';
import { cut } from '../reading/cut.js';
import { clamp } from '../reading/elementwise.js';
import { refuse } from '../reading/refusal.js';
import { ELEMENTS, typeName } from './element-types.js';
import type { TfliteTensor } from './model.js';

/** The element types that values of a run are rounded to. */
const BYTE_TYPES: readonly number[] = [3, 9];

/** Whether the elements stand for real numbers. */
export const isQuantized = ({ type, quantization }: TfliteTensor): boolean =>
  quantization !== undefined && ELEMENTS[type]?.limits !== undefined;

/** The type of a tensor's values; undefined for types that are not supported. */
export const valueType = (tensor: TfliteTensor): DataType | undefined =>
  isQuantized(tensor) ? 'float32' : ELEMENTS[tensor.type]?.type;

/** Whether a tensor has 8-bit integers of which the file does not say what numbers they stand for. */
export const lacksScale = ({ type, quantization }: TfliteTensor): boolean => BYTE_TYPES.includes(type) && !quantization;

/** What is wrong with the scales and zero points of a tensor; a scale of 0 makes zeros of constants, as converters write them. */
const numbersFault = ({ type, quantization, bytes }: TfliteTensor): string | undefined => {
  const { scales, zeros } = quantization!;
  const wrong = scales.find((scale) => !(scale > 0 || (scale === 0 && bytes)) || scale === Infinity);
  if (wrong !== undefined) return `a scale is ${wrong}; expected positive numbers`;
  const [least, most] = ELEMENTS[type]?.limits ?? [-(2 ** 31), 2 ** 31 - 1];
  const far = zeros.find((zero) => !(zero >= least && zero <= most));
  if (far !== undefined) return `a zero point is ${far}; expected ${least} to ${most}, as ${typeName(type)} has them`;
  if (zeros.length > 1 && zeros.length !== scales.length)
    return `there are ${zeros.length} zero points for ${scales.length} scales`;
  return undefined;
};

/** Why the integers of a value of a run cannot be turned into real numbers; undefined if they can, or are no such integers. */
export const encodingFault = (tensor: TfliteTensor): string | undefined => {
  if (!isQuantized(tensor)) return undefined;
  const { length } = tensor.quantization!.scales;
  const several = length > 1 ? `there are ${length} scales; values that a run computes have one` : undefined;
  return tensor.fault ?? several ?? numbersFault(tensor);
};

/** The real numbers of a constant's integers. */
export const dequantized = (data: ConstantData, tensor: TfliteTensor): Float32Array => {
  const { shape, quantization } = tensor;
  const { scales, zeros, axis } = quantization!;
  const fault = numbersFault(tensor);
  if (fault) refuse(fault);
  const isForAll = scales.length === 1;
  const run = isForAll ? data.length : (stridesOf(shape)[axis] ?? refuse(`there is no axis ${axis} for scales`));
  if (!isForAll && scales.length !== shape[axis])
    refuse(`${scales.length} scales do not fit an axis of ${shape[axis]}`);
  const numbers = new Float32Array(data.length);
  for (let start = 0, index = 0; start < data.length; start += run, index = (index + 1) % scales.length) {
    const [scale, zero] = [scales[index]!, zeros[zeros.length === 1 ? 0 : index] ?? 0];
    for (let place = start; place < start + run; place++) numbers[place] = scale * (data[place]! - zero);
  }
  return numbers;
};

/**
 * A value of a run as the numbers that the 8-bit integers of its tensor stand for; others, those of 16 bits among them, stay as they
 * are. Refuses a tensor whose scale or zero point cannot be one.
 */
export const encoded = (build: Builder, x: Value, tensor: TfliteTensor): Value => {
  if (x.data || x.type !== 'float32') return x;
  const fault = encodingFault(tensor);
  if (fault) refuse(`output '${cut(tensor.name)}': ${fault}`);
  if (!isQuantized(tensor) || !BYTE_TYPES.includes(tensor.type)) return x;
  const { scales, zeros } = tensor.quantization!;
  const [scale, zero] = [scales[0]!, zeros[0] ?? 0];
  const [low, high] = ELEMENTS[tensor.type]!.limits!.map((limit) => limit - zero) as [number, number];
  if (isScale(scale)) return build.op(dequantize, { scale }, [build.op(quantize, { scale, low, high }, [x])]);
  return clamp(build, x, Math.fround(scale * low), Math.fround(scale * high));
};
