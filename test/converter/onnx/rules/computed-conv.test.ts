// Convolutions whose weights are inputs of the network, against naive loops; and deformable convolutions against ordinary ones.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../../../src/convert.js';
import { UnsupportedError } from '../../../../src/errors.js';
import { sizeOf } from '../../../../src/ir/tensor.js';
import { loadModel } from '../../../../src/node.js';
import { at, isInside, placesOf, type Dense } from '../../../support/cases.js';
import { floats, writeOnnx, type AttributeSpec, type TensorSpec } from '../../../support/onnx/write.js';
import { seededFloats } from '../../../support/seeded.js';

const test = suite('convolutions with computed weights');

type Floats = Dense & { data: Float32Array };

type Attributes = Record<string, number | number[]>;

/** Convolution with channels first. */
const reference = (x: Dense, w: Dense, b: Dense | undefined, attributes: Attributes, shape: readonly number[]) => {
  const rank = shape.length - 2;
  const list = (name: string, fallback: number): number[] =>
    (attributes[name] as number[] | undefined) ?? new Array<number>(2 * rank).fill(fallback);
  const [strides, dilations, pads] = [list('strides', 1), list('dilations', 1), list('pads', 0)];
  const [outputs, own] = [w.shape[0]!, w.shape[1]!];
  const perGroup = outputs / ((attributes.group as number | undefined) ?? 1);
  return placesOf(shape).map(([n, o, ...window]) => {
    let sum = b ? b.data[o!]! : 0;
    for (const tap of placesOf(w.shape.slice(2))) {
      const spot = tap.map((k, a) => window[a]! * strides[a]! + k * dilations[a]! - pads[a]!);
      if (!isInside(x.shape.slice(2), spot)) continue;
      for (let c = 0; c < own; c++)
        sum += at(x, [n!, Math.floor(o! / perGroup) * own + c, ...spot]) * at(w, [o!, c, ...tap]);
    }
    return sum;
  });
};

const dense = (shape: readonly number[], seed: number): Floats => ({
  shape,
  data: seededFloats(sizeOf(shape), seed, -1, 1),
});

const closeTo = (found: ArrayLike<number>, expected: ArrayLike<number>): void => {
  assert.is(found.length, expected.length);
  for (let i = 0; i < found.length; i++)
    assert.ok(Math.abs(found[i]! - expected[i]!) < 1e-4, `${found[i]} instead of ${expected[i]} at ${i}`);
};

const network = (
  op: string,
  shapes: Record<string, readonly number[]>,
  attributes: Record<string, AttributeSpec>,
  tensors: TensorSpec[] = [],
) =>
  writeOnnx({
    opset: 19,
    nodes: [
      {
        op,
        inputs: ['x', 'w', 'o', 'b', 'm'].filter((name) => name in shapes || tensors.some((t) => t.name === name)),
        outputs: ['y'],
        attributes,
      },
    ],
    inputs: Object.entries(shapes).map(([name, dims]) => ({ name, dims: [...dims] })),
    outputs: ['y'],
    tensors,
  });

const CASES: Record<string, { x: number[]; w: number[]; attributes?: Attributes; biased?: boolean }> = {
  'one tap': { x: [1, 3, 4, 5], w: [2, 3, 1, 1] },
  'nine taps, padded, with a bias': {
    x: [2, 3, 5, 6],
    w: [4, 3, 3, 3],
    attributes: { pads: [1, 1, 1, 1] },
    biased: true,
  },
  'uneven pads, strides and dilations': {
    ...{ x: [1, 2, 9, 8], w: [3, 2, 3, 2] },
    attributes: { pads: [0, 1, 2, 1], strides: [2, 3], dilations: [2, 1] },
  },
  groups: { x: [2, 6, 5, 4], w: [9, 2, 3, 3], attributes: { group: 3, pads: [1, 1, 1, 1] }, biased: true },
  depthwise: { x: [2, 5, 6, 6], w: [5, 1, 3, 3], attributes: { group: 5, strides: [2, 2], pads: [1, 1, 1, 1] } },
  'two outputs for each channel': { x: [1, 3, 5, 5], w: [6, 1, 3, 3], attributes: { group: 3 } },
  'one axis': { x: [2, 4, 9], w: [3, 4, 3], attributes: { pads: [1, 1], strides: [2] } },
  'three axes': { x: [1, 2, 4, 5, 4], w: [2, 2, 2, 3, 2], attributes: { pads: [1, 0, 0, 0, 1, 1] }, biased: true },
};

for (const [name, { x: xShape, w: wShape, attributes = {}, biased }] of Object.entries(CASES)) {
  test(name, async () => {
    const [x, w, b] = [dense(xShape, 1), dense(wShape, 2), biased ? dense([wShape[0]!], 3) : undefined];
    const bytes = await convertOnnx(network('Conv', { x: xShape, w: wShape, ...(b && { b: b.shape }) }, attributes));
    using model = await loadModel(bytes);
    const { data, shape } = model.run({ x, w, ...(b && { b }) }).y!;
    closeTo(data as Float32Array, reference(x, w, b, attributes, shape));
  });
}

/** Transposed convolution with channels first: every element of x is spread over the output. */
const transposedReference = (x: Dense, w: Dense, attributes: Attributes, shape: readonly number[]): Float64Array => {
  const list = (name: string, fallback: number): number[] =>
    (attributes[name] as number[] | undefined) ?? new Array<number>(4).fill(fallback);
  const [strides, dilations, pads] = [list('strides', 1), list('dilations', 1), list('pads', 0)];
  const own = w.shape[1]!;
  const perGroup = x.shape[1]! / ((attributes.group as number | undefined) ?? 1);
  const y = new Float64Array(sizeOf(shape));
  for (const [n, c, ...spot] of placesOf(x.shape)) {
    for (const [o, ...tap] of placesOf(w.shape.slice(1))) {
      const target = tap.map((k, a) => spot[a]! * strides[a]! + k * dilations[a]! - pads[a]!);
      const place = [n!, Math.floor(c! / perGroup) * own + o!, ...target];
      if (!isInside(shape, place)) continue;
      const index = place.reduce((offset, i, axis) => offset * shape[axis]! + i, 0);
      y[index]! += at(x, [n!, c!, ...spot]) * at(w, [c!, o!, ...tap]);
    }
  }
  return y;
};

for (const attributes of [
  {},
  { strides: [2, 3], pads: [1, 0, 0, 2], output_padding: [1, 0] },
  { strides: [2, 1], dilations: [1, 2], group: 2 },
  { pads: [2, 2, 2, 2], group: 4 },
] as Attributes[]) {
  test(`transposed, ${JSON.stringify(attributes)}`, async () => {
    const [x, w] = [dense([2, 4, 4, 5], 1), dense([4, 3, 3, 3], 2)];
    using model = await loadModel(await convertOnnx(network('ConvTranspose', { x: x.shape, w: w.shape }, attributes)));
    const { data, shape } = model.run({ x, w }).y!;
    closeTo(data as Float32Array, transposedReference(x, w, attributes, shape));
  });
}

test('any number of samples may share the weights', async () => {
  const bytes = await convertOnnx(
    writeOnnx({
      nodes: [
        { op: 'Relu', inputs: ['w'], outputs: ['r'] },
        { op: 'Conv', inputs: ['x', 'r'], outputs: ['y'], attributes: { pads: [1, 1, 1, 1] } },
      ],
      inputs: [{ name: 'x', dims: ['n', 3, 4, 4] }],
      outputs: ['y'],
      tensors: [floats('w', [2, 3, 3, 3], [...dense([2, 3, 3, 3], 2).data])],
    }),
  );
  using model = await loadModel(bytes);
  assert.is(model.run(new Float32Array(2 * 48)).y!.shape[0], 2);
});

test('weights that do not fit are refused', async () => {
  for (const [w, group] of [
    [[4, 2, 3, 3], 1],
    [[4, 3, 3, 3], 2],
    [[3, 2, 3, 3], 2],
  ] as const) {
    try {
      await convertOnnx(network('Conv', { x: [1, 4, 5, 5], w }, { group }));
      assert.unreachable();
    } catch (error) {
      assert.instance(error, UnsupportedError);
    }
  }
});

const deformed = async (
  values: { x: Floats; o: Floats; m?: Floats },
  weights: Floats,
  attributes: Attributes,
): Promise<Float32Array> => {
  const shapes = {
    x: values.x.shape,
    o: values.o.shape,
    ...(values.m && { b: [weights.shape[0]!], m: values.m.shape }),
  };
  const bytes = await convertOnnx(
    network('DeformConv', shapes, attributes, [floats('w', [...weights.shape], [...weights.data])]),
  );
  using model = await loadModel(bytes);
  const given: Record<string, Floats> = {
    x: values.x,
    o: values.o,
    ...(values.m && { m: values.m, b: dense([weights.shape[0]!], 5) }),
  };
  return model.run(given).y!.data as Float32Array;
};

test('a deformable convolution without offsets is an ordinary one', async () => {
  const [x, w] = [dense([2, 6, 7, 6], 1), dense([4, 3, 3, 3], 2)];
  const attributes = { group: 2, pads: [1, 1, 1, 1], strides: [2, 1], offset_group: 2 };
  const o = { shape: [2, 2 * 9 * 2, 4, 6], data: new Float32Array(2 * 36 * 24) };
  closeTo(await deformed({ x, o }, w, attributes), reference(x, w, undefined, attributes, [2, 4, 4, 6]));
});

test('offsets of a whole pixel shift the image, and a mask scales what is read', async () => {
  const [x, w] = [dense([1, 2, 6, 6], 1), dense([3, 2, 3, 3], 2)];
  // every tap reads one row further down and two columns further left
  const data = Float32Array.from({ length: 18 * 16 }, (_, i) => (Math.floor(i / 16) % 2 ? -2 : 1));
  const m = { shape: [1, 9, 4, 4], data: new Float32Array(9 * 16).fill(0.5) };
  const shifted = {
    shape: x.shape,
    data: placesOf(x.shape).map(([n, c, i, j]) => (i! < 5 && j! >= 2 ? at(x, [n!, c!, i! + 1, j! - 2]) / 2 : 0)),
  };
  const expected = reference(shifted, w, dense([3], 5), {}, [1, 3, 4, 4]);
  closeTo(await deformed({ x, o: { shape: [1, 18, 4, 4], data }, m }, w, {}), expected);
});

test.run();
