// NonMaxSuppression, whose number of rows depends on the input, in networks; and operators that move elements of images.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../../../src/convert.js';
import { UnsupportedError } from '../../../../src/errors.js';
import { loadModel } from '../../../../src/index.js';
import { computedOutputs } from '../../../support/onnx/computed.js';
import { floats, longs, writeOnnx, type NodeSpec } from '../../../support/onnx/write.js';

const test = suite('rules of regions');

/** Boxes of which the first two overlap. */
const BOXES = [0, 0, 1, 1, 0, 0, 1, 0.9, 5, 5, 6, 6];

const suppression: NodeSpec = {
  op: 'NonMaxSuppression',
  inputs: ['boxes', 'scores', 'limit', 'overlap', 'score'],
  outputs: ['rows'],
};

const network = (nodes: NodeSpec[], output: string) =>
  writeOnnx({
    nodes,
    inputs: [{ name: 'scores', dims: [1, 1, 3] }],
    outputs: [output],
    tensors: [
      floats('boxes', [1, 3, 4], BOXES),
      longs('limit', [5]),
      floats('overlap', [1], [0.5]),
      floats('score', [1], [0.1]),
    ],
  });

test('a run gives as many rows as were chosen, also none', async () => {
  using model = await loadModel(await convertOnnx(network([suppression], 'rows')));
  assert.equal(model.outputs, [{ name: 'rows', type: 'int64', shape: [-1, 3] }]);
  const rowsFor = (scores: number[]) => {
    const { data, shape } = model.run(Float32Array.from(scores)).rows!;
    return { data: Array.from(data, Number), shape };
  };
  assert.equal(rowsFor([0.5, 0.9, 0.2]), { data: [0, 0, 1, 0, 0, 2], shape: [2, 3] });
  assert.equal(rowsFor([0.5, 0.05, 0]), { data: [0, 0, 0], shape: [1, 3] });
  assert.equal(rowsFor([0, 0, 0]), { data: [], shape: [0, 3] });
});

test('a node that reads the rows, or only their number, is refused', async () => {
  for (const op of ['Neg', 'Shape']) {
    const reader = { op, inputs: ['rows'], outputs: ['y'] };
    try {
      await convertOnnx(network([suppression, reader], 'y'));
      assert.unreachable();
    } catch (error) {
      assert.instance(error, UnsupportedError);
      assert.match((error as Error).message, /how many rows 'rows' has depends on the picture/);
    }
  }
});

test('rows of constants are constants', () => {
  const inputs = [
    floats('', [1, 3, 4], BOXES),
    floats('', [1, 1, 3], [3, 2, 1]),
    longs('', [9]),
    floats('', [1], [0.5]),
  ];
  assert.equal(computedOutputs({ op: 'NonMaxSuppression', tensors: inputs }), [[0, 0, 0, 0, 0, 2]]);
});

test('MaxPool gives indices, and MaxUnpool puts the values back', () => {
  const x = floats('', [1, 1, 2, 4], [1, 5, 2, 0, 3, 4, 7, 6]);
  const attributes = { kernel_shape: [2, 2], strides: [2, 2] };
  const pooled = computedOutputs({ op: 'MaxPool', tensors: [x], attributes, outputs: ['y', 'i'] });
  assert.equal(pooled, [
    [5, 7],
    [1, 6],
  ]);
  const named = computedOutputs({
    op: 'MaxPool',
    tensors: [x],
    attributes: { ...attributes, storage_order: 1 },
    outputs: ['', 'i'],
  });
  assert.equal(named, [[2, 5]]);
  const inputs = [floats('', [1, 1, 1, 2], [5, 7]), { ...longs('', [1, 6]), dims: [1, 1, 1, 2] }];
  assert.equal(computedOutputs({ op: 'MaxUnpool', tensors: inputs, attributes }), [[0, 5, 0, 0, 0, 0, 7, 0]]);
  const other = { op: 'MaxUnpool', tensors: [...inputs, longs('', [1, 1, 3, 5])], attributes };
  assert.throws(() => computedOutputs(other), /output_shape \[3,5\] is not supported; expected \[2,4\]/);
});

test('AffineGrid gives the coordinates of pixels, the last axis first', () => {
  const theta = floats('', [1, 2, 3], [1, 0, 0, 0, 1, 0]);
  const inputs = [theta, longs('', [1, 1, 2, 2])];
  assert.equal(computedOutputs({ op: 'AffineGrid', tensors: inputs, opset: 20 }), [
    [-0.5, -0.5, 0.5, -0.5, -0.5, 0.5, 0.5, 0.5],
  ]);
  const attributes = { align_corners: 1 };
  assert.equal(computedOutputs({ op: 'AffineGrid', tensors: inputs, attributes, opset: 20 }), [
    [-1, -1, 1, -1, -1, 1, 1, 1],
  ]);
});

test('GridSample has the names of opset 16 and of opset 20', () => {
  const inputs = [floats('', [1, 1, 1, 2], [3, 5]), floats('', [1, 1, 1, 2], [0, 0])];
  for (const mode of ['linear', 'bilinear', 'cubic', 'bicubic'])
    assert.equal(computedOutputs({ op: 'GridSample', tensors: inputs, attributes: { mode, padding_mode: 'border' } }), [
      [4],
    ]);
});

test.run();
