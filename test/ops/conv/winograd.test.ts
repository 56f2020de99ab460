// Winograd's convolutions, compared with a loop in double precision.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { writeModel } from '../../../src/format/write.js';
import { loadModel as loadInJavaScript } from '../../../src/asmjs.js';
import { loadModel } from '../../../src/index.js';
import { defineOp } from '../../../src/ir/op.js';
import { convInputs, convSchema, type ConvInputs } from '../../../src/ops/conv/attrs.js';
import { conv } from '../../../src/ops/conv/conv.js';
import { convShape } from '../../../src/ops/conv/shape.js';
import { lowerToTiles } from '../../../src/ops/conv/winograd.js';
import { tileSizeFor } from '../../../src/ops/conv/winograd-cost.js';
import type { TileSize } from '../../../src/ops/conv/winograd-weights.js';
import { randomIntegers } from '../../support/cases.js';
import { attrsFor, convCase, convReference, type ConvAttrs } from '../../support/conv-reference.js';
import { constantOf, createRunner, graphOf, nodeOf, valueOf } from '../../support/graph-runner.js';
import { checkOp } from '../../support/harness.js';
import { seededFloats } from '../../support/seeded.js';

const SIZES: readonly TileSize[] = [2, 4];
const TOLERANCE = { absolute: 5e-4 };

/** The op `conv`, always in tiles of `m` x `m` pixels. */
const tiled = (m: TileSize) =>
  defineOp({
    code: 1,
    name: `conv in tiles of ${m}`,
    inputs: convInputs,
    attrs: convSchema,
    shape: convShape,
    lower: (inputs, attrs) => lowerToTiles(m, inputs, attrs),
  });

const check = (cases: ReturnType<typeof convCase>[]) => {
  for (const m of SIZES) checkOp(tiled(m), convReference, cases, TOLERANCE);
};

// images whose last tiles are full, or reach over the edge by 1 to 3 pixels
check([1, 2, 3, 4, 5, 8, 9, 14].map((height) => convCase([1, height, 17 - height, 5], 9)));

// channels and outputs around vectors and panels
check(
  [1, 3, 4, 7, 8, 20].flatMap((channels) => [1, 4, 6, 8, 17].map((outputs) => convCase([1, 6, 7, channels], outputs))),
);

// padding on some sides, samples, bounds, residual
check([
  convCase([3, 7, 6, 5], 9, { low: 0 }, true),
  convCase([2, 9, 9, 6], 10, { pads: [0, 0, 0, 0], low: -0.5, high: 0.75 }),
  convCase([1, 8, 8, 6], 10, { pads: [0, 2, 1, 0] }),
  convCase([1, 3, 4, 6], 10, { pads: [2, 0, 3, 4] }, true),
  convCase([1, 3, 3, 6], 10, { pads: [0, 0, 0, 0] }),
]);

// more tiles than are in work at a time, and a number of them that is no multiple of four
check([convCase([1, 50, 54, 40], 40), convCase([2, 43, 41, 33], 64, {}, true)]);

// groups and uneven blocks; outputs in no block
check([
  convCase([1, 9, 10, 12], 18, { group: 3 }, true),
  convCase([1, 9, 10, 8], 10, {
    blocks: [
      { inputs: [0, 2, 5], outputs: [1, 3, 8] },
      { inputs: [7], outputs: [0, 2, 4, 9] },
      { inputs: [1, 3], outputs: [5] },
    ],
  }),
]);

// random shapes
const random = randomIntegers('winograd');
check(
  Array.from({ length: 12 }, (_, i) =>
    convCase(
      [1, random(3, 17), random(3, 17), random(1, 40)],
      random(1, 40),
      { pads: [random(0, 2), random(0, 2), random(0, 2), random(0, 2)] },
      i % 2 === 0,
    ),
  ),
);

const inputsOf = (shape: readonly number[], outputs: number): ConvInputs =>
  ({
    x: valueOf('x', shape),
    weights: constantOf('w', [outputs, 3, 3, shape.at(-1)!], new Float32Array(outputs * 9 * shape.at(-1)!)),
    bias: constantOf('b', [outputs], new Float32Array(outputs)),
  }) as ConvInputs;

const sizeFor = (shape: readonly number[], outputs: number, attrs: Partial<ConvAttrs> = {}) =>
  tileSizeFor(inputsOf(shape, outputs), attrsFor(2, attrs));

test('large images take large tiles, small and strided ones none', () => {
  assert.is(sizeFor([1, 56, 56, 64], 64), 4);
  assert.is(sizeFor([1, 2, 28, 64], 64), 2);
  assert.is(sizeFor([1, 1, 1, 64], 64), undefined);
  assert.is(sizeFor([1, 56, 56, 64], 64, { strides: [2, 2] }), undefined);
  assert.is(sizeFor([1, 56, 56, 64], 64, { dilations: [2, 2], pads: [2, 2, 2, 2] }), undefined);
  assert.is(sizeFor([1, 112, 112, 3], 8), undefined);
});

test('a model computes in tiles unless it is deterministic, and differs by less than 2e-5 of the largest result', async () => {
  const random = (count: number, seed: number) => seededFloats(count, seed, -1, 1);
  const x = valueOf('x', [1, 28, 28, 64]);
  const weights = constantOf('w', [64, 3, 3, 64], random(64 * 9 * 64, 1));
  const node = nodeOf(conv, attrsFor(2), [x, weights, constantOf('b', [64], random(64, 2))]);
  const graph = graphOf([x], [node], [node.output]);
  const image = random(28 * 28 * 64, 3);
  const direct = (await createRunner('simd'))(graph, [image])[0] as Float32Array;
  const bytes = writeModel({ graph, metadata: {} }, 'f32');
  const run = async (deterministic: boolean) => {
    const model = await loadModel(bytes.slice(), { deterministic });
    const outputs = Object.values(model.run({ data: image, shape: x.shape })).map(({ data }) => data);
    model.dispose();
    return outputs[0] as Float32Array;
  };
  assert.equal(await run(true), direct);
  using inJavaScript = await loadInJavaScript(bytes.slice());
  assert.equal(
    Object.values(inJavaScript.run({ data: image, shape: x.shape }))[0]!.data,
    direct,
    'groupwise/asmjs is exact',
  );
  const tiled = await run(false);
  const largest = direct.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = tiled.reduce((most, value, i) => Math.max(most, Math.abs(value - direct[i]!)), 0);
  assert.ok(worst > 0 && worst < 2e-5 * largest, `${worst} of ${largest}`);
});

test.run();
