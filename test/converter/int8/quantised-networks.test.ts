// Quantised ONNX networks compute with integers, and give those of exact loops.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../../src/convert.js';
import { readModel } from '../../support/read-model.js';
import { loadModel } from '../../../src/index.js';
import {
  convolvedIntegers,
  dequantizeNode,
  filterTensors,
  gridTensors,
  INT8,
  integers,
  qLinearConvNode,
  quantizeNode,
  toEven,
  toInteger,
  UINT8,
  type Filters,
  type Grid,
} from '../../support/onnx/quantised.js';
import { floats, writeOnnx, type ModelSpec, type NodeSpec, type TensorSpec } from '../../support/onnx/write.js';
import { opsOf } from '../../support/network-builder.js';
import { mulberry32, seededFloats } from '../../support/seeded.js';

const test = suite('quantised networks');

const SIZES = [3, 6, 5] as const;
const PLACES = 30;
const next = mulberry32(7);
const random = (count: number, low: number, high: number) =>
  Array.from({ length: count }, () => low + Math.floor(next() * (high - low + 1)));

const input: Grid = { scale: 0.0123, zero: 117, type: UINT8 };
const middle: Grid = { scale: 0.031, zero: -90, type: INT8 };
const output: Grid = { scale: 0.057, zero: 12, type: INT8 };
const dense: Filters = {
  ...{ dims: [4, 3, 3, 3], ints: random(108, -128, 127), scales: [0.002, 0.0031, 0.0009, 0.004], zero: 0, type: INT8 },
  bias: [300, -2000, 0, 777],
};
const depthwise: Filters = {
  ...{ dims: [4, 1, 3, 3], ints: random(36, 0, 255), scales: [0.0057], zero: 61, type: UINT8 },
  bias: [5000, -40, 12, 99],
};

const photo = seededFloats(3 * PLACES, 11, -1.5, 1.5);

const expected = ((): number[] => {
  const x = Array.from(photo, (value) => toInteger(value, { ...input, scale: Math.fround(input.scale) }));
  const y = convolvedIntegers(x, SIZES, input, dense, middle);
  return convolvedIntegers(y, [4, 6, 5], middle, depthwise, output);
})();

const tensors: TensorSpec[] = [
  ...gridTensors('x', input),
  ...gridTensors('m', middle),
  ...gridTensors('y', output),
  ...filterTensors('w', dense),
  ...filterTensors('v', depthwise),
];

const network = (nodes: NodeSpec[], outputs: string[], more: TensorSpec[] = []): ModelSpec => ({
  ...{ opset: 13, nodes, outputs, tensors: [...tensors, ...more] },
  inputs: [{ name: 'in', dims: ['N', ...SIZES] }],
});

const qoperator: NodeSpec[] = [
  quantizeNode('in', 'x', 'q0'),
  qLinearConvNode('q0', 'x', 'w', 'm', 'q1'),
  qLinearConvNode('q1', 'm', 'v', 'y', 'q2', 4),
];

/** A convolution of real numbers between a dequantisation and a quantisation. */
const qdqConv = (x: string, from: string, w: string, to: string, y: string, outputs: number, group: number) => {
  const scales = { s: `${w}_bs`, z: `${w}_bz` };
  const nodes: NodeSpec[] = [
    dequantizeNode(x, from, `${y}_dx`),
    dequantizeNode(`${w}_q`, w, `${y}_w`),
    { op: 'DequantizeLinear', inputs: [`${w}_b`, scales.s, scales.z], outputs: [`${y}_b`], attributes: { axis: 0 } },
    {
      op: 'Conv',
      inputs: [`${y}_dx`, `${y}_w`, `${y}_b`],
      outputs: [`${y}_c`],
      attributes: { pads: [1, 1, 1, 1], group },
    },
    quantizeNode(`${y}_c`, to, y),
  ];
  const grid = { x: input, m: middle }[from as 'x' | 'm'];
  const own = { w: dense, v: depthwise }[w as 'w' | 'v'].scales;
  const products = Array.from({ length: outputs }, (_, o) =>
    Math.fround(Math.fround(grid.scale) * Math.fround(own[own.length > 1 ? o : 0]!)),
  );
  return {
    nodes,
    tensors: [
      floats(scales.s, [outputs], products),
      integers(
        scales.z,
        6,
        [outputs],
        products.map(() => 0),
      ),
    ],
  };
};

const [first, second] = [qdqConv('q0', 'x', 'w', 'm', 'q1', 4, 1), qdqConv('q1', 'm', 'v', 'y', 'q2', 4, 4)];
const qdq = [quantizeNode('in', 'x', 'q0'), ...first.nodes, ...second.nodes];
const qdqTensors = [...first.tensors, ...second.tensors];

const convert = (spec: ModelSpec) => convertOnnx(writeOnnx(spec));

const run = async (
  spec: ModelSpec,
  data: Float32Array | Int32Array = photo,
  shape: readonly number[] = [1, ...SIZES],
) => {
  using model = await loadModel(await convert(spec), { deterministic: true });
  const outputs = model.run({ [model.inputs[0]!.name]: { data, shape } });
  return Array.from(Object.values(outputs)[0]!.data, Number);
};

const opsIn = async (spec: ModelSpec) => opsOf(readModel(await convert(spec)).graph);

test('a network of QLinearConv gives the integers of loops', async () => {
  assert.equal(await run(network(qoperator, ['q2'])), expected);
});

test('the same network with pairs of QuantizeLinear and DequantizeLinear gives the same integers', async () => {
  assert.equal(await run(network(qdq, ['q2'], qdqTensors)), expected);
});

test('both become the same layers: the input is transposed, then quantised, and nothing is computed in floats', async () => {
  const layers = ['transpose', 'quantize', 'convInt8', 'convInt8', 'dequantize', 'transpose'];
  const end = [dequantizeNode('q2', 'y', 'out')];
  assert.equal(await opsIn(network([...qoperator, ...end], ['out'])), layers);
  assert.equal(await opsIn(network([...qdq, ...end], ['out'], qdqTensors)), layers);
});

test('a batch gives what its samples give', async () => {
  const two = Float32Array.from([...photo, ...photo.map((value) => -value)]);
  const spec = network(qoperator, ['q2']);
  const other = await run(spec, two.slice(photo.length));
  assert.equal(await run(spec, two, [2, ...SIZES]), [...expected, ...other]);
});

test('integers that are moved, or the largest of some, stay integers between layers', async () => {
  const nodes: NodeSpec[] = [
    ...qoperator.slice(0, 2),
    {
      op: 'MaxPool',
      inputs: ['q1'],
      outputs: ['p'],
      attributes: { kernel_shape: [1, 2], strides: [1, 1], pads: [0, 0, 0, 1] },
    },
    { op: 'Concat', inputs: ['p', 'q1'], outputs: ['j'], attributes: { axis: 1 } },
    { op: 'Flatten', inputs: ['j'], outputs: ['f'], attributes: { axis: 1 } },
    { op: 'GlobalAveragePool', inputs: ['jd'], outputs: ['g'] },
    dequantizeNode('j', 'm', 'jd'),
    quantizeNode('g', 'm', 'gq'),
  ];
  const layers = await opsIn(network(nodes, ['gq']));
  assert.equal(layers.slice(0, 6), ['transpose', 'quantize', 'convInt8', 'maxInt8', 'concat', 'meanInt8']);
  const x = Array.from(photo, (value) => toInteger(value, { ...input, scale: Math.fround(input.scale) }));
  const y = convolvedIntegers(x, SIZES, input, dense, middle);
  const pooled = y.map((value, i) => (i % 5 < 4 ? Math.max(value, y[i + 1]!) : value));
  const means = [...pooled, ...y].reduce<number[]>((sums, value, i) => {
    sums[Math.floor(i / PLACES)] = (sums[Math.floor(i / PLACES)] ?? 0) + value - middle.zero;
    return sums;
  }, []);
  const found = await run(network(nodes, ['gq']));
  found.forEach((value, i) => assert.ok(Math.abs(value - (means[i]! / PLACES + middle.zero)) <= 0.5 + 1e-4));
});

test('a network that takes integers of 8 bits and returns them computes with them', async () => {
  const spec = { ...network([qLinearConvNode('in', 'x', 'w', 'm', 'out')], ['out']) };
  spec.inputs = [{ name: 'in', type: UINT8, dims: ['N', ...SIZES] }];
  const x = random(3 * PLACES, 0, 255);
  assert.equal(await run(spec, Int32Array.from(x)), convolvedIntegers(x, SIZES, input, dense, middle));
  assert.ok((await opsIn(spec)).includes('convInt8'));
});

test('QLinearMatMul of rows of rows is one product of integers', async () => {
  const w = integers('k_q', INT8, [3, 2], [5, -128, 127, 3, -77, 10]);
  const more = [w, floats('k_s', [2], [0.004, 0.009]), integers('k_z', INT8, [2], [0, 0])];
  const product: NodeSpec = {
    ...{ op: 'QLinearMatMul', outputs: ['y'] },
    inputs: ['q0', 'x_s', 'x_z', 'k_q', 'k_s', 'k_z', 'm_s', 'm_z'],
  };
  const spec = network([quantizeNode('in', 'x', 'q0'), product], ['y'], more);
  spec.inputs = [{ name: 'in', dims: ['N', 4, 3] }];
  const data = seededFloats(12, 5, -1.5, 1.5);
  const result = await run(spec, data, [1, 4, 3]);
  const x = Array.from(data, (value) => toInteger(value, { ...input, scale: Math.fround(input.scale) }) - input.zero);
  result.forEach((value, i) => {
    const sum = [0, 1, 2].reduce((all, k) => all + x[Math.floor(i / 2) * 3 + k]! * w.ints![k * 2 + (i % 2)]!, 0);
    const real = (sum * input.scale * [0.004, 0.009][i % 2]!) / middle.scale + middle.zero;
    assert.ok(Math.abs(value - Math.min(Math.max(toEven(real), -128), 127)) <= 1, `${value} at ${i}, not ${real}`);
  });
  assert.ok((await opsIn(spec)).includes('convInt8'));
});

test('quantisation parameters that are no numbers, not positive or out of range are refused by name', async () => {
  const withGrid = (scale: number, zero: number): ModelSpec => {
    const spec = network(qoperator, ['q2']);
    const others = tensors.filter(({ name }) => name !== 'x_s' && name !== 'x_z');
    return { ...spec, tensors: [...others, floats('x_s', [], [scale]), integers('x_z', UINT8, [], [zero])] };
  };
  const refusals: [number, number, RegExp][] = [
    [0, 1, /the scale 'x_s' has 0; expected positive numbers/],
    [-0.5, 1, /the scale 'x_s' has -0.5/],
    [NaN, 1, /the scale 'x_s' has NaN/],
    [Infinity, 1, /the scale 'x_s' has Infinity/],
    [1, 256, /the zero point 'x_z' has 256; expected 0 to 255/],
    [1, -1, /the zero point 'x_z' has -1; expected 0 to 255/],
  ];
  for (const [scale, zero, message] of refusals) {
    const error = await convert(withGrid(scale, zero)).then(
      () => undefined,
      (reason: Error) => reason,
    );
    assert.is(error?.name, 'UnsupportedError');
    assert.match(error!.message, message);
  }
});

test('scales that int8 layers do not take are computed in floats', async () => {
  const spec = network(
    [quantizeNode('in', 'tiny', 'q'), dequantizeNode('q', 'tiny', 'out')],
    ['out'],
    [...gridTensors('tiny', { scale: 1e-30, zero: 3, type: INT8 })],
  );
  const layers = await opsIn(spec);
  assert.not(layers.includes('quantize'));
  const found = await run(spec);
  assert.ok(found.every((value) => Math.abs(value) <= 1.32e-28));
});

test.run();
