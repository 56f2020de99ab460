// where, compared with a choice for every element.

import { test } from 'uvu';
import { where } from '../../src/ops/rare/where.js';
import type { DataType } from '../../src/ir/tensor.js';
import { refuses } from '../support/cases.js';
import { checkOp } from '../support/harness.js';

const bits = (length: number): number[] => Array.from({ length }, (_, index) => ((index * 7919) >> 3) & 1);

checkOp(
  where,
  ([condition, a, b]) => Array.from(condition!.data, (value, index) => (value ? a! : b!).data[index]!),
  [
    { shape: [], length: 1 },
    ...[1, 3, 4, 5, 16, 67].map((length) => ({ shape: [length], length })),
    { shape: [2, 3, 4, 5], length: 120 },
  ].map(({ shape, length }) => ({
    attrs: {},
    inputs: [{ shape, type: 'bool' as const, data: bits(length) }, { shape }, { shape }],
  })),
);

const take = (shapes: [number[], number[], number[]], types: [DataType, DataType, DataType]) => {
  const inputs = shapes.map((shape, index) => ({ name: 'x', shape, type: types[index]! }));
  where.type(inputs, {});
  return where.shape(inputs, {});
};

refuses({
  'a condition of floats': () => take([[2], [2], [2]], ['float32', 'float32', 'float32']),
  'two types': () => take([[2], [2], [2]], ['bool', 'float32', 'int32']),
  'a second input of another shape': () => take([[2], [1], [2]], ['bool', 'float32', 'float32']),
  'a third input of another shape': () => take([[2], [2], [2, 1]], ['bool', 'float32', 'float32']),
});

test.run();
