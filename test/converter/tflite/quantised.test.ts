// 8-bit TensorFlow Lite networks compute with integers, and give those of exact loops; damaged parameters are refused by name.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertTflite, UnsupportedError } from '../../../src/convert.js';
import { loadModel } from '../../../src/index.js';
import { scoreKindOf } from '../../../src/runtime/score-kind.js';
import { opsOf } from '../../support/network-builder.js';
import {
  convolvedIntegers,
  INT8 as ONNX_INT8,
  toInteger,
  UINT8 as ONNX_UINT8,
  type Filters,
  type Grid,
} from '../../support/onnx/quantised.js';
import { readModel } from '../../support/read-model.js';
import { mulberry32, seededFloats } from '../../support/seeded.js';
import { bytesOf, writeTflite, type NodeSpec, type TensorSpec } from '../../support/tflite/write.js';

const test = suite('8-bit TensorFlow Lite networks');

const [INT32, UINT8, INT8] = [2, 3, 9];
const [HEIGHT, WIDTH] = [6, 5];
const PLACES = HEIGHT * WIDTH;

const next = mulberry32(7);
const random = (count: number, low: number, high: number) =>
  Array.from({ length: count }, () => low + Math.floor(next() * (high - low + 1)));

const input: Grid = { scale: 0.0123, zero: 117, type: ONNX_UINT8 };
const middle: Grid = { scale: 0.031, zero: -90, type: ONNX_INT8 };
const output: Grid = { scale: 0.057, zero: 12, type: ONNX_INT8 };
const dense: Filters = {
  ...{ dims: [4, 3, 3, 3], ints: random(108, -127, 127), scales: [0.002, 0.0031, 0.0009, 0.004], zero: 0 },
  ...{ type: ONNX_INT8, bias: [300, -2000, 0, 777] },
};
const depthwise: Filters = {
  ...{ dims: [4, 1, 3, 3], ints: random(36, 0, 255), scales: [0.0057], zero: 61, type: ONNX_UINT8 },
  bias: [5000, -40, 12, 99],
};

/** A matrix [rows, columns] with its axes exchanged, of parts of `size` numbers. */
const turned = (list: readonly number[], rows: number, columns: number, size = 1): number[] =>
  Array.from({ length: columns * rows * size }, (_, i) => {
    const [place, k] = [Math.floor(i / size), i % size];
    return list[((place % rows) * columns + Math.floor(place / rows)) * size + k]!;
  });

const quantization = ({ scale, zero }: Grid) => ({ scales: [scale], zeros: [zero] });

const on = (grid: Grid, shape: readonly number[], name?: string): TensorSpec => ({
  ...{ shape, type: grid.type === ONNX_UINT8 ? UINT8 : INT8, quantization: quantization(grid) },
  ...(name && { name }),
});

const biasOf = (numbers: readonly number[], scales: readonly number[]): TensorSpec => ({
  ...{ name: 'bias', shape: [numbers.length], type: INT32, quantization: { scales } },
  data: bytesOf(Int32Array, numbers),
});

/** Weights [outputs, height, width, inputs] of integers. */
const denseWeights: TensorSpec = {
  ...{ name: 'weights', shape: [4, 3, 3, 3], type: INT8, quantization: { scales: dense.scales, axis: 0 } },
  data: bytesOf(
    Int8Array,
    [0, 1, 2, 3].flatMap((o) => turned(dense.ints.slice(o * 27, o * 27 + 27), 3, 9)),
  ),
};

const depthwiseWeights: TensorSpec = {
  ...{ shape: [1, 3, 3, 4], type: UINT8, quantization: { scales: depthwise.scales, zeros: [depthwise.zero] } },
  data: bytesOf(Uint8Array, turned(depthwise.ints, 4, 9)),
};

const PIXELS = { padding: { byte: 0 }, stride_h: 1, stride_w: 1 };

type Changes = Partial<Record<'x' | 'w' | 'b' | 'y', Partial<TensorSpec>>>;

/** A convolution and a depthwise convolution, with changes of the tensors of the first one. */
const convolutions = ({ x, w, b, y }: Changes = {}): Uint8Array => {
  const tensors: TensorSpec[] = [
    { ...on(input, [1, HEIGHT, WIDTH, 3], 'photo'), ...x },
    { ...denseWeights, ...w },
    { ...biasOf(dense.bias, dense.scales), ...b },
    { ...on(middle, [1, HEIGHT, WIDTH, 4], 'middle'), ...y },
    depthwiseWeights,
    biasOf(depthwise.bias, [1]),
    on(output, [1, HEIGHT, WIDTH, 4], 'out'),
  ];
  const nodes: NodeSpec[] = [
    { op: 'CONV_2D', inputs: [0, 1, 2], outputs: [3], options: PIXELS },
    { op: 'DEPTHWISE_CONV_2D', inputs: [3, 4, 5], outputs: [6], options: { ...PIXELS, multiplier: 1 } },
  ];
  return writeTflite({ tensors, nodes, inputs: [0], outputs: [6] });
};

const layersOf = async (bytes: Uint8Array): Promise<string[]> => opsOf(readModel(await convertTflite(bytes)).graph);

const run = async (bytes: Uint8Array, data: Float32Array): Promise<Float32Array> => {
  using model = await loadModel(await convertTflite(bytes), { deterministic: true });
  return Object.values(model.run(data))[0]!.data.slice() as Float32Array;
};

const refusal = async (bytes: Uint8Array): Promise<UnsupportedError> => {
  try {
    await convertTflite(bytes);
  } catch (error) {
    assert.instance(error, UnsupportedError);
    return error as UnsupportedError;
  }
  return assert.unreachable('it is converted') as never;
};

const photo = seededFloats(3 * PLACES, 11, -1.5, 1.5);

test('convolutions of uint8 and int8 give the integers of loops, as real numbers', async () => {
  assert.equal(await layersOf(convolutions()), ['quantize', 'convInt8', 'convInt8', 'dequantize']);
  const planes = turned([...photo], PLACES, 3);
  const x = planes.map((value) => toInteger(value, { ...input, scale: Math.fround(input.scale) }));
  const y = convolvedIntegers(x, [3, HEIGHT, WIDTH], input, dense, middle);
  const z = convolvedIntegers(y, [4, HEIGHT, WIDTH], middle, depthwise, output);
  const numbers = turned(z, 4, PLACES).map((value) => Math.fround((value - output.zero) * Math.fround(output.scale)));
  assert.equal([...(await run(convolutions(), photo))], numbers);
});

test('scores that softmax and sigmoid make are known as probabilities', async () => {
  for (const op of ['SOFTMAX', 'LOGISTIC']) {
    const scores: TensorSpec = { shape: [1, 4], type: INT8, quantization: { scales: [1 / 256], zeros: [-128] } };
    const bytes = writeTflite({
      tensors: [on(middle, [1, 4], 'x'), { ...scores, name: 'scores' }, { ...scores, name: 'y', shape: [1, 1, 4] }],
      nodes: [
        { op, inputs: [0], outputs: [1], ...(op === 'SOFTMAX' && { options: { beta: { float: 1 } } }) },
        { op: 'RESHAPE', inputs: [1], outputs: [2], options: { new_shape: [1, 1, 4] } },
      ],
      ...{ inputs: [0], outputs: [2] },
    });
    assert.is(scoreKindOf(readModel(await convertTflite(bytes)).graph, 'y'), 'probabilities');
  }
});

test('biases are in units of the sums, whatever scales the file gives them', async () => {
  const expected = await run(convolutions(), photo);
  assert.equal(await run(convolutions({ b: { quantization: { scales: [0.5] } } }), photo), expected);
  assert.equal(await run(convolutions({ b: { quantization: undefined } }), photo), expected);
});

test('weights with a scale of 0, as converters write them for outputs without weights, are zeros', async () => {
  const scales = [0, ...dense.scales.slice(1)];
  const found = await run(convolutions({ w: { quantization: { scales, axis: 0 } } }), photo);
  assert.ok(found.every(Number.isFinite));
});

test('pads, pooling, slices and joined parts stay integers from one layer to the next', async () => {
  const ints = (list: readonly number[], shape: readonly number[] = [list.length]): TensorSpec => ({
    ...{ shape, type: INT32 },
    data: bytesOf(Int32Array, list),
  });
  const tensors: TensorSpec[] = [
    on(input, [1, HEIGHT, WIDTH, 3], 'photo'),
    ...[denseWeights, biasOf(dense.bias, dense.scales), on(middle, [1, HEIGHT, WIDTH, 4])],
    ...[ints([0, 0, 0, 1, 0, 1, 0, 0], [4, 2]), on(middle, [1, 7, 6, 4], 'padded')],
    ...[depthwiseWeights, biasOf(depthwise.bias, [1]), on(output, [1, 3, 2, 4], 'reduced')],
    ...[on(middle, [1, 3, 2, 4], 'largest'), on(middle, [1, 3, 2, 8], 'joined')],
    ...[ints([0, 1, 0, 2]), ints([1, 2, 2, 6]), on(middle, [1, 2, 2, 6], 'part')],
    ...[ints([1, 2]), on(output, [1, 6], 'mean')],
  ];
  const half = { padding: { byte: 1 }, stride_h: 2, stride_w: 2 };
  const nodes: NodeSpec[] = [
    { op: 'CONV_2D', inputs: [0, 1, 2], outputs: [3], options: PIXELS },
    { op: 'PAD', inputs: [3, 4], outputs: [5] },
    { op: 'DEPTHWISE_CONV_2D', inputs: [5, 6, 7], outputs: [8], options: { ...half, multiplier: 1 } },
    { op: 'MAX_POOL_2D', inputs: [3], outputs: [9], options: { ...half, filter_height: 2, filter_width: 2 } },
    { op: 'CONCATENATION', inputs: [8, 9], outputs: [10], options: { axis: 3 } },
    { op: 'SLICE', inputs: [10, 11, 12], outputs: [13] },
    { op: 'MEAN', inputs: [13, 14], outputs: [15] },
  ];
  const layers = await layersOf(writeTflite({ tensors, nodes, inputs: [0], outputs: [15] }));
  const joined = ['maxInt8', 'mapInt8', 'concat', 'slice', 'meanInt8', 'reshape', 'dequantize'];
  assert.equal(layers, ['quantize', 'convInt8', 'convInt8', ...joined]);
});

test('parameters that are no numbers, out of range or do not fit are refused by name', async () => {
  const grid = (scales: number[], zeros: number[] = [0], axis = 0) => ({ quantization: { scales, zeros, axis } });
  const four = [0, 0, 0, 0];
  const cases: [Changes, RegExp][] = [
    ...[0, -0.5, NaN, Infinity, -Infinity].flatMap((scale): [Changes, RegExp][] => [
      [{ x: grid([scale]) }, new RegExp(`^input 'photo': a scale is ${scale}; expected positive numbers`)],
      [{ y: grid([scale]) }, new RegExp(`^CONV_2D 'middle': output 'middle': a scale is ${scale}`)],
    ]),
    ...[-0.5, NaN, Infinity].map((scale): [Changes, RegExp] => [
      { w: grid([1, 1, 1, scale], four) },
      new RegExp(`^tensor 'weights': a scale is ${scale}; expected`),
    ]),
    [{ x: grid([1], [256]) }, /^input 'photo': a zero point is 256; expected 0 to 255, as uint8 has them/],
    [{ y: grid([1], [-129]) }, /output 'middle': a zero point is -129; expected -128 to 127, as int8 has them/],
    [{ w: grid([1], [128]) }, /^tensor 'weights': a zero point is 128; expected -128 to 127/],
    [{ y: grid([1, 2]) }, /output 'middle': there are 2 scales; values that a run computes have one/],
    [{ w: grid([1, 1, 1], [0, 0, 0]) }, /^tensor 'weights': 3 scales do not fit an axis of 4/],
    [{ w: grid([1, 1, 1, 1], four, 4) }, /^tensor 'weights': there is no axis 4 for scales/],
    [{ w: grid([1, 1, 1, 1], four, -1) }, /^tensor 'weights': there is no axis -1 for scales/],
    [{ w: grid([1, 1, 1, 1], [0, 0]) }, /^tensor 'weights': there are 2 zero points for 4 scales/],
    [{ w: grid([1, 1, 1], [0, 0, 0], 3) }, /3 scales of weights do not fit 4 biases/],
    [{ x: { quantization: undefined } }, /^CONV_2D 'middle': 'photo' has integers of type uint8 without a scale/],
    [{ w: { quantization: undefined } }, /^CONV_2D 'middle': 'weights' has integers of type int8 without a scale/],
  ];
  for (const [changes, message] of cases) {
    const { problems } = await refusal(convolutions(changes));
    assert.is(problems.length, 1, problems.join('; '));
    assert.match(problems[0]!, message);
  }
});

test('all such parameters of a network are listed at once', async () => {
  const bad = { quantization: { scales: [NaN] } };
  const { problems } = await refusal(convolutions({ x: bad, w: bad }));
  assert.equal(
    problems.map((problem) => problem.split(':')[0]),
    ["input 'photo'", "tensor 'weights'"],
  );
});

test('scales that int8 layers do not take leave their layer in floats', async () => {
  const tiny = convolutions({ y: { quantization: { scales: [1e-25], zeros: [0] } } });
  assert.equal((await layersOf(tiny)).filter((name) => name === 'convInt8').length, 0);
  assert.ok((await run(tiny, photo)).every(Number.isFinite));
});

test.run();
