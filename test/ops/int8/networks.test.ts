// Random networks of int8 ops compute the integers of naive loops, in plain and in relaxed kernels, and in parts as for threads.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AnyOp } from '../../../src/ir/op.js';
import { sizeOf } from '../../../src/ir/tensor.js';
import type { Value } from '../../../src/ir/value.js';
import { pad } from '../../../src/ops/pad.js';
import { gather } from '../../../src/ops/rare/gather.js';
import { resize } from '../../../src/ops/rare/resize.js';
import { slice } from '../../../src/ops/slice.js';
import { transpose } from '../../../src/ops/transpose.js';
import { BUILDS, createPartsRunner, createPlainRunner, graphOf } from '../../support/graph-runner.js';
import { RandomInt8Network } from '../../support/int8-network.js';
import { int8Values } from '../../support/int8-reference.js';
import { seededFloats } from '../../support/seeded.js';

const SEED = Number(process.env.SEED ?? 1);
const NETWORKS = Number(process.env.NETWORKS ?? 400);

test(`${NETWORKS} random networks of int8 ops, seed ${SEED}`, async () => {
  const runs = await Promise.all([...BUILDS.map((build) => createPlainRunner(build)), createPartsRunner()]);
  for (let i = 0; i < NETWORKS; i++) {
    const seed = SEED * 1_000_003 + i;
    const { input, nodes } = new RandomInt8Network(seed);
    const data = seededFloats(sizeOf(input.shape), seed, -20, 20);
    const expected = int8Values(nodes, new Map([[input, Array.from(data)]])).get(nodes.at(-1)!.output)!;
    const graph = graphOf([input], nodes, [nodes.at(-1)!.output]);
    for (const run of runs) {
      const [found] = run(graph, [data]);
      const wrong = expected.findIndex((value, k) => !Object.is(value + 0, found![k]! + 0));
      assert.is(
        wrong,
        -1,
        `seed ${seed}: element ${wrong} is ${found![wrong]}, expected ${expected[wrong]}; ${nodes.map(({ op, output }) => `${op.name} ${output.shape.join('x')}`).join(', ')}`,
      );
    }
  }
});

test('ops that would take channels of int8 values apart are refused', () => {
  const x: Value = { name: 'x', type: 'int8', shape: [1, 4, 4, 6] };
  const list: Value = { name: 'list', type: 'int64', shape: [1], data: Int32Array.of(0) };
  const manner = { mode: 'nearest', coordinates: 'asymmetric', nearest: 'floor', cubic: -0.75, roi: [] };
  const rest = { excludeOutside: false, antialias: false, extrapolation: 0, scales: [0] };
  const refused: [AnyOp, Record<string, unknown>, Value[]][] = [
    [pad, { mode: 'constant', pads: [0, 0, 0, 1, 0, 0, 0, 0], value: 0 }, [x]],
    [pad, { mode: 'constant', pads: [0, 1, 0, 0, 0, 0, 0, 0], value: 2 }, [x]],
    [slice, { axes: [3], starts: [1], steps: [1], counts: [2] }, [x]],
    [slice, { axes: [3], starts: [0], steps: [2], counts: [2] }, [x]],
    [transpose, { perm: [0, 3, 1, 2] }, [x]],
    [gather, { axis: 3 }, [x, list]],
    [resize, { axes: [3], sizes: [12], ...manner, ...rest }, [x]],
  ];
  for (const [op, attrs, inputs] of refused)
    assert.throws(() => op.shape(inputs, attrs), /x is int8; its channels cannot be rearranged/, op.name);
});

test.run();
