// Convolutions with blocks of channels, compared with a loop in double precision.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Value } from '../../../src/ir/value.js';
import type { Block } from '../../../src/ir/structure.js';
import { conv } from '../../../src/ops/conv/conv.js';
import { sizeOf } from '../../../src/ir/tensor.js';
import { randomIntegers } from '../../support/cases.js';
import { BUILDS, createRunner, graphOf, nodeOf, valueOf } from '../../support/graph-runner.js';
import { checkOp, compare, type Case } from '../../support/harness.js';
import { seededFloats } from '../../support/seeded.js';
import { convCase, convReference, type ConvAttrs } from '../../support/conv-reference.js';

const TOLERANCE = { absolute: 5e-5 };

const range = (start: number, end: number, step = 1) =>
  Array.from({ length: Math.ceil((end - start) / step) }, (_, i) => start + i * step);

/** Blocks of 20 inputs and 30 outputs. */
const BLOCKS: Record<string, readonly Block[]> = {
  uneven: [
    { inputs: range(0, 3), outputs: range(0, 17) },
    { inputs: range(3, 20), outputs: range(17, 19) },
    { inputs: [0], outputs: range(19, 30) },
  ],
  'with an empty set of inputs': [
    { inputs: [], outputs: range(0, 9) },
    { inputs: range(0, 20), outputs: range(9, 30) },
  ],
  'of nothing': [{ inputs: [], outputs: [] }],
  'without outputs': [
    { inputs: range(0, 20), outputs: [] },
    { inputs: range(4, 6), outputs: [3] },
  ],
  overlapping: [
    { inputs: range(0, 12), outputs: range(0, 10) },
    { inputs: range(8, 20), outputs: range(10, 20) },
    { inputs: range(4, 16), outputs: range(20, 30) },
  ],
  'that leave outputs out': [
    { inputs: range(0, 8), outputs: range(2, 10) },
    { inputs: range(8, 16), outputs: range(20, 28) },
  ],
  'of every other input': [
    { inputs: range(0, 20, 2), outputs: range(0, 15) },
    { inputs: range(1, 20, 2), outputs: range(15, 30) },
  ],
  'of every other output': [
    { inputs: range(0, 10), outputs: range(0, 30, 2) },
    { inputs: range(10, 20), outputs: range(1, 30, 2) },
  ],
  'with lists in any order': [
    { inputs: [19, 2, 7, 3], outputs: [29, 1, 28, 5, 7] },
    { inputs: [5, 4], outputs: [0, 2, 4, 9, 8, 27, 26, 25, 24, 23, 22, 21] },
    { inputs: [11, 0, 19], outputs: [3] },
  ],
  'with an input twice': [{ inputs: [3, 3, 9], outputs: range(0, 30) }],
  'with an input twice in one of two': [
    { inputs: [3, 3, 9], outputs: range(0, 4) },
    { inputs: [9, 1], outputs: range(4, 8) },
  ],
  'of whole panels': range(0, 3).map((g) => ({ inputs: range(g * 5, g * 5 + 9), outputs: range(g * 8, g * 8 + 8) })),
  'of one output each': range(0, 30).map((g) => ({
    inputs: [g % 20, (g * 7) % 20].sort((a, b) => a - b),
    outputs: [29 - g],
  })),
};

const GEOMETRIES: { shape: number[]; attrs: Partial<ConvAttrs> }[] = [
  { shape: [1, 5, 5, 20], attrs: { kernel: [1, 1], pads: [0, 0, 0, 0] } },
  { shape: [3, 5, 6, 20], attrs: { kernel: [1, 1], strides: [2, 2], pads: [0, 0, 0, 0], low: 0 } },
  { shape: [2, 5, 4, 20], attrs: {} },
  { shape: [1, 7, 6, 20], attrs: { strides: [2, 2], pads: [0, 1, 1, 0], low: -1, high: 2 } },
  { shape: [1, 7, 7, 20], attrs: { kernel: [5, 5], pads: [2, 2, 2, 2] } },
  { shape: [1, 7, 7, 20], attrs: { dilations: [2, 1], pads: [2, 1, 2, 1] } },
  { shape: [2, 9, 20], attrs: { strides: [2] } },
  { shape: [1, 3, 4, 3, 20], attrs: {} },
];

for (const blocks of Object.values(BLOCKS)) {
  checkOp(
    conv,
    convReference,
    GEOMETRIES.flatMap(({ shape, attrs }) =>
      [false, true].map((residual) => convCase(shape, 30, { ...attrs, blocks }, residual)),
    ),
    TOLERANCE,
  );
}

test('an output in no block is its bias', () => {
  const { attrs, inputs } = convCase([1, 3, 3, 20], 30, { blocks: BLOCKS['that leave outputs out'] });
  const data = inputs.map(({ shape }, i) => ({ shape, data: seededFloats(sizeOf(shape), i, -1, 1) }));
  const y = convReference(data, attrs, [1, 3, 3, 30]);
  for (const output of [0, 1, 10, 19, 28, 29]) assert.is(y[4 * 30 + output], data[2]!.data[output]);
});

const random = randomIntegers('blocks');

const sample = (from: readonly number[], count: number): number[] => {
  const left = [...from];
  return Array.from({ length: count }, () => left.splice(random(0, left.length - 1), 1)[0]!);
};

const ordered = (list: number[]) => (random(0, 2) ? list.sort((a, b) => a - b) : list);

const randomBlocks = (channels: number, outputs: number): Block[] => {
  const left = sample(range(0, outputs), random(1, outputs));
  const blocks: Block[] = [];
  while (left.length) {
    const start = random(0, channels - 1);
    const run = range(start, random(start, channels));
    const inputs = random(0, 1) ? run : ordered(sample(range(0, channels), random(0, channels)));
    blocks.push({ inputs, outputs: ordered(left.splice(0, random(1, left.length))) });
  }
  return blocks;
};

const randomCase = (): Case<ConvAttrs> => {
  const rank = [1, 2, 2, 2, 3][random(0, 4)]!;
  const [channels, outputs] = [random(1, 24), random(1, 40)];
  const list = (most: number) => Array.from({ length: rank }, () => random(1, most));
  const kernel = list(3).map((size) => [1, 3, 5][size - 1]!);
  const attrs = {
    kernel,
    strides: list(2),
    dilations: list(2),
    pads: [...kernel, ...kernel].map((size) => random(0, size)),
    blocks: randomBlocks(channels, outputs),
    low: random(0, 2) ? -Infinity : -0.5,
    high: random(0, 2) ? Infinity : 0.5,
  };
  return convCase(
    [random(1, 3), ...kernel.map((size, axis) => (size - 1) * attrs.dilations[axis]! + random(1, 4)), channels],
    outputs,
    attrs,
    random(0, 2) === 0,
  );
};

for (const build of BUILDS) {
  test(`400 random block convolutions (${build})`, async () => {
    const run = await createRunner(build);
    for (let i = 0; i < 400; i++) {
      const { attrs, inputs } = randomCase();
      const values = inputs.map(({ shape, constant }, index): Value => {
        const data = seededFloats(sizeOf(shape), 8 * i + index, -1, 1);
        return { ...valueOf(`x${index}`, shape), ...(constant && { data }) };
      });
      const node = nodeOf(conv, attrs, values);
      const data = inputs.map(
        ({ shape }, index) => values[index]!.data ?? seededFloats(sizeOf(shape), 8 * i + index, -1, 1),
      );
      const expected = convReference(
        inputs.map(({ shape }, index) => ({ shape, data: data[index]! })),
        attrs,
        node.output.shape,
      );
      const moving = values.filter((value) => !value.data);
      const [found] = run(
        graphOf(moving, [node], [node.output]),
        moving.map((value) => data[values.indexOf(value)]!),
        { kept: random(0, 1) ? moving : [] },
      );
      compare(found!, expected, TOLERANCE, `${i}: ${inputs.map(({ shape }) => shape)} ${JSON.stringify(attrs)}`);
    }
  });
}

test.run();
