// From an ONNX model to a graph: names, shapes, order of nodes, and what is refused.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';

import { ArgumentError, FormatError, UnsupportedError } from '../../../src/errors.js';
import type { Graph } from '../../../src/ir/graph.js';
import { parseOnnx } from '../../../src/converter/onnx/protobuf.js';
import { readOnnx } from '../../../src/converter/onnx/read.js';
import { atOnce } from '../../../src/next-task.js';
import type { ReadOptions } from '../../../src/converter/reading/network.js';
import { evaluate } from '../../support/onnx/evaluate.js';
import { floats, longs, writeOnnx, type ModelSpec } from '../../support/onnx/write.js';

const test = suite('readOnnx');

const read = (spec: ModelSpec, options: Partial<ReadOptions> = {}): Graph =>
  atOnce(readOnnx(parseOnnx(writeOnnx(spec)), { batch: 1, evaluate, ...options }));

const problemsOf = (spec: ModelSpec, options: Partial<ReadOptions> = {}): readonly string[] => {
  try {
    read(spec, options);
  } catch (error) {
    assert.instance(error, UnsupportedError, (error as Error).stack);
    return (error as UnsupportedError).problems;
  }
  return assert.unreachable('it is supported') as never;
};

const image = { name: 'x', dims: ['N', 3, 8, 8] };

test('turns a convolution to channels last and back', () => {
  const graph = read({
    nodes: [
      { op: 'Conv', inputs: ['x', 'w'], outputs: ['c'], attributes: { strides: [2, 2], pads: [1, 1, 1, 1] } },
      { op: 'Relu', inputs: ['c'], outputs: ['y'] },
    ],
    inputs: [image],
    outputs: ['y'],
    tensors: [floats('w', [4, 3, 3, 3], new Array<number>(108).fill(1))],
  });
  assert.equal(
    graph.nodes.map(({ op }) => op.name),
    ['transpose', 'conv', 'transpose', 'clip'],
  );
  const [, conv, back] = graph.nodes;
  assert.equal(
    conv!.inputs.map(({ shape }) => shape),
    [[1, 8, 8, 3], [4, 3, 3, 3], [4]],
  );
  assert.equal(back!.output, { name: 'c', shape: [1, 4, 4, 4], type: 'float32' });
  assert.is(back!.name, 'c');
  assert.is(graph.outputs[0]!.name, 'y');
  assert.ok(graph.dynamicBatch);
});

test('gives every value a unique name', () => {
  const { nodes } = read({
    nodes: [
      { op: 'LpNormalization', inputs: ['x'], outputs: ['a'] },
      { op: 'Split', inputs: ['a'], outputs: ['b', 'c', 'd'], attributes: { axis: 1 } },
      { op: 'Sum', inputs: ['b', 'c', 'd', 'b'], outputs: ['y'] },
    ],
    inputs: [image],
    outputs: ['y', 'b'],
  });
  const names = nodes.map(({ output }) => output.name);
  assert.is(new Set(names).size, names.length);
  assert.equal(
    ['a', 'b', 'c', 'd', 'y'].filter((name) => !names.includes(name)),
    [],
  );
});

test('computes shapes while it reads, and the same for every batch', () => {
  const spec: ModelSpec = {
    nodes: [
      { op: 'Shape', inputs: ['x'], outputs: ['shape'] },
      { op: 'Gather', inputs: ['shape', 'zero'], outputs: ['batch'] },
      { op: 'Unsqueeze', inputs: ['batch', 'axes'], outputs: ['listed'] },
      { op: 'Concat', inputs: ['listed', 'rest'], outputs: ['target'], attributes: { axis: 0 } },
      { op: 'Reshape', inputs: ['x', 'target'], outputs: ['y'] },
    ],
    inputs: [image],
    outputs: ['y'],
    tensors: [longs('zero', [0], []), longs('axes', [0]), longs('rest', [3, -1])],
  };
  for (const batch of [1, 2, 5]) {
    const { nodes, outputs } = read(spec, { batch });
    assert.equal(
      nodes.map(({ op, attrs }) => [op.name, attrs]),
      [['reshape', { shape: [0, 0, -1] }]],
    );
    assert.equal(outputs[0]!.value.shape, [batch, 3, 64]);
  }
});

test('accepts nodes in any order and leaves out unused ones', () => {
  const graph = read({
    nodes: [
      { op: 'Neg', inputs: ['b'], outputs: ['y'] },
      { op: 'STFT', inputs: ['x'], outputs: ['unused'] },
      { op: 'Abs', inputs: ['a'], outputs: ['b'] },
      { op: 'Exp', inputs: ['x'], outputs: ['a'] },
    ],
    inputs: [image],
    outputs: ['y'],
  });
  assert.equal(
    graph.nodes.map(({ name }) => name),
    ['a', 'b', 'y'],
  );
});

test('refuses cycles and values that are computed twice', () => {
  const circle = [
    { op: 'Add', inputs: ['x', 'b'], outputs: ['a'] },
    { op: 'Neg', inputs: ['a'], outputs: ['b'] },
  ];
  const twice = [
    { op: 'Neg', inputs: ['x'], outputs: ['a'] },
    { op: 'Abs', inputs: ['x'], outputs: ['a'] },
  ];
  for (const nodes of [circle, twice]) {
    assert.throws(
      () => read({ nodes, inputs: [image], outputs: ['a'] }),
      (error: Error) => error instanceof FormatError,
    );
  }
});

test('lists every problem once, without consequences of others', () => {
  const problems = problemsOf({
    nodes: [
      { op: 'STFT', name: 'first', inputs: ['x'], outputs: ['a'] },
      { op: 'Conv', inputs: ['a', 'a'], outputs: ['b'] },
      { op: 'Fancy', domain: 'my.domain', inputs: ['b'], outputs: ['c'] },
      { op: 'ConstantOfShape', name: 'second', inputs: ['x'], outputs: ['d'] },
      { op: 'Neg', inputs: ['nowhere'], outputs: ['e'] },
      { op: 'Abs', inputs: ['nowhere'], outputs: ['f'] },
    ],
    inputs: [image],
    outputs: ['c', 'd', 'e', 'f'],
  });
  assert.is(problems.length, 4);
  assert.match(problems[0]!, /STFT 'first' \(ai.onnx 17\)/);
  assert.match(problems[1]!, /Fancy 'c' \(my.domain\)/);
  assert.match(problems[2]!, /ConstantOfShape 'second' .*'x' must be constant/);
  assert.match(problems[3]!, /no node makes 'nowhere', which Neg 'e' reads/);
});

test('refuses operator sets that are too old or too new', () => {
  const nodes = [{ op: 'Neg', inputs: ['x'], outputs: ['y'] }];
  for (const opset of [5, 29]) assert.match(problemsOf({ opset, nodes, inputs: [image], outputs: ['y'] })[0]!, /opset/);
  for (const opset of [7, 22, 28]) read({ opset, nodes, inputs: [image], outputs: ['y'] });
});

const twoInputs: ModelSpec = {
  nodes: [{ op: 'Add', inputs: ['x', 'b'], outputs: ['y'] }],
  inputs: [
    { name: 'x', dims: ['N', 'channels', 4] },
    { name: 'b', dims: [4] },
  ],
  outputs: ['y'],
};

test('asks for unknown sizes', () => {
  assert.match(
    problemsOf(twoInputs)[0]!,
    /input 'x' has the shape \[N,channels,4\]: give .* \{ 'x': \[1,channels,4\] \}/,
  );
  assert.equal(read(twoInputs, { shapes: { x: [2, 3, 4] } }).inputs[0]!.shape, [2, 3, 4]);
  assert.throws(
    () => read(twoInputs, { shapes: { x: [2, 3, 5] } }),
    (error: Error) => error instanceof ArgumentError,
  );
  assert.throws(() => read(twoInputs, { shapes: { z: [2, 3, 5] } }), /no input 'z'; the network has 'x', 'b'/);
});

test('fixes inputs to constants', () => {
  const constants = { b: { data: new Float32Array(4), shape: [4] } };
  const graph = read(twoInputs, { constants, shapes: { x: [2, 3, 4] } });
  assert.equal(
    graph.inputs.map(({ name }) => name),
    ['x'],
  );
  for (const wrong of [
    { data: new Int32Array(4), shape: [4] },
    { data: new Float32Array(3), shape: [4] },
    { data: new Float32Array(5), shape: [5] },
  ]) {
    assert.throws(
      () => read(twoInputs, { constants: { b: wrong } }),
      (error: Error) => error instanceof ArgumentError,
    );
  }
  assert.throws(() => read(twoInputs, { constants: { c: constants.b } }), /no input 'c'/);
});

test('constants have the elements of any typed array of the kind that the input has', () => {
  const constantOf = (type: number, data: ArrayBufferView): number[] => {
    const graph = read(
      {
        nodes: [{ op: 'Cast', inputs: ['c'], outputs: ['y'], attributes: { to: 1 } }],
        inputs: [{ name: 'c', type, dims: [3] }],
        outputs: ['y'],
      },
      { constants: { c: { data: data as Float32Array, shape: [3] } } },
    );
    return [...graph.outputs[0]!.value.data!];
  };
  const [UINT8, FLOAT16, DOUBLE, UINT32, INT64, BOOL] = [2, 10, 11, 12, 7, 9];
  assert.equal(constantOf(DOUBLE, new Float64Array([0.5, -2, 3])), [0.5, -2, 3]);
  assert.equal(constantOf(DOUBLE, new Float32Array([0.5, -2, 3])), [0.5, -2, 3]);
  assert.equal(constantOf(FLOAT16, new Float32Array([0.5, -2, 3])), [0.5, -2, 3]);
  assert.equal(constantOf(UINT32, new Uint32Array([0, 7, 9])), [0, 7, 9]);
  assert.equal(constantOf(UINT8, new Uint8Array([0, 7, 9])), [0, 7, 9]);
  assert.equal(constantOf(INT64, new BigInt64Array([-1n, 7n, 9n])), [-1, 7, 9]);
  assert.equal(constantOf(INT64, new Int32Array([-1, 7, 9])), [-1, 7, 9]);
  assert.equal(constantOf(BOOL, new Uint8Array([0, 7, 1])), [0, 1, 1]);
  assert.throws(() => constantOf(UINT32, new Float64Array(3)), /constant 'c' is float32; the network takes int32/);
});

test('inputs of other precisions are floats and integers of 32 bits; those that have no such form are refused', () => {
  const nodes = [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }];
  const ofType = (type: number): ModelSpec => ({ nodes, inputs: [{ name: 'x', type, dims: [1, 2] }], outputs: ['y'] });
  for (const [type, expected] of [
    [10, 'float32'],
    [11, 'float32'],
    [2, 'int32'],
    [5, 'int32'],
    [12, 'int32'],
  ] as const)
    assert.is(read(ofType(type)).inputs[0]!.type, expected);
  assert.match(problemsOf(ofType(8))[0]!, /'x' is of type string/);
  assert.match(problemsOf(ofType(13))[0]!, /'x' is of type uint64/);
});

test('gives outputs their names even where two are the same value', () => {
  const graph = read({
    nodes: [
      { op: 'Identity', inputs: ['x'], outputs: ['y'] },
      { op: 'Dropout', inputs: ['y'], outputs: ['z'] },
    ],
    inputs: [image],
    outputs: ['y', 'z'],
  });
  assert.equal(graph.outputs, [
    { name: 'y', value: graph.inputs[0] },
    { name: 'z', value: graph.inputs[0] },
  ]);
});

test('refuses second outputs that are used', () => {
  const nodes = [{ op: 'Dropout', inputs: ['x'], outputs: ['y', 'mask'] }];
  assert.match(problemsOf({ nodes, inputs: [image], outputs: ['mask'] })[0]!, /Dropout 'y': output 1/);
  read({ nodes, inputs: [image], outputs: ['y'] });
});

test.run();
