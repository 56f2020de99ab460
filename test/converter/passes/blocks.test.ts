// Random convolutions of blocks on the kernels, against the masked dense convolution in double precision.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { embeddedKernels } from '../../../src/kernels/embedded.js';
import { atOnce } from '../../../src/next-task.js';
import { createEvaluator } from '../../../src/runtime/evaluate-node.js';
import type { Graph } from '../../../src/ir/graph.js';
import type { Value } from '../../../src/ir/value.js';
import type { Block } from '../../../src/ir/structure.js';
import { conv } from '../../../src/ops/conv/conv.js';
import { optimise } from '../../../src/converter/optimise.js';
import { sizeOf } from '../../../src/ir/tensor.js';
import { BUILDS, constantOf, createRunner, graphOf, nodeOf, valueOf } from '../../support/graph-runner.js';
import { blocksOfMask, createRandom, randomMask, type Mask, type Random } from '../../support/learned-groups.js';
import { distance } from '../../support/networks.js';
import { attrsFor, convReference, type ConvAttrs } from '../../support/conv-reference.js';

const CASES = 2000;
const SIZES = [1, 2, 3, 8, 16, 17, 24, 31, 40];

type Case = {
  attrs: ConvAttrs;
  mask: Mask;
  x: Float32Array;
  shape: number[];
  /** Dense weights, already masked. */
  w: Float32Array;
  bias: Float32Array;
  blocks: Block[];
};

const randomCase = (random: Random): Case => {
  const [inputs, outputs] = [random.pick(SIZES), random.pick(SIZES)];
  const size = random.pick([1, 1, 3, 3, 5]);
  const kernel = random.chance(0.9) ? [size, size] : [random.pick([1, 3, 5]), size];
  const [stride, dilation] = [random.integer(1, 2), random.chance(0.2) ? 2 : 1];
  const pads = kernel.map((size) => (random.chance(0.7) ? ((size - 1) / 2) * dilation : random.integer(0, size)));
  const attrs = attrsFor(2, {
    kernel,
    strides: [stride, stride],
    dilations: [dilation, dilation],
    pads: [...pads, ...pads],
    low: random.chance(0.3) ? 0 : -Infinity,
    high: random.chance(0.2) ? 1 : Infinity,
  });
  const sizes = kernel.map((size) => (size - 1) * dilation + random.integer(1, 5));
  const mask = randomMask(random, outputs, inputs);
  const shape = [random.pick([1, 3]), ...sizes, inputs];
  return {
    attrs,
    mask,
    shape,
    x: random.floats(sizeOf(shape), -1, 1),
    w: maskedWeights(random, mask, sizeOf(kernel)),
    bias: random.chance(0.7) ? random.floats(outputs, -1, 1) : new Float32Array(outputs),
    blocks: blocksOfMask(mask, random.chance(0.5)).map((block) =>
      random.chance(0.5) ? shuffledBlock(random, block) : block,
    ),
  };
};

/** Weights [outputs][taps][inputs] times the mask; sometimes single ones inside of it are zero. */
const maskedWeights = (random: Random, mask: Mask, taps: number): Float32Array => {
  const stray = random.chance(0.2) ? 0.1 : 0;
  const rows = mask.flatMap((row) => new Array<readonly number[]>(taps).fill(row)).flat();
  return random.floats(rows.length, -1, 1).map((w, i) => (random.chance(stray) ? 0 : w * rows[i]!));
};

const shuffledBlock = (random: Random, { inputs, outputs }: Block): Block => ({
  inputs: random.shuffled(inputs),
  outputs: random.shuffled(outputs),
});

const blockWeights = ({ blocks, w, attrs, shape }: Case): number[] => {
  const [taps, channels] = [sizeOf(attrs.kernel), shape.at(-1)!];
  const places = Array.from({ length: taps }, (_, tap) => tap);
  return blocks.flatMap(({ inputs, outputs }) =>
    outputs.flatMap((output) =>
      places.flatMap((tap) => inputs.map((input) => w[(output * taps + tap) * channels + input]!)),
    ),
  );
};

/** The convolution in one node, with a residual if asked for. */
const graphFor = (own: Case, attrs: ConvAttrs, w: Value, residual: readonly number[] | undefined): Graph => {
  const x = valueOf('x', own.shape);
  const extra = residual ? [valueOf('residual', residual)] : [];
  const node = nodeOf(conv, attrs, [x, w, constantOf('bias', [own.bias.length], own.bias), ...extra]);
  return graphOf([x, ...extra], [node], [node.output]);
};

test('2,000 random block convolutions equal masked dense ones, given as blocks and found from zeros', async () => {
  const runs = await Promise.all(BUILDS.map(createRunner));
  const evaluate = await createEvaluator(embeddedKernels);
  const random = createRandom(1);
  let worst = 0,
    found = 0;
  for (let i = 0; i < CASES; i++) {
    const own = randomCase(random);
    const { attrs, shape, mask, x, w, bias } = own;
    const dense = constantOf('w', [mask.length, ...attrs.kernel, shape.at(-1)!], w);
    const result = conv.shape([valueOf('x', shape), dense, constantOf('bias', [bias.length], bias)], attrs);
    const residual =
      random.chance(0.3) && !(mask.length === 1 && shape.at(-1) === 1)
        ? random.floats(sizeOf(result), -1, 1)
        : undefined;
    const data = [{ shape, data: x }, dense as Required<Value>, { shape: [bias.length], data: bias }];
    const expected = convReference([...data, ...(residual ? [{ shape: result, data: residual }] : [])], attrs, result);

    const weights = blockWeights(own);
    const given = graphFor(
      own,
      { ...attrs, blocks: own.blocks },
      constantOf('w', [weights.length], weights),
      residual && result,
    );
    const { graph: recognised } = atOnce(optimise(graphFor(own, attrs, dense, residual && result), evaluate));
    if ((recognised.nodes[0]!.attrs as ConvAttrs).blocks.length) found++;
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
    for (const [way, graph] of [given, recognised].entries()) {
      const [y] = runs[(i + way) % runs.length]!(graph, residual ? [x, residual] : [x]);
      const off = distance(y!, expected) / largest;
      if (!(off <= 1e-4))
        assert.unreachable(
          `case ${i}, ${way ? 'found' : 'given'}: difference ${off}; ${shape} ${JSON.stringify(attrs)}`,
        );
      worst = Math.max(worst, off);
    }
  }
  console.log(
    `measured: ${CASES} block convolutions differ by ${worst.toExponential(1)} of their largest output; blocks found in ${found}`,
  );
  assert.ok(found >= CASES / 2, `blocks found in ${found} of ${CASES}`);
});

test.run();
