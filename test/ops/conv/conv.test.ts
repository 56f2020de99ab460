// Convolution, compared with a loop in double precision.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { conv } from '../../../src/ops/conv/conv.js';
import { sizeOf } from '../../../src/ir/tensor.js';
import { randomIntegers, refuses } from '../../support/cases.js';
import type { Value } from '../../../src/ir/value.js';
import { BUILDS, constantOf, createRunner, graphOf, nodeOf, valueOf } from '../../support/graph-runner.js';
import { checkOp, compare } from '../../support/harness.js';
import { seededFloats } from '../../support/seeded.js';
import { attrsFor, convCase, convReference, type ConvAttrs } from '../../support/conv-reference.js';

const SIZES = [1, 3, 4, 5, 8, 9, 16, 67];
const TOLERANCE = { absolute: 5e-5 };
const POINTWISE = { kernel: [1, 1], pads: [0, 0, 0, 0] };

const check = (cases: ReturnType<typeof convCase>[]) => checkOp(conv, convReference, cases, TOLERANCE);

// dense: channels and outputs around the vectors and panels, images with 1 to 5 windows after whole fours
check(SIZES.flatMap((channels) => SIZES.map((outputs) => convCase([1, 3, 3, channels], outputs))));
check([1, 2, 3, 4, 5, 6, 7, 13].map((width) => convCase([2, 1, width, 3], 11)));

// pointwise, with and without stride, padding and residual
check(SIZES.flatMap((channels) => SIZES.map((outputs) => convCase([1, 1, 7, channels], outputs, POINTWISE))));
check([1, 2, 3, 4, 5, 49].map((rows) => convCase([3, rows, 1, 6], 10, POINTWISE, true)));
check([
  convCase([3, 7, 6, 5], 9, { ...POINTWISE, strides: [2, 2] }),
  convCase([3, 7, 6, 5], 9, { ...POINTWISE, strides: [3, 1] }, true),
  convCase([2, 4, 3, 5], 9, { kernel: [1, 1] }),
  convCase([1, 70, 70, 40], 24, POINTWISE),
]);

// geometries
const GEOMETRIES: { shape: number[]; attrs: Partial<ConvAttrs> }[] = [
  { shape: [3, 7, 8, 6], attrs: { strides: [2, 2] } },
  { shape: [1, 9, 8, 6], attrs: { kernel: [5, 5], pads: [2, 2, 2, 2], strides: [2, 1] } },
  { shape: [1, 5, 8, 6], attrs: { kernel: [1, 3], pads: [0, 1, 0, 1] } },
  { shape: [1, 8, 5, 6], attrs: { kernel: [3, 1], pads: [1, 0, 1, 0] } },
  { shape: [1, 9, 9, 6], attrs: { kernel: [7, 7], pads: [3, 3, 3, 3] } },
  { shape: [1, 9, 10, 6], attrs: { dilations: [2, 3], pads: [2, 3, 2, 3] } },
  { shape: [1, 9, 10, 6], attrs: { dilations: [3, 1], pads: [0, 0, 0, 0] } },
  { shape: [2, 10, 11, 6], attrs: { strides: [3, 3], pads: [0, 0, 0, 0] } },
  { shape: [1, 6, 7, 6], attrs: { pads: [0, 2, 1, 0] } },
  { shape: [1, 6, 7, 6], attrs: { pads: [5, 0, 0, 4] } },
  { shape: [1, 6, 7, 6], attrs: { kernel: [2, 4], pads: [0, 1, 1, 2] } },
  { shape: [1, 3, 3, 6], attrs: { pads: [0, 0, 0, 0] } },
  { shape: [3, 11, 6], attrs: {} },
  { shape: [2, 12, 6], attrs: { kernel: [4], strides: [3], dilations: [2], pads: [1, 2] } },
  { shape: [2, 4, 5, 6, 6], attrs: {} },
  {
    shape: [1, 5, 6, 7, 6],
    attrs: { kernel: [2, 3, 1], strides: [2, 1, 3], dilations: [1, 2, 1], pads: [0, 1, 0, 1, 2, 0] },
  },
];
const FORMS = [
  { group: 1, outputs: 10 },
  { group: 2, outputs: 10 },
  { group: 3, outputs: 27 },
  { group: 6, outputs: 6 },
  { group: 6, outputs: 12 },
];
const BOUNDS = [{}, { low: 0 }, { low: -0.5, high: 0.75 }];

check(
  GEOMETRIES.flatMap(({ shape, attrs }, index) =>
    FORMS.map(({ group, outputs }, form) =>
      convCase(
        shape,
        outputs,
        { ...attrs, ...BOUNDS[(index + form) % 3], group },
        group !== outputs && (index + form) % 2 === 0,
      ),
    ),
  ),
);

// groups and their widths, with residual
check(
  [2, 3, 4, 8].flatMap((group) =>
    [1, 2, 5, 9, 16].map((width) => convCase([2, 4, 5, group * 3], group * width, { group }, true)),
  ),
);

// depthwise without the fast path
check(
  SIZES.flatMap((channels) => [
    convCase([1, 6, 7, channels], channels, { kernel: [5, 5], pads: [2, 2, 2, 2], group: channels }),
    convCase([1, 6, 7, channels], channels, { kernel: [1, 3], pads: [0, 1, 0, 1], group: channels }),
    convCase([1, 8, 9, channels], channels, { kernel: [7, 7], pads: [3, 3, 3, 3], group: channels, high: 1 }),
    convCase([2, 3, 5, channels], channels, { ...POINTWISE, group: channels }),
    convCase([2, 3, 5, channels], channels, { ...POINTWISE, strides: [2, 1], group: channels }),
    convCase([2, 6, 7, channels], channels, { dilations: [2, 2], group: channels }),
    convCase([1, 8, 8, channels], channels, { strides: [3, 3], group: channels }),
    convCase([1, 6, 7, channels], channels, { strides: [1, 2], pads: [2, 2, 2, 2], group: channels, low: 0 }),
  ]),
);

const depthwise = (
  x: Float32Array,
  w: Float32Array,
  bias: Float32Array,
  size: readonly number[],
  attrs: ConvAttrs,
  out: readonly number[],
) => {
  const [samples, height, width, channels] = size as [number, number, number, number];
  const [top, left] = attrs.pads as [number, number];
  const stride = attrs.strides[0]!;
  const y = new Float64Array(sizeOf(out));
  let next = 0;
  for (let n = 0; n < samples; n++)
    for (let r = 0; r < out[1]!; r++)
      for (let c = 0; c < out[2]!; c++)
        for (let i = 0; i < channels; i++) {
          let sum = bias[i]!;
          for (let ky = 0; ky < 3; ky++)
            for (let kx = 0; kx < 3; kx++) {
              const [row, column] = [r * stride + ky - top, c * stride + kx - left];
              if (row < 0 || column < 0 || row >= height || column >= width) continue;
              sum += x[((n * height + row) * width + column) * channels + i]! * w[(i * 3 + ky) * 3 + kx]!;
            }
          y[next++] = Math.min(Math.max(sum, attrs.low), attrs.high);
        }
  return y;
};

for (const build of BUILDS) {
  test(`depthwise 3x3 at every stride, padding and small size (${build})`, async () => {
    const run = await createRunner(build);
    const random = randomIntegers('depthwise');
    for (const channels of [1, 3, 4, 5, 16, 67]) {
      const w = seededFloats(9 * channels, channels, -1, 1),
        bias = seededFloats(channels, channels + 1, -1, 1);
      for (let code = 0; code < 2 * 16 * 9 * 6; code++) {
        const [stride, pads] = [1 + (code & 1), [1, 2, 3, 4].map((bit) => (code >> bit) & 1)];
        const [width, height] = [1 + ((code >> 5) % 9), 1 + Math.floor(code / 288)];
        if (height + pads[0]! + pads[2]! < 3 || width + pads[1]! + pads[3]! < 3) continue;
        const size = [1 + (code % 2), height, width, channels];
        const attrs = attrsFor(2, {
          strides: [stride, stride],
          pads,
          group: channels,
          low: random(0, 1) ? 0 : -Infinity,
        });
        const x = valueOf('x', size);
        const node = nodeOf(conv, attrs, [
          x,
          constantOf('w', [channels, 3, 3, 1], w),
          constantOf('bias', [channels], bias),
        ]);
        const data = seededFloats(sizeOf(size), code, -1, 1);
        const [found] = run(graphOf([x], [node], [node.output]), [data]);
        compare(
          found!,
          depthwise(data, w, bias, size, attrs, node.output.shape),
          {},
          `${size} pads ${pads} stride ${stride}`,
        );
      }
    }
  });
}

/** An input of a convolution whose shape alone matters: weights and bias are constants. */
const inputOf = (index: number, shape: readonly number[]): Value =>
  index === 1 || index === 2 ? constantOf(`${index}`, shape, []) : valueOf(`${index}`, shape);

test('counts multiply-accumulates', () => {
  const count = (shape: number[], outputs: number, attrs: Partial<ConvAttrs>) => {
    const { attrs: all, inputs } = convCase(shape, outputs, attrs);
    const node = nodeOf(
      conv,
      all,
      inputs.map((input, i) => inputOf(i, input.shape)),
    );
    return conv.macs(node.inputs, node.output, all);
  };
  assert.is(count([1, 224, 224, 3], 32, { strides: [2, 2] }), 112 * 112 * 32 * 27);
  assert.is(count([3, 7, 7, 64], 64, { group: 64 }), 3 * 49 * 64 * 9);
  assert.is(count([1, 7, 7, 12], 24, { group: 4 }), 49 * 24 * 3 * 9);
  assert.is(
    count([2, 5, 6, 8], 10, {
      ...POINTWISE,
      blocks: [
        { inputs: [0, 5], outputs: [9, 1, 3] },
        { inputs: [], outputs: [0] },
      ],
    }),
    60 * 6,
  );
});

// groups whose last outputs share a panel, so that outputs are stored here and there while a residual is added
check(
  [
    [3, 33],
    [5, 55],
    [3, 57],
    [7, 21],
  ].map(([group, outputs]) => ({
    attrs: attrsFor(2, { group: group!, low: -0.5 }),
    inputs: [
      { shape: [2, 5, 6, group! * 2] },
      { shape: [outputs!, 3, 3, 2], constant: true },
      { shape: [outputs!], constant: true },
      { shape: [2, 5, 6, outputs!] },
    ],
  })),
);

const shapeOf = (attrs: Partial<ConvAttrs>, shapes: number[][] = [[1, 8, 8, 4], [6, 3, 3, 4], [6]]) =>
  conv.shape(
    shapes.map((shape, i) => inputOf(i, shape)),
    attrsFor(2, attrs),
  );

const withBlocks = (inputs: number[], outputs: number[], weights: number, more: ConvAttrs['blocks'] = []) =>
  shapeOf({ blocks: [{ inputs, outputs }, ...more] }, [[1, 8, 8, 4], [weights * 9], [6]]);

test('gives the shape of the output', () => {
  assert.equal(shapeOf({}), [1, 8, 8, 6]);
  assert.equal(shapeOf({ strides: [2, 3], pads: [0, 1, 1, 0] }), [1, 4, 3, 6]);
  assert.equal(withBlocks([0, 3], [5, 1], 4), [1, 8, 8, 6]);
});

refuses({
  'a group of 0': () => shapeOf({ group: 0 }),
  'a negative group': () => shapeOf({ group: -2 }, [[1, 8, 8, 4], [6, 3, 3, -2], [6]]),
  'a fraction of a group': () => shapeOf({ group: 0.5 }, [[1, 8, 8, 4], [6, 3, 3, 8], [6]]),
  'a lower bound of NaN': () => shapeOf({ low: NaN }),
  'an upper bound of NaN': () => shapeOf({ high: NaN }),
  'NaN groups': () => shapeOf({ group: NaN }),
  'groups that do not divide the inputs': () => shapeOf({ group: 3 }),
  'groups that do not divide the outputs': () => shapeOf({ group: 4 }, [[1, 8, 8, 4], [6, 3, 3, 1], [6]]),
  'weights of other inputs': () => shapeOf({}, [[1, 8, 8, 5], [6, 3, 3, 4], [6]]),
  'weights of another kernel': () => shapeOf({}, [[1, 8, 8, 4], [6, 3, 5, 4], [6]]),
  'weights without axes': () => shapeOf({}, [[1, 8, 8, 4], [6 * 36], [6]]),
  'a bias of another length': () => shapeOf({}, [[1, 8, 8, 4], [6, 3, 3, 4], [5]]),
  'a bias of two axes': () =>
    shapeOf({}, [
      [1, 8, 8, 4],
      [6, 3, 3, 4],
      [6, 1],
    ]),
  'a residual of another shape': () => shapeOf({}, [[1, 8, 8, 4], [6, 3, 3, 4], [6], [1, 8, 8, 1]]),
  'a residual of a depthwise convolution': () => shapeOf({ group: 6 }, [[1, 8, 8, 6], [6, 3, 3, 1], [6], [1, 8, 8, 6]]),
  'an input without samples': () => shapeOf({}, [[8, 8, 4], [6, 3, 3, 4], [6]]),
  'an input of six axes': () => shapeOf({}, [[1, 2, 2, 2, 2, 4], [6, 3, 3, 4], [6]]),
  'a stride of 0': () => shapeOf({ strides: [1, 0] }),
  'a dilation of 0': () => shapeOf({ dilations: [0, 1] }),
  'NaN dilations': () => shapeOf({ dilations: [NaN, 1] }),
  'a kernel of 0': () => shapeOf({ kernel: [3, 0] }, [[1, 8, 8, 4], [6, 3, 0, 4], [6]]),
  'a negative pad': () => shapeOf({ pads: [0, -1, 0, 0] }),
  'infinite pads': () => shapeOf({ pads: [Infinity, 0, 0, 0] }),
  'NaN pads': () => shapeOf({ pads: [NaN, 0, 0, 0] }),
  'pads for another rank': () => shapeOf({ pads: [1, 1] }),
  'a kernel larger than the image': () => shapeOf({ kernel: [11, 3] }, [[1, 8, 8, 4], [6, 11, 3, 4], [6]]),
  'an enormous dilation': () => shapeOf({ dilations: [2 ** 31 - 1, 1] }),
  'enormous pads': () => shapeOf({ pads: [2 ** 31 - 1, 0, 2 ** 31 - 1, 0] }),
  'enormous pads with enormous strides': () => shapeOf({ pads: [2 ** 30, 0, 2 ** 30, 0], strides: [2 ** 30, 1] }),
  'pads that fill memory together': () => shapeOf({ pads: [2 ** 14, 2 ** 14, 0, 0], strides: [2 ** 14, 2 ** 14] }),
  'an output in two blocks': () => withBlocks([0], [1], 2, [{ inputs: [1], outputs: [1] }]),
  'an output twice in a block': () => withBlocks([0], [1, 1], 2),
  'an output beyond the last': () => withBlocks([0], [6], 1),
  'a negative output': () => withBlocks([0], [-1], 1),
  'a NaN output': () => withBlocks([0], [NaN], 1),
  'a fraction of an output': () => withBlocks([0], [0.5], 1),
  'an input beyond the last': () => withBlocks([4], [0], 1),
  'a negative input': () => withBlocks([-1], [0], 1),
  'a NaN input': () => withBlocks([NaN], [0], 1),
  'a fraction of an input': () => withBlocks([0.5], [0], 1),
  'too few weights for the blocks': () => withBlocks([0, 1], [0, 1], 3),
  'weights of a dense convolution for blocks': () =>
    shapeOf({ blocks: [{ inputs: [0, 1, 2, 3], outputs: [0, 1, 2, 3, 4, 5] }] }),
  integers: () => conv.type([valueOf('x', [1, 8, 8, 4], 'int32')], attrsFor(2)),
});

test.run();
