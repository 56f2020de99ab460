// Integers of quantised ONNX networks that are moved or averaged between layers stay integers.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../../src/convert.js';
import { loadModel } from '../../../src/index.js';
import { opsOf } from '../../support/network-builder.js';
import {
  convolvedIntegers,
  dequantizeNode,
  filterTensors,
  gridTensors,
  INT32,
  INT8,
  integers,
  qLinearConvNode,
  quantizeNode,
  toInteger,
  UINT8,
  type Filters,
  type Grid,
} from '../../support/onnx/quantised.js';
import { floats, writeOnnx, type ModelSpec, type NodeSpec, type TensorSpec } from '../../support/onnx/write.js';
import { readModel } from '../../support/read-model.js';
import { mulberry32, seededFloats } from '../../support/seeded.js';

const ASYMMETRIC = { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
const SIZES = [3, 6, 5] as const;
const next = mulberry32(7);

const input: Grid = { scale: 0.0123, zero: 117, type: UINT8 };
const middle: Grid = { scale: 0.031, zero: -90, type: INT8 };
const dense: Filters = {
  ...{ dims: [4, 3, 3, 3], scales: [0.002, 0.0031, 0.0009, 0.004], zero: 0, type: INT8, bias: [300, -2000, 0, 777] },
  ints: Array.from({ length: 108 }, () => Math.floor(next() * 256) - 128),
};

const photo = seededFloats(90, 11, -1.5, 1.5);

const tensors = [...gridTensors('x', input), ...gridTensors('m', middle), ...filterTensors('w', dense)];

const network = (nodes: NodeSpec[], outputs: string[], more: TensorSpec[]): ModelSpec => ({
  ...{ opset: 13, nodes, outputs, tensors: [...tensors, ...more] },
  inputs: [{ name: 'in', dims: ['N', ...SIZES] }],
});

const opsIn = async (spec: ModelSpec) => opsOf(readModel(await convertOnnx(writeOnnx(spec))).graph);

const run = async (spec: ModelSpec): Promise<number[]> => {
  using model = await loadModel(await convertOnnx(writeOnnx(spec)), { deterministic: true });
  const outputs = model.run({ in: { data: photo, shape: [1, ...SIZES] } });
  return Array.from(Object.values(outputs)[0]!.data, Number);
};

test('parts, larger pictures and averages of windows of integers are integers', async () => {
  const grid = ['m_s', 'm_z'];
  const nodes: NodeSpec[] = [
    quantizeNode('in', 'x', 'q0'),
    qLinearConvNode('q0', 'x', 'w', 'm', 'q1'),
    { op: 'Resize', inputs: ['q1', '', 'twice'], outputs: ['r'], attributes: { mode: 'nearest', ...ASYMMETRIC } },
    { op: 'Slice', inputs: ['r', 'starts', 'ends', 'axes'], outputs: ['s'] },
    {
      ...{ op: 'QLinearAveragePool', domain: 'com.microsoft', inputs: ['s', ...grid, ...grid], outputs: ['a'] },
      attributes: { kernel_shape: [2, 3], strides: [1, 1] },
    },
    {
      op: 'QLinearConcat',
      domain: 'com.microsoft',
      inputs: [...grid, 'a', ...grid, 'a', ...grid],
      outputs: ['j'],
      attributes: { axis: 1 },
    },
  ];
  const more = [
    floats('twice', [4], [1, 1, 2, 2]),
    ...Object.entries({ starts: [2, 1], ends: [4, 9], axes: [1, 2] }).map(([name, ints]) =>
      integers(name, INT32, [2], ints),
    ),
  ];
  const spec = network([...nodes, dequantizeNode('j', 'm', 'out')], ['out'], more);
  const layers = [
    'transpose',
    'quantize',
    'convInt8',
    'resize',
    'slice',
    'convInt8',
    'concat',
    'dequantize',
    'transpose',
  ];
  assert.equal(await opsIn(spec), layers);
  const x = Array.from(photo, (value) => toInteger(value, { ...input, scale: Math.fround(input.scale) }));
  const y = convolvedIntegers(x, SIZES, input, dense, middle);
  const found = await run(network(nodes, ['j'], more));
  assert.is(found.length, 4 * 7 * 8);
  found.forEach((value, i) => {
    const [channel, row, column] = [2 + (Math.floor(i / 56) % 2), Math.floor(i / 8) % 7, i % 8];
    const sum = [0, 1].flatMap((down) =>
      [0, 1, 2].map((right) => y[(channel * 6 + ((row + 1 + down) >> 1)) * 5 + ((column + right) >> 1)]!),
    );
    const mean = sum.reduce((all, one) => all + one, 0) / 6;
    assert.ok(Math.abs(value - mean) <= 0.5 + 1e-4, `${value} at ${i}, not ${mean}`);
  });
});

test.run();
