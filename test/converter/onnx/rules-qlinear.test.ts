// Quantised operators of com.microsoft, compared with formulas in real numbers.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../../src/convert.js';
import { loadModel } from '../../../src/index.js';
import { computed } from '../../support/onnx/compute.js';
import { gridTensors, integers, toEven, UINT8, type Grid } from '../../support/onnx/quantised.js';
import { floats, writeOnnx, type NodeSpec, type TensorSpec } from '../../support/onnx/write.js';

const test = suite('quantised operators of com.microsoft');

const a: Grid = { scale: 0.05, zero: 100, type: UINT8 };
const b: Grid = { scale: 0.02, zero: 3, type: UINT8 };
const y: Grid = { scale: 0.08, zero: 60, type: UINT8 };
const tensors: TensorSpec[] = [...gridTensors('a', a), ...gridTensors('b', b), ...gridTensors('y', y)];

const SHAPE = [1, 2, 2, 3];
const [left, right] = [
  [0, 255, 100, 99, 13, 200, 7, 180, 120, 101, 254, 90],
  [3, 0, 255, 17, 99, 64, 200, 3, 5, 250, 128, 31],
];
const realOf = (numbers: readonly number[], { scale, zero }: Grid) => numbers.map((x) => (x - zero) * scale);
const [p, q] = [realOf(left, a), realOf(right, b)] as [number[], number[]];

const grid = (name: string) => [`${name}_s`, `${name}_z`];

/** What a node gives in a network whose inputs are integers of 8 bits. */
const run = async (node: Omit<NodeSpec, 'outputs' | 'domain'>, more: TensorSpec[] = []): Promise<number[]> => {
  const inputs = ['l', 'r'].filter((name) => node.inputs.includes(name));
  const spec = {
    nodes: [{ domain: 'com.microsoft', ...node, outputs: ['out'] }],
    inputs: inputs.map((name) => ({ name, type: UINT8, dims: SHAPE })),
    outputs: ['out'],
    tensors: [...tensors, ...more],
  };
  using model = await loadModel(await convertOnnx(writeOnnx(spec)), { deterministic: true });
  const data: Record<string, number[]> = { l: left, r: right };
  const given = Object.fromEntries(inputs.map((name) => [name, { data: Int32Array.from(data[name]!), shape: SHAPE }]));
  return Array.from(model.run(given).out!.data, Number);
};

/** Checks that integers are those of real numbers, or the next ones. */
const near = (found: readonly number[], expected: readonly number[], { scale, zero }: Grid = y): void => {
  assert.is(found.length, expected.length);
  found.forEach((integer, i) => {
    const exact = Math.min(Math.max(toEven(expected[i]! / scale) + zero, 0), 255);
    const isTie = Math.abs(Math.abs((expected[i]! / scale) % 1) - 0.5) < 1e-4;
    assert.ok(Math.abs(integer - exact) <= (isTie ? 1 : 0), `${integer} at ${i}, not ${exact}`);
  });
};

test('QLinearAdd and QLinearMul', async () => {
  const two = ['l', ...grid('a'), 'r', ...grid('b'), ...grid('y')];
  near(
    await run({ op: 'QLinearAdd', inputs: two }),
    p.map((x, i) => x + q[i]!),
  );
  near(
    await run({ op: 'QLinearMul', inputs: two }),
    p.map((x, i) => x * q[i]!),
  );
});

test('functions of one input', async () => {
  const one = ['l', ...grid('a'), ...grid('y')];
  near(
    await run({ op: 'QLinearSigmoid', inputs: one }),
    p.map((x) => 1 / (1 + Math.exp(-x))),
  );
  near(
    await run({ op: 'QLinearLeakyRelu', inputs: one, attributes: { alpha: { float: 0.2 } } }),
    p.map((x) => (x < 0 ? 0.2 * x : x)),
  );
});

test('averages', async () => {
  const one = ['l', ...grid('a'), ...grid('y')];
  const mean = (numbers: number[]) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  const expected = [mean(p.slice(0, 6)), mean(p.slice(6))];
  near(await run({ op: 'QLinearGlobalAveragePool', inputs: one, attributes: { channels_last: 0 } }), expected);
  near(await run({ op: 'QLinearReduceMean', inputs: one, attributes: { axes: [2, 3], keepdims: 1 } }), expected);
  const windows = [0, 1, 6, 7].map((i) => mean([p[i]!, p[i + 1]!, p[i + 3]!, p[i + 4]!]));
  near(await run({ op: 'QLinearAveragePool', inputs: one, attributes: { kernel_shape: [2, 2] } }), windows);
  const last = run({ op: 'QLinearGlobalAveragePool', inputs: one, attributes: { channels_last: 1 } });
  const error = await last.then(
    () => undefined,
    (reason: Error) => reason,
  );
  assert.match(error!.message, /channels_last 1 is not supported/);
});

test('QLinearSoftmax over one axis, or before opset 13 over all that follow', async () => {
  const scores: Grid = { scale: 1 / 256, zero: 0, type: UINT8 };
  const inputs = ['l', ...grid('a'), ...grid('o')];
  const softmax = (opset: number) =>
    run({ op: 'QLinearSoftmax', inputs, attributes: { axis: 2, opset } }, gridTensors('o', scores));
  const shares = (stride: (i: number) => number[]) =>
    p.map((x, i) => Math.exp(x) / stride(i).reduce((sum, k) => sum + Math.exp(p[k]!), 0));
  near(
    await softmax(13),
    shares((i) => [i - (i % 6) + (i % 3), i - (i % 6) + (i % 3) + 3]),
    scores,
  );
  near(
    await softmax(11),
    shares((i) => [0, 1, 2, 3, 4, 5].map((k) => i - (i % 6) + k)),
    scores,
  );
});

test('QLinearConcat brings its parts to one scale', async () => {
  const inputs = [...grid('y'), 'l', ...grid('a'), 'r', ...grid('b')];
  near(await run({ op: 'QLinearConcat', inputs, attributes: { axis: 1 } }), [...p, ...q]);
});

test('QGemm multiplies with a turned matrix and adds a bias in units of its products', () => {
  const inputs = [
    integers('', UINT8, [1, 2], [110, 90]),
    floats('', [], [0.1]),
    integers('', UINT8, [], [100]),
    integers('', 3, [2, 2], [1, -2, 3, 4]),
    floats('', [2], [0.5, 0.25]),
    integers('', 3, [2], [0, 0]),
    integers('', 6, [2], [7, -8]),
  ];
  const gemm = (more: (TensorSpec | undefined)[]) =>
    computed({ domain: 'com.microsoft', op: 'QGemm', inputs: [...inputs, ...more], attributes: { transB: 1 } });
  // (10 * 1 + -10 * -2 + 7) * 0.05 and (10 * 3 - 10 * 4 - 8) * 0.025
  gemm([]).forEach((value, i) => assert.ok(Math.abs(value - [1.85, -0.45][i]!) < 1e-6));
  assert.equal(gemm([floats('', [], [0.5]), integers('', UINT8, [], [20])]), [24, 19]);
});

test.run();
