// Convolution whose heads choose their inputs for each sample, compared with dense convolutions whose weights are masked.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AttrsOf } from '../../../src/ir/schema.js';
import { gatedConv } from '../../../src/ops/gated/gated-conv.js';
import { sizeOf } from '../../../src/ir/tensor.js';
import { refuses } from '../../support/cases.js';
import { constantOf, graphOf, nodeOf, valueOf, createRunner, BUILDS } from '../../support/graph-runner.js';
import { checkOp, type Case } from '../../support/harness.js';
import { mulberry32, seededFloats } from '../../support/seeded.js';
import { attrsFor } from '../../support/conv-reference.js';
import { gatedReference } from '../../support/gated-reference.js';

type Attrs = AttrsOf<typeof gatedConv.attrs>;

type Options = {
  heads?: number;
  kernel?: number;
  stride?: number;
  keep?: number;
  attention?: boolean;
  empty?: boolean;
  residual?: boolean;
  high?: number;
};

/** Inputs [N, ...sizes, C] and `outputs` channels; `keep` is the share of open gates, with `empty` the first head has none. */
const gatedCase = (shape: readonly number[], outputs: number, options: Options): Case<Attrs> => {
  const {
    heads = 1,
    kernel = 1,
    stride = 1,
    keep = 0.5,
    attention = false,
    empty = false,
    residual = false,
    high = Infinity,
  } = options;
  const rank = shape.length - 2;
  const {
    group: _,
    blocks: __,
    ...attrs
  } = attrsFor(rank, {
    kernel: new Array<number>(rank).fill(kernel),
    strides: new Array<number>(rank).fill(stride),
    pads: new Array<number>(2 * rank).fill((kernel - 1) >> 1),
    high,
  });
  const [samples, channels] = [shape[0]!, shape.at(-1)!];
  const random = mulberry32(sizeOf(shape) + outputs + heads);
  const gates = Array.from({ length: samples * heads * channels }, (_, i) => {
    const head = Math.floor(i / channels) % heads;
    return random() < keep && !(empty && head === 0) ? (attention ? random() * 4 - 2 : 1) : 0;
  });
  const sizes = shape.slice(1, -1).map((size) => Math.floor((size - 1) / stride) + 1);
  return {
    attrs,
    inputs: [
      { shape },
      { shape: [outputs, ...attrs.kernel, channels], constant: true },
      { shape: [outputs], constant: true },
      { shape: [samples, heads, channels], data: gates },
      ...(residual ? [{ shape: [samples, ...sizes, outputs] }] : []),
    ],
  };
};

const OPTIONS: Options[] = [
  {},
  { keep: 1 },
  { keep: 0 },
  { attention: true, residual: true },
  { empty: true, attention: true, high: 1 },
  { kernel: 3 },
  { kernel: 3, stride: 2, attention: true },
  { kernel: 3, keep: 0 },
  { kernel: 3, keep: 1, residual: true, high: 0.5 },
  { kernel: 3, empty: true, residual: true },
  { stride: 2 },
];

checkOp(
  gatedConv,
  gatedReference,
  [1, 2, 4].flatMap((heads) =>
    OPTIONS.flatMap((options) => [
      gatedCase([1, 7, 6, 20], 24, { ...options, heads }),
      gatedCase([3, 5, 5, 13], 20, { ...options, heads }),
      gatedCase([2, 5, 3, 11], 4 * heads, { ...options, heads }),
    ]),
  ),
  { absolute: 5e-5 },
);

checkOp(
  gatedConv,
  gatedReference,
  [
    gatedCase([2, 9, 5], 12, { heads: 3, kernel: 3 }),
    gatedCase([1, 3, 4, 3, 6], 4, { heads: 2, kernel: 3 }),
    gatedCase([2, 3, 3, 160], 128, { heads: 4, kernel: 3, keep: 0.7 }), // more weights than are packed at once
    gatedCase([1, 1, 1, 2], 3, { heads: 3 }),
    ...[5, 6, 7, 9, 22].flatMap((outputs) => [
      gatedCase([3, 3, 3, 21], 3 * outputs, { heads: 3, residual: true, high: 1 }),
      gatedCase([1, 9, 1, 2], 2 * outputs, { heads: 2, attention: true }),
    ]),
  ],
  { absolute: 2e-4 },
);

test('a channel whose gate is 0 is not read', async () => {
  const x = valueOf('x', [1, 5, 1, 3]);
  const gates = valueOf('gates', [1, 2, 3]);
  const { attrs } = gatedCase([1, 5, 1, 3], 2, {});
  const node = nodeOf(gatedConv, attrs, [
    x,
    constantOf('w', [2, 1, 1, 3], [1, 2, 3, 4, 5, 6]),
    constantOf('b', [2], [10, 20]),
    gates,
  ]);
  for (const build of BUILDS) {
    const run = await createRunner(build);
    const data = Float32Array.from({ length: 15 }, (_, i) => (i % 3 === 1 ? NaN : i));
    const [y] = run(graphOf([x, gates], [node], [node.output]), [data, Float32Array.of(1, 0, 0, 0, 0, 0)]);
    assert.equal([...y!], [10, 20, 13, 20, 16, 20, 19, 20, 22, 20]);
  }
});

const shapes = (x: number[], gates: number[], outputs: number) => () =>
  gatedConv.shape(
    [
      valueOf('x', x),
      constantOf('w', [outputs, 1, 1, 4], seededFloats(outputs * 4, 1, -1, 1)),
      constantOf('b', [outputs], new Array(outputs).fill(0)),
      valueOf('g', gates),
    ],
    gatedCase([1, 2, 2, 4], 4, {}).attrs,
  );

refuses({
  'heads that do not divide the outputs': shapes([1, 2, 2, 4], [1, 3, 4], 4),
  'gates of other channels': shapes([1, 2, 2, 4], [1, 2, 5], 4),
  'gates of other samples': shapes([1, 2, 2, 4], [2, 2, 4], 4),
  'gates of two axes': shapes([1, 2, 2, 4], [2, 4], 4),
});

test.run();
