// Operators whose results are known when a network is read.

import type { Value } from '../../../ir/value.js';
import { positiveAxis, sizeOf, stridesOf } from '../../../ir/tensor.js';
import { checkConstantSize, type Builder } from '../../reading/builder.js';
import { broadcastTo } from '../../reading/broadcast.js';
import { constantTypeOf } from '../elements.js';
import { elementName, type OnnxTensor } from '../model.js';
import { refuse } from '../../reading/refusal.js';
import type { NodeView } from '../node-view.js';
import type { Rule, Rules } from './rule.js';

/** The tensor as a constant; refuses types that are not supported, and tensors in files that were not read. */
export const constantOf = (build: Builder, tensor: OnnxTensor, name?: string): Value => {
  const { dims, data, dataType } = tensor;
  const type = constantTypeOf(dataType) ?? refuse(`constants of type ${elementName(dataType)} are not supported`);
  return build.constant(
    data ?? refuse(`tensor '${tensor.name}' is in another file that was not read`),
    dims,
    type,
    name,
  );
};

const constant: Rule = (node, build) => {
  if (node.has('value')) return constantOf(build, node.tensor('value'));
  if (node.has('value_float')) return build.floats([node.float('value_float')], []);
  if (node.has('value_floats')) return build.floats(node.floats('value_floats'));
  if (node.has('value_int')) return build.ints([node.int('value_int')], []);
  if (node.has('value_ints')) return build.ints(node.ints('value_ints'));
  return refuse('only numbers are supported as constants');
};

const constantOfShape: Rule = (node, build) => {
  const shape = node.numbers(0) ?? refuse('the shape is missing');
  const size = checkConstantSize(shape);
  const value = node.has('value') ? constantOf(build, node.tensor('value')) : build.floats([0]);
  const isBatch = shape.length > 0 && shape[0] === build.batch?.size && size > 0;
  const data = value.type === 'float32' ? new Float32Array(size) : new Int32Array(size);
  if (!isBatch) return build.constant(data.fill(value.data![0] ?? 0), shape, value.type);
  const one = [1, ...shape.slice(1)];
  return broadcastTo(
    build,
    build.constant(data.slice(0, sizeOf(one)).fill(value.data![0] ?? 0), one, value.type),
    shape,
  );
};

/** Most elements of lists that are computed one by one. */
const MAX_LISTED = 2 ** 24;

const range: Rule = (node, build) => {
  const [start, limit, step] = [0, 1, 2].map((index) => node.number(index) ?? refuse(`input ${index} is missing`));
  if (step === 0) refuse('the step is 0');
  const size = checkConstantSize([Math.max(Math.ceil((limit! - start!) / step!), 0)], MAX_LISTED);
  const values = Array.from({ length: size }, (_, i) => start! + i * step!);
  const { type } = node.input(0);
  return type === 'float32' ? build.floats(values) : build.ints(values, [size], type);
};

const nonZero: Rule = (node, build) => {
  const { data, shape } = node.constant(0);
  checkConstantSize(shape, MAX_LISTED);
  const places = [...data.keys()].filter((place) => data[place] !== 0);
  const strides = stridesOf(shape);
  const indices = shape.flatMap((size, axis) => places.map((place) => Math.floor(place / strides[axis]!) % size));
  return build.ints(indices, [shape.length, places.length]);
};

/** The index of each element's scale: there is one for all, or one for each index of `axis`. */
const scaleIndexOf = (node: NodeView, shape: readonly number[], scale: Value): ((place: number) => number) => {
  if (scale.data!.length === 1) return () => 0;
  const axis = positiveAxis(node.int('axis', 1), shape.length);
  if (scale.shape.length !== 1 || scale.shape[0] !== shape[axis] || node.int('block_size', 0) !== 0) {
    refuse('scales for blocks are not supported');
  }
  const stride = stridesOf(shape)[axis]!;
  return (place) => Math.floor(place / stride) % shape[axis]!;
};

const AT_RUN_TIME = 'quantised networks are not supported yet';

const dequantize: Rule = (node, build) => {
  const [x, scale] = [node.constant(0, AT_RUN_TIME), node.constant(1)];
  const place = scaleIndexOf(node, x.shape, scale);
  const zeros = node.numbers(2) ?? [];
  const data = Float32Array.from(x.data, (value, i) => (value - (zeros[place(i)] ?? 0)) * scale.data[place(i)]!);
  return build.constant(data, x.shape, 'float32');
};

/** Lowest and highest values of the element types that QuantizeLinear makes. */
const LIMITS: Readonly<Record<number, readonly [number, number]>> = {
  2: [0, 255],
  3: [-128, 127],
  4: [0, 65535],
  5: [-32768, 32767],
};

const roundEven = (value: number): number => {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
};

const quantize: Rule = (node, build) => {
  const [x, scale] = [node.constant(0, AT_RUN_TIME), node.constant(1)];
  const place = scaleIndexOf(node, x.shape, scale);
  const zeros = node.numbers(2);
  const type = (zeros ? node.elementType(2) : node.int('output_dtype', 0) || 2) ?? 0;
  const [low, high] = LIMITS[type] ?? refuse(`quantising to ${elementName(type)} is not supported`);
  const data = Int32Array.from(x.data, (value, i) => {
    const rounded = roundEven(Math.fround(value / scale.data[place(i)]!)) + (zeros?.[place(i)] ?? 0);
    return Math.min(Math.max(rounded, low), high);
  });
  return build.constant(data, x.shape, 'int32');
};

export const constantRules: Rules = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Range: range,
  NonZero: nonZero,
  DequantizeLinear: dequantize,
  QuantizeLinear: quantize,
};
