// A scale and a shift folded into a layer equal those applied after it.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Value } from '../../src/ir/value.js';
import type { AnyOp } from '../../src/ir/op.js';
import type { Attrs } from '../../src/ir/schema.js';
import { convTranspose } from '../../src/ops/rare/conv-transpose.js';
import { conv } from '../../src/ops/conv/conv.js';
import { matmul } from '../../src/ops/matmul.js';
import { sizeOf } from '../../src/ir/tensor.js';
import { BUILDS, constantOf, createRunner, graphOf, nodeOf, valueOf } from '../support/graph-runner.js';
import { compare } from '../support/harness.js';
import { seededFloats } from '../support/seeded.js';
import { attrsFor } from '../support/conv-reference.js';
import { rewritesOf } from '../../src/converter/rewrites/index.js';

const random = (shape: readonly number[], seed: number) => seededFloats(sizeOf(shape), seed, -1, 1);
const constant = (name: string, shape: readonly number[], seed: number) => constantOf(name, shape, random(shape, seed));

/** Checks that a scale and a shift folded into `op` have the same result as afterwards. */
const checkAffine = (name: string, op: AnyOp, attrs: Attrs, inputs: Value[]): void => {
  test(`${op.name} ${name}: scale and shift folded equal those applied after`, async () => {
    const node = nodeOf(op, attrs, inputs);
    const channels = node.output.shape.at(-1)!;
    const [scale, shift] = [random([channels], 91), random([channels], 92)];
    scale[0] = 0;
    const before = inputs.map(({ data }) => data?.slice());
    const folded = nodeOf(op, attrs, [...rewritesOf(op).scale!(inputs, attrs, scale, shift)!]);
    assert.equal(
      inputs.map(({ data }) => data),
      before,
      'the constants stay as they are',
    );
    const x = inputs[0]!;
    const data = [random(x.shape, 93)];
    for (const build of BUILDS) {
      const run = await createRunner(build);
      const [y] = run(graphOf([x], [node], [node.output]), data);
      const [found] = run(graphOf([x], [folded], [folded.output]), data);
      compare(
        found!,
        Array.from(y!, (v, i) => scale[i % channels]! * v + shift[i % channels]!),
        { absolute: 2e-5 },
        build,
      );
    }
  });
};

const checkConv = (
  name: string,
  channels: number,
  outputs: number,
  attrs: Parameters<typeof attrsFor>[1],
  weights: number[],
) =>
  checkAffine(name, conv, attrsFor(2, attrs), [
    valueOf('x', [2, 5, 6, channels]),
    constant('w', weights, 1),
    constant('bias', [outputs], 2),
  ]);

checkConv('dense', 5, 11, {}, [11, 3, 3, 5]);
checkConv('pointwise', 5, 11, { kernel: [1, 1], pads: [0, 0, 0, 0] }, [11, 1, 1, 5]);
checkConv('pointwise with stride', 5, 11, { kernel: [1, 1], strides: [2, 2], pads: [0, 0, 0, 0] }, [11, 1, 1, 5]);
checkConv('grouped', 6, 9, { group: 3 }, [9, 3, 3, 2]);
checkConv('depthwise 3x3', 7, 7, { group: 7 }, [7, 3, 3, 1]);
checkConv('depthwise 5x5', 7, 7, { group: 7, kernel: [5, 5], pads: [2, 2, 2, 2] }, [7, 5, 5, 1]);
checkConv('depthwise with two filters per channel', 4, 8, { group: 4 }, [8, 3, 3, 1]);
checkConv(
  'blocks',
  6,
  9,
  {
    blocks: [
      { inputs: [5, 0], outputs: [8, 2, 3] },
      { inputs: [], outputs: [1] },
      { inputs: [1, 2, 3], outputs: [0, 4] },
    ],
  },
  [12 * 9],
);

const transposed = { ...attrsFor(2, { strides: [2, 2] }), outputPads: [0, 0] };
const checkTransposed = (name: string, channels: number, group: number, weights: number[]) =>
  checkAffine(name, convTranspose, { ...transposed, group }, [
    valueOf('x', [2, 3, 4, channels]),
    constant('w', weights, 3),
    constant('bias', [group * weights.at(-1)!], 4),
  ]);

checkTransposed('dense', 5, 1, [5, 3, 3, 9]);
checkTransposed('grouped', 6, 2, [6, 3, 3, 3]);
checkTransposed('depthwise', 6, 6, [6, 3, 3, 1]);

const bounds = { low: -Infinity, high: Infinity };
checkAffine('with bias', matmul, bounds, [valueOf('a', [3, 7]), constant('b', [7, 11], 5), constant('bias', [11], 6)]);
checkAffine('without bias', matmul, bounds, [valueOf('a', [2, 3, 7]), constant('b', [7, 11], 7)]);

test('forms that cannot take a scale and a shift', () => {
  const ones = new Float32Array(4).fill(1);
  const residual = [
    valueOf('x', [1, 3, 3, 4]),
    constant('w', [4, 3, 3, 4], 1),
    constant('bias', [4], 1),
    valueOf('r', [1, 3, 3, 4]),
  ];
  assert.is(rewritesOf(conv).scale!(residual, attrsFor(2), ones, ones), undefined);
  assert.is(rewritesOf(matmul).scale!([valueOf('a', [3, 4]), valueOf('b', [4, 4])], bounds, ones, ones), undefined);
  assert.is(
    rewritesOf(matmul).scale!([valueOf('a', [3, 4]), constant('b', [2, 4, 4], 1)], bounds, ones, ones),
    undefined,
  );
});

test.run();
