// 3x3 convolutions of int8 values in tiles compute the integers of naive loops, also in parts as for threads.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Block } from '../../../src/ir/structure.js';
import { sizeOf } from '../../../src/ir/tensor.js';
import { convInt8 } from '../../../src/ops/int8/conv-int8.js';
import { dequantize, quantize } from '../../../src/ops/int8/quantize.js';
import {
  constantOf,
  createPartsRunner,
  createPlainRunner,
  graphOf,
  nodeOf,
  valueOf,
} from '../../support/graph-runner.js';
import { int8Values } from '../../support/int8-reference.js';
import { mulberry32, seededFloats } from '../../support/seeded.js';

const SEED = Number(process.env.SEED ?? 1);

type Layer = {
  shape: readonly number[];
  outputs: number;
  pads: readonly number[];
  blocks: readonly Block[];
  weight: () => number;
};

/** A network of one convolution, and how it is computed. */
const networkOf = ({ shape, outputs, pads, blocks, weight }: Layer) => {
  const x = valueOf('x', shape);
  const channels = shape.at(-1)!;
  const pairs = blocks.length
    ? blocks.reduce((sum, block) => sum + block.inputs.length * block.outputs.length, 0)
    : channels * outputs;
  const integers = nodeOf(quantize, { scale: 1, low: -255, high: 0 }, [x]);
  const attrs = {
    ...{ kernel: [3, 3], strides: [1, 1], dilations: [1, 1], pads, group: 1, blocks },
    ...{ inputScale: 1, outputScale: 512, low: -128, high: 127 },
  };
  const node = nodeOf(convInt8, attrs, [
    integers.output,
    constantOf('w', blocks.length ? [pairs * 9] : [outputs, 3, 3, channels], Array.from({ length: pairs * 9 }, weight)),
    constantOf('s', [outputs], new Float32Array(outputs).fill(1)),
    constantOf(
      'b',
      [outputs],
      Array.from({ length: outputs }, (_, i) => i * 1000 - 4000),
    ),
  ]);
  const nodes = [integers, node, nodeOf(dequantize, { scale: 1 }, [node.output])];
  const { algorithms } = node.op.lower(node.inputs, node.attrs, 'exact').plan(node.inputs, node.output, node.attrs);
  return { x, nodes, algorithm: algorithms![0]! };
};

const check = async ({ x, nodes }: ReturnType<typeof networkOf>, data: Float32Array, name: string): Promise<void> => {
  const result = nodes.at(-1)!.output;
  const expected = int8Values(nodes, new Map([[x, Array.from(data)]])).get(result)!;
  for (const run of await Promise.all([createPlainRunner('simd'), createPartsRunner()])) {
    const [found] = run(graphOf([x], nodes, [result]), [data]);
    const wrong = expected.findIndex((value, k) => value + 0 !== found![k]! + 0);
    assert.is(wrong, -1, `${name}: element ${wrong} is ${found![wrong]}, expected ${expected[wrong]}`);
  }
};

test(`random 3x3 convolutions, dense and in blocks, seed ${SEED}`, async () => {
  const next = mulberry32(SEED);
  const int = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  let tiled = 0;
  for (let i = 0; i < 60; i++) {
    const [channels, outputs] = [int(5, 40), int(5, 40)];
    const blocks: Block[] = [
      { inputs: [], outputs: [] },
      { inputs: [], outputs: [] },
    ].map((block) => ({ ...block }));
    for (let c = 0; c < channels; c++) (blocks[int(0, 1)]!.inputs as number[]).push(c);
    for (let o = 0; o < outputs; o++) (blocks[int(0, 1)]!.outputs as number[]).push(o);
    const layer = {
      ...{ shape: [int(1, 2), int(3, 17), int(3, 17), channels], outputs },
      ...{ pads: [int(0, 2), int(0, 2), int(0, 2), int(0, 2)], weight: () => int(-127, 127) },
      blocks: i % 3 ? [] : blocks.filter((block) => block.inputs.length && block.outputs.length),
    };
    const network = networkOf(layer);
    if (network.algorithm.startsWith('Winograd')) tiled++;
    await check(network, seededFloats(sizeOf(layer.shape), SEED + i, -300, 40), `layer ${i}, seed ${SEED}`);
  }
  assert.ok(tiled >= 20, `only ${tiled} of 60 layers were computed in tiles`);
});

for (const sizes of [
  [5, 6],
  [6, 5],
  [13, 13],
  [7, 7, 7],
  [3, 1, 9, 4],
  [12, 12],
]) {
  test(`groups of ${sizes.join(', ')} neighbouring outputs`, async () => {
    let [input, output] = [0, 0];
    const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
    const blocks = sizes.map((count) => ({
      inputs: range((input += 48) - 48, 48),
      outputs: range((output += count) - count, count),
    }));
    for (const order of [blocks, [...blocks].reverse()]) {
      const next = mulberry32(SEED);
      const shape = [2, 14, 13, input];
      const weight = () => Math.floor(next() * 255) - 127;
      const network = networkOf({ shape, outputs: output, pads: [1, 1, 1, 1], blocks: order, weight });
      assert.is(network.algorithm, 'Winograd F(2,3) int8');
      await check(network, seededFloats(sizeOf(shape), SEED, -300, 40), `groups of ${sizes.join(', ')}`);
    }
  });
}

const extremes = (channels: number) =>
  networkOf({ shape: [1, 6, 6, channels], outputs: 16, pads: [0, 0, 0, 0], blocks: [], weight: () => 255 });

test('the largest sums that fit in 32 bits when they are four times as large', async () => {
  const network = extremes(912);
  assert.is(network.algorithm, 'Winograd F(2,3) int8');
  await check(network, new Float32Array(36 * 912).fill(-255), 'largest sums');
});

test('sums that do not fit are computed without tiles', async () => {
  const network = extremes(920);
  assert.is(network.algorithm, 'direct int8');
  await check(network, new Float32Array(36 * 920).fill(-255), 'larger sums');
});

test.run();
