// Operators that pick or place elements by index, on constants, against results worked out by hand.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { UnsupportedError } from '../../../../src/errors.js';
import { computedOutputs } from '../../../support/onnx/computed.js';
import { floats, longs, type AttributeSpec, type TensorSpec } from '../../../support/onnx/write.js';

const test = suite('rules of indexed operators');

const computed = (op: string, tensors: TensorSpec[], attributes?: Record<string, AttributeSpec>, opset?: number) =>
  computedOutputs({ op, tensors, attributes, opset })[0]!;

const matrix = floats('', [2, 3], [1, 2, 3, 4, 5, 6]);
const integers = (values: number[], dims = [values.length]): TensorSpec => ({ dims, type: 7, longs: values });
const number = (value: number) => integers([value], []);

test('OneHot: negative indices count from the end, others out of range give off values alone', () => {
  const values = floats('', [2], [-1, 5]);
  assert.equal(computed('OneHot', [longs('', [1, -1, 3, -4]), longs('', [3]), values]), [
    ...[-1, 5, -1],
    ...[-1, -1, 5],
    ...[-1, -1, -1],
    ...[-1, -1, -1],
  ]);
});

test('OneHot puts the new axis where it is told', () => {
  const inputs = [longs('', [2, 0]), longs('', [3]), longs('', [0, 1])];
  assert.equal(computed('OneHot', inputs, { axis: 0 }), [0, 1, 0, 0, 1, 0]);
});

test('Hardmax marks the first of equal values, along one axis or all from an axis on', () => {
  const x = floats('', [2, 2, 2], [3, 3, 1, 3, 0, 2, 2, 2]);
  assert.equal(computed('Hardmax', [x], { axis: -1 }), [1, 0, 0, 1, 0, 1, 1, 0]);
  assert.equal(computed('Hardmax', [x], { axis: 1 }), [1, 1, 0, 0, 0, 1, 1, 0]);
  assert.equal(computed('Hardmax', [x], undefined, 11), [1, 0, 0, 0, 0, 1, 0, 0]);
});

test('Trilu keeps the elements above or below a diagonal', () => {
  assert.equal(computed('Trilu', [matrix]), [1, 2, 3, 0, 5, 6]);
  assert.equal(computed('Trilu', [matrix, number(1)]), [0, 2, 3, 0, 0, 6]);
  assert.equal(computed('Trilu', [matrix, number(-1)], { upper: 0 }), [0, 0, 0, 4, 0, 0]);
  assert.equal(computed('Trilu', [matrix, number(9)]), [0, 0, 0, 0, 0, 0]);
  assert.equal(computed('Trilu', [integers([1, 2, 3, 4], [2, 2])], { upper: 0 }), [1, 0, 3, 4]);
  assert.throws(
    () => computed('Trilu', [longs('', [1, 2])]),
    (error: unknown) => error instanceof UnsupportedError,
  );
});

test('EyeLike has ones on a diagonal', () => {
  assert.equal(computed('EyeLike', [matrix]), [1, 0, 0, 0, 1, 0]);
  assert.equal(computed('EyeLike', [matrix], { k: 1 }), [0, 1, 0, 0, 0, 1]);
  assert.equal(computed('EyeLike', [matrix], { k: -1, dtype: 7 }), [0, 0, 0, 1, 0, 0]);
  assert.throws(
    () => computed('EyeLike', [longs('', [1, 2])]),
    (error: unknown) => error instanceof UnsupportedError,
  );
});

test('CumSum and CumProd run forwards or backwards, with or without the element itself', () => {
  assert.equal(computed('CumSum', [matrix, number(1)]), [1, 3, 6, 4, 9, 15]);
  assert.equal(computed('CumSum', [matrix, number(-2)]), [1, 2, 3, 5, 7, 9]);
  assert.equal(computed('CumSum', [matrix, number(1)], { reverse: 1 }), [6, 5, 3, 15, 11, 6]);
  assert.equal(computed('CumSum', [matrix, number(1)], { exclusive: 1 }), [0, 1, 3, 0, 4, 9]);
  assert.equal(computed('CumSum', [matrix, number(1)], { exclusive: 1, reverse: 1 }), [5, 3, 0, 11, 6, 0]);
  assert.equal(computed('CumProd', [matrix, number(1)], { exclusive: 1 }, 26), [1, 1, 2, 1, 4, 20]);
});

test('TopK gives values and indices; of equal values the first comes first', () => {
  const x = floats('', [5], [2, 7, 7, -1, 2]);
  const both = { op: 'TopK', tensors: [x, longs('', [3])], outputs: ['values', 'indices'] };
  assert.equal(computedOutputs(both), [
    [7, 7, 2],
    [1, 2, 0],
  ]);
  assert.equal(computedOutputs({ ...both, attributes: { largest: 0 } }), [
    [-1, 2, 2],
    [3, 0, 4],
  ]);
});

test('GatherElements, GatherND and GatherND of a batch pick elements', () => {
  assert.equal(computed('GatherElements', [matrix, integers([2, -3, 0, 1], [2, 2])], { axis: 1 }), [3, 1, 4, 5]);
  assert.equal(computed('GatherND', [matrix, integers([1, 2, 0, -2], [2, 2])]), [6, 2]);
  assert.equal(computed('GatherND', [matrix, integers([2, 0], [2, 1])], { batch_dims: 1 }), [3, 4]);
});

test('ScatterElements and ScatterND place elements, and combine those at one place', () => {
  const x = floats('', [4], [1, 1, 1, 1]);
  const updates = floats('', [3], [2, 3, 4]);
  assert.equal(computed('ScatterElements', [x, longs('', [0, -1, 0]), updates], { reduction: 'add' }), [7, 1, 1, 4]);
  const places = integers([1, 2, 1], [3, 1]);
  assert.equal(computed('ScatterND', [x, places, updates], { reduction: 'mul' }), [1, 8, 3, 1]);
  assert.equal(computed('ScatterND', [x, places, updates]), [1, 4, 3, 1]);
});

test.run();
