// Large ONNX networks: long ones are converted quickly, and small files that become large are refused.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../../src/convert.js';
import { UnsupportedError } from '../../../src/errors.js';
import { readModel } from '../../support/read-model.js';
import { floats, longs, writeOnnx, type NodeSpec } from '../../support/onnx/write.js';

const test = suite('large ONNX files');

const chain = (count: number, make: (i: number, from: string, to: string) => NodeSpec): NodeSpec[] =>
  Array.from({ length: count }, (_, i) => make(i, i ? `v${i - 1}` : 'x', i === count - 1 ? 'y' : `v${i}`));

const LONG: Readonly<Record<string, NodeSpec[]>> = {
  sums: chain(6000, (_, from, to) => ({ op: 'Add', inputs: [from, 'x'], outputs: [to] })),
  'sums with a constant': chain(6000, (_, from, to) => ({ op: 'Add', inputs: [from, 'c'], outputs: [to] })),
  'convolutions, scales and sums': chain(3000, (i, from, to) =>
    i % 3 === 0
      ? { op: 'Conv', inputs: [from, 'w'], outputs: [to] }
      : i % 3 === 1
        ? { op: 'Mul', inputs: [from, 'c'], outputs: [to] }
        : { op: 'Add', inputs: [from, 'x'], outputs: [to] },
  ),
  bounds: chain(6000, (_, from, to) => ({ op: 'Relu', inputs: [from], outputs: [to] })),
};

for (const [name, nodes] of Object.entries(LONG)) {
  test(`${nodes.length} ${name} are converted quickly`, async () => {
    const tensors = [floats('c', [1, 2, 1, 1], [1, 2]), floats('w', [2, 2, 1, 1], [1, 0.5, 0.25, 1])];
    const onnx = writeOnnx({ nodes, inputs: [{ name: 'x', dims: ['N', 2, 3, 3] }], outputs: ['y'], tensors });
    const start = process.cpuUsage();
    const bytes = await convertOnnx(onnx);
    const { user, system } = process.cpuUsage(start);
    console.log(
      `measured: ${nodes.length} ${name}: ${((user + system) / 1e6).toFixed(2)} s, ${readModel(bytes).graph.nodes.length} nodes`,
    );
    assert.ok(user + system < 5e6, `${(user + system) / 1e6} s`);
  });
}

test('small files whose constants become large are refused, with the node', async () => {
  const shape = longs('shape', [2 ** 12, 2 ** 12]);
  const wide = (i: number): NodeSpec => ({ op: 'Expand', inputs: [`c${i}`, 'shape'], outputs: [`w${i}`] });
  const made = (i: number): NodeSpec => ({ op: 'ConstantOfShape', inputs: ['shape'], outputs: [`w${i}`] });
  for (const make of [wide, made]) {
    const nodes = Array.from({ length: 6 }, (_, i) => [
      make(i),
      { op: 'Add', inputs: [i ? `s${i - 1}` : 'x', `w${i}`], outputs: [`s${i}`] },
    ]).flat();
    const tensors = [shape, ...Array.from({ length: 6 }, (_, i) => floats(`c${i}`, [1], [i]))];
    const onnx = writeOnnx({ nodes, inputs: [{ name: 'x', dims: [1] }], outputs: ['s5'], tensors });
    try {
      await convertOnnx(onnx);
      assert.unreachable('it was converted');
    } catch (error) {
      assert.instance(error, UnsupportedError, (error as Error).stack);
      assert.match((error as Error).message, /w4.*elements in total/s);
    }
  }
});

test('values with very many channels are converted quickly', async () => {
  const nodes = [
    { op: 'Expand', inputs: ['x', 'shape'], outputs: ['v'] },
    ...chain(20, (_, from, to) => ({ op: 'Sin', inputs: [from === 'x' ? 'v' : from], outputs: [to] })),
  ];
  const onnx = writeOnnx({
    nodes,
    inputs: [{ name: 'x', dims: [1, 1] }],
    outputs: ['y'],
    tensors: [longs('shape', [1, 2 ** 24 - 1])],
  });
  const start = process.cpuUsage();
  await convertOnnx(onnx);
  const { user, system } = process.cpuUsage(start);
  assert.ok(user + system < 5e6, `${(user + system) / 1e6} s`);
});

/** Small files whose constants take long to compute: what is computed from an array of ones of a shape. */
const COSTLY: Readonly<Record<string, { shape: number[]; nodes: NodeSpec[]; message: RegExp }>> = {
  'products of matrices': {
    shape: [2048, 2048],
    nodes: [{ op: 'MatMul', inputs: ['ones', 'ones'], outputs: ['c'] }],
    message: /c.*more than \d+ multiply-accumulates/,
  },
  'a convolution': {
    shape: [32, 32, 32, 32],
    nodes: [{ op: 'Conv', inputs: ['ones', 'ones'], outputs: ['c'], attributes: { pads: [16, 16, 16, 16] } }],
    message: /c.*more than \d+ multiply-accumulates/,
  },
  'pooling with large windows': {
    shape: [1, 8, 512, 512],
    nodes: [{ op: 'MaxPool', inputs: ['ones'], outputs: ['c'], attributes: { kernel_shape: [250, 250] } }],
    message: /c.*more than \d+ multiply-accumulates/,
  },
  'an Einsum with a large result': {
    shape: [96, 96, 96],
    nodes: [{ op: 'Einsum', inputs: ['ones', 'ones'], outputs: ['c'], attributes: { equation: 'abc,dea->bcde' } }],
    message: /c.*more than \d+ elements in total/,
  },
};

for (const [name, { shape, nodes, message }] of Object.entries(COSTLY)) {
  test(`${name}: constants that take long to compute are refused`, async () => {
    const onnx = writeOnnx({
      nodes: [
        { op: 'ConstantOfShape', inputs: ['shape'], outputs: ['ones'] },
        ...nodes,
        { op: 'ReduceMean', inputs: ['c'], outputs: ['mean'] },
        { op: 'Add', inputs: ['x', 'mean'], outputs: ['y'] },
      ],
      inputs: [{ name: 'x', dims: [1] }],
      outputs: ['y'],
      tensors: [longs('shape', shape)],
    });
    const error = await convertOnnx(onnx).then(
      () => assert.unreachable('it was converted'),
      (reason: unknown) => reason as Error,
    );
    assert.instance(error, UnsupportedError);
    assert.match(error!.message, message);
  });
}

test('a node with very many inputs or outputs is refused', async () => {
  const many = Array.from({ length: 5000 }, (_, i) => `v${i}`);
  for (const node of [
    { op: 'Sum', inputs: many.map(() => 'x'), outputs: ['y'] },
    { op: 'Split', inputs: ['x'], outputs: ['y', ...many], attributes: { axis: 1, num_outputs: 5001 } },
  ]) {
    const spec = { opset: 18, nodes: [node], inputs: [{ name: 'x', dims: [1, 5001] }], outputs: ['y'] };
    const error = await convertOnnx(writeOnnx(spec)).then(
      () => assert.unreachable('it was converted'),
      (reason: unknown) => reason as Error,
    );
    assert.match(error!.message, /'y' .*: 500[01] (inputs|outputs); at most 4096 are supported/);
  }
});

test.run();
