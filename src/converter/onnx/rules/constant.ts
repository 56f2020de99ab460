// Operators whose results are known when a network is read.

import type { Value } from '../../../ir/value.js';
import { sizeOf, stridesOf } from '../../../ir/tensor.js';
import { checkConstantSize, MAX_LISTED, type Builder } from '../../reading/builder.js';
import { broadcastTo } from '../../reading/broadcast.js';
import { progression } from '../../reading/progression.js';
import { constantTypeOf } from '../elements.js';
import { elementName, type OnnxTensor } from '../model.js';
import { refuse } from '../../reading/refusal.js';
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
  build.checkBudget(size);
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

const range: Rule = (node, build) => {
  const [start, limit, step] = [0, 1, 2].map((index) => node.number(index) ?? refuse(`input ${index} is missing`));
  return progression(build, [start!, limit!, step!], node.input(0).type);
};

const nonZero: Rule = (node, build) => {
  const { data, shape } = node.constant(0);
  checkConstantSize(shape, MAX_LISTED);
  let count = 0;
  for (const value of data) if (value !== 0) count++;
  build.checkBudget(count * shape.length);
  const places = new Int32Array(count);
  for (let place = 0, i = 0; i < count; place++) if (data[place] !== 0) places[i++] = place;
  const strides = stridesOf(shape);
  const indices = new Int32Array(count * shape.length);
  shape.forEach((size, axis) =>
    indices.set(
      places.map((place) => Math.floor(place / strides[axis]!) % size),
      axis * count,
    ),
  );
  return build.ints(indices, [shape.length, count]);
};

export const constantRules: Rules = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Range: range,
  NonZero: nonZero,
};
