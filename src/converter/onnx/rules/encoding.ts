// Integers that stand for real numbers, as quantised ONNX networks have them: scale * (integer - zero point).

import { sizeOf } from '../../../ir/tensor.js';
import type { Value } from '../../../ir/value.js';
import { clip } from '../../../ops/clip.js';
import { isScale } from '../../../ops/int8/checks.js';
import { dequantize, quantize } from '../../../ops/int8/quantize.js';
import type { Builder } from '../../reading/builder.js';
import { apply, map } from '../../reading/calculate.js';
import { cut } from '../../reading/cut.js';
import { castTo } from '../../reading/elementwise.js';
import { refuse } from '../../reading/refusal.js';
import { elementName } from '../model.js';
import type { NodeView } from '../node-view.js';

/** The element type that is quantised to where a file names none. */
export const UINT8 = 2;

/** Lowest and highest values of the element types that are quantised to. */
const LIMITS: Readonly<Record<number, readonly [number, number]>> = {
  [UINT8]: [0, 255],
  3: [-128, 127],
  4: [0, 65535],
  5: [-32768, 32767],
};

/** The integers of 8 bits are those whose difference from the zero point an int8 value holds. */
const BYTE_TYPES: readonly number[] = [UINT8, 3];

/** What integers stand for; scale and zero point are broadcast to them. `type` is their element type, 0 if it is not known. */
export type Encoding = { scale: Value; zero: Value | undefined; type: number };

/** An encoding of 8 bits that is known when the network is read. */
type Fixed = { scale: number; zero: number; low: number; high: number };

/** Refuses constant scales that are not positive numbers, and constant zero points that their type does not have. */
export const checkEncoding = (scale: Value, zero: Value | undefined, type: number): void => {
  for (const number of scale.data ?? [])
    if (!(number > 0 && number < Infinity))
      refuse(`the scale '${cut(scale.name)}' has ${number}; expected positive numbers`);
  const [low, high] = LIMITS[type] ?? [-Infinity, Infinity];
  for (const number of zero?.data ?? [])
    if (!(number >= low && number <= high))
      refuse(`the zero point '${cut(zero!.name)}' has ${number}; expected ${low} to ${high}`);
};

/** The encoding whose scale and zero point are inputs of a node, one number each. `type` is that of the integers, if it is known. */
export const encodingOf = (
  node: NodeView,
  build: Builder,
  index: { scale: number; zero: number },
  type = node.elementType(index.zero) ?? 0,
): Encoding => {
  const [scale, zero] = [node.input(index.scale), node.optional(index.zero)];
  checkEncoding(scale, zero, type);
  for (const { shape, name } of zero ? [scale, zero] : [scale])
    if (sizeOf(shape) !== 1) refuse(`'${cut(name)}' must have one element`);
  return { scale: build.reshape(scale, []), zero: zero && build.reshape(zero, []), type };
};

const fixedOf = ({ scale, zero, type }: Encoding): Fixed | undefined => {
  if (!BYTE_TYPES.includes(type) || !isSingle(scale) || (zero && !isSingle(zero)) || !isScale(scale.data![0]!))
    return undefined;
  const [at, [low, high]] = [zero?.data![0] ?? 0, LIMITS[type]!];
  return { scale: scale.data![0]!, zero: at, low: low - at, high: high - at };
};

const isSingle = ({ data }: Value): boolean => data?.length === 1;

/** Whether integers of an encoding become an int8 value. */
export const isFixed = (encoding: Encoding): boolean => fixedOf(encoding) !== undefined;

/** x / scale rounded to the nearest even integer, plus the zero point, within the limits of the type: as int32. */
export const quantized = (build: Builder, x: Value, encoding: Encoding): Value => {
  const { scale, zero, type } = encoding;
  const [low, high] = LIMITS[type] ?? refuse(`quantising to ${elementName(type)} is not supported`);
  const floats = castTo(build, x, 'float32');
  const fixed = x.data ? undefined : fixedOf(encoding);
  if (fixed) {
    const differences = viaInt8(build, floats, fixed, 1);
    return castTo(build, fixed.zero ? apply(build, 'add', differences, fixed.zero) : differences, 'int32');
  }
  const rounded = map(build, 'round', apply(build, 'div', floats, scale));
  const moved = zero ? apply(build, 'add', rounded, castTo(build, zero, 'float32')) : rounded;
  return castTo(build, build.op(clip, { low, high }, [moved]), 'int32');
};

/** The real numbers of integers. */
export const realOf = (build: Builder, x: Value, encoding: Encoding): Value => {
  const differences = centred(build, x, encoding.zero);
  const fixed = x.data ? undefined : fixedOf(encoding);
  if (fixed) return viaInt8(build, differences, { ...fixed, scale: 1 }, fixed.scale);
  return apply(build, 'mul', differences, encoding.scale);
};

/** Floats as an int8 value, multiplied by `scale` again. */
const viaInt8 = (build: Builder, x: Value, { zero: _, ...attrs }: Fixed, scale: number): Value =>
  build.op(dequantize, { scale }, [build.op(quantize, attrs, [x])]);

/** x - zero as floats; integers are subtracted as integers, since floats do not hold all of 32 bits. */
export const centred = (build: Builder, x: Value, zero: Value | undefined): Value =>
  castTo(build, zero ? apply(build, 'sub', x, castTo(build, zero, x.type)) : x, 'float32');
