// Networks whose integers would not fit, or whose results an int8 form rounds once too often or too little.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../../src/convert.js';
import { loadModel } from '../../../src/index.js';
import { opsOf } from '../../support/network-builder.js';
import { floats, longs, writeOnnx, type NodeSpec, type TensorSpec } from '../../support/onnx/write.js';
import { INT8, integers, toEven } from '../../support/onnx/quantised.js';
import { readModel } from '../../support/read-model.js';

/** `x` quantised and turned back, as `y`. */
const rounded = (x: string, y: string, grid: string): NodeSpec[] => [
  { op: 'QuantizeLinear', inputs: [x, `${grid}_s`, `${grid}_z`], outputs: [`${y}_q`] },
  { op: 'DequantizeLinear', inputs: [`${y}_q`, `${grid}_s`, `${grid}_z`], outputs: [y] },
];

const grid = (name: string, scale: number): TensorSpec[] => [
  floats(`${name}_s`, [], [scale]),
  integers(`${name}_z`, INT8, [], [0]),
];

const resultOf = async (
  dims: number[],
  nodes: NodeSpec[],
  tensors: TensorSpec[],
  data: readonly number[],
): Promise<{ ops: string[]; result: number[] }> => {
  const network = writeOnnx({ opset: 13, nodes, outputs: ['y'], tensors, inputs: [{ name: 'x', dims }] });
  const file = await convertOnnx(network);
  using model = await loadModel(file);
  const result = model.run({ data: Float32Array.from(data), shape: dims }).y!.data;
  return { ops: opsOf(readModel(file).graph), result: Array.from(result as Float32Array) };
};

test('an output whose weights are tiny beside its bias is its bias', async () => {
  for (const weight of [1e-5, 1e-7, 1e-10, 1e-13]) {
    const { result } = await resultOf(
      [1, 2, 1, 1],
      [
        ...rounded('x', 'a', 'in'),
        { op: 'Conv', inputs: ['a', 'w', 'b'], outputs: ['c'] },
        ...rounded('c', 'y', 'out'),
      ],
      [
        ...grid('in', 0.02),
        ...grid('out', 0.01),
        floats('w', [1, 2, 1, 1], [weight, 2 * weight]),
        floats('b', [1], [1]),
      ],
      [1, -1],
    );
    assert.equal(result, [Math.fround(100 * Math.fround(0.01))], `weights of ${weight}`);
  }
});

test('a product whose sums may have more than 32 bits stays in float', async () => {
  const depth = 70_000;
  const weights = Array.from({ length: depth * 2 }, (_, i) => (i === 0 ? 1 : i % 2 ? -127 : 127));
  const { ops, result } = await resultOf(
    [1, depth],
    [...rounded('x', 'a', 'in'), { op: 'MatMul', inputs: ['a', 'w'], outputs: ['c'] }, ...rounded('c', 'y', 'out')],
    [...grid('in', 1), ...grid('out', 1e7), floats('w', [depth, 2], weights)],
    new Array<number>(depth).fill(127),
  );
  assert.not.ok(ops.includes('convInt8'), ops.join());
  assert.equal(result, [113 * 1e7, -113 * 1e7]);
});

test('integers become a scalar', async () => {
  const { result } = await resultOf(
    [1, 1],
    [...rounded('x', 'a', 'in'), { op: 'Squeeze', inputs: ['a', 'axes'], outputs: ['c'] }, ...rounded('c', 'y', 'in')],
    [...grid('in', 0.5), longs('axes', [0, 1])],
    [3.2],
  );
  assert.equal(result, [3]);
});

test('pads after a table of positive numbers are 0', async () => {
  const { result } = await resultOf(
    [1, 1, 1, 2],
    [
      ...rounded('x', 'a', 'in'),
      { op: 'Sigmoid', inputs: ['a'], outputs: ['s'] },
      ...rounded('s', 'b', 'share'),
      { op: 'Pad', inputs: ['b', 'pads'], outputs: ['c'] },
      ...rounded('c', 'd', 'share'),
      { op: 'Exp', inputs: ['d'], outputs: ['e'] },
      ...rounded('e', 'y', 'out'),
    ],
    [...grid('in', 0.01), ...grid('share', 1 / 128), ...grid('out', 1 / 32), longs('pads', [0, 0, 0, 1, 0, 0, 0, 0])],
    [0, 0],
  );
  assert.is(result[0], 1);
});

test('requantising rounds as dequantising and quantising do', async () => {
  for (const ratio of [2, 0.5, 1.5]) {
    const [scale, target] = [Math.fround(0.0607056), Math.fround(ratio * 0.0607056)];
    const all = Array.from({ length: 256 }, (_, i) => i - 128);
    const { ops, result } = await resultOf(
      [1, 256],
      [...rounded('x', 'a', 'in'), ...rounded('a', 'y', 'out')],
      [...grid('in', scale), ...grid('out', target)],
      all.map((integer) => integer * scale),
    );
    const expected = all.map((integer) => {
      const steps = toEven(Math.fround(Math.fround(integer * scale) / target));
      return Math.fround(Math.min(127, Math.max(-128, steps)) * target) + 0;
    });
    assert.ok(ops.includes('mapInt8'), ops.join());
    assert.equal(
      result.map((value) => value + 0),
      expected,
      `ratio ${ratio}`,
    );
  }
});

test.run();
