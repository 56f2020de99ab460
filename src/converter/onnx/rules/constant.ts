// Operators whose results are known when a network is read.

import type { Value } from '../../../ir/value.js';
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
  if (node.has('value_floats')) return build.floats(node.elements('value_floats'));
  if (node.has('value_int')) return build.ints([node.int('value_int')], []);
  if (node.has('value_ints')) return build.ints(node.elements('value_ints'));
  return refuse('only numbers are supported as constants');
};

const constantOfShape: Rule = (node, build) => {
  const shape = node.numbers(0) ?? refuse('the shape is missing');
  const { type, data } = node.has('value') ? constantOf(build, node.tensor('value')) : build.floats([0]);
  const isBatch = shape.length > 0 && shape[0] === build.batch?.size && !shape.includes(0);
  const one = build.filled(isBatch ? [1, ...shape.slice(1)] : shape, type, data![0] ?? 0);
  return isBatch ? broadcastTo(build, one, shape) : one;
};

const range: Rule = (node, build) => {
  const [start, limit, step] = [0, 1, 2].map((index) => node.number(index) ?? refuse(`input ${index} is missing`));
  return progression(build, [start!, limit!, step!], node.input(0).type);
};

const nonZero: Rule = (node, build) => {
  const { data, shape } = node.constant(0);
  const rank = shape.length;
  let count = 0;
  for (const value of data) if (value !== 0) count++;
  checkConstantSize([rank, count], MAX_LISTED);
  build.budget.spend(rank * count, node.outputs[0]);
  const indices = new Int32Array(rank * count);
  const index = new Array<number>(rank).fill(0); // of the element at `place`, along each axis
  for (let place = 0, found = 0; found < count; place++) {
    if (data[place] !== 0) {
      for (let axis = 0; axis < rank; axis++) indices[axis * count + found] = index[axis]!;
      found++;
    }
    for (let axis = rank - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0;
  }
  return build.constant(indices, [rank, count], 'int64');
};

export const constantRules: Rules = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Range: range,
  NonZero: nonZero,
};
