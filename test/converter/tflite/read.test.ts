// TensorFlow Lite networks: what is read from them, what they become, and what is refused.

import { encode } from 'flatbuffers/js/flexbuffers.js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertTflite, FormatError, UnsupportedError, type ConvertTfliteOptions } from '../../../src/convert.js';
import { readModel } from '../../support/read-model.js';
import { loadModel } from '../../../src/index.js';
import { sizeOf } from '../../../src/ir/tensor.js';
import { toHalf } from '../../../src/format/half.js';
import { seededFloats } from '../../support/seeded.js';
import { withLabels, writeMetadata } from '../../support/tflite/metadata.js';
import { bytesOf, writeTflite, type ModelSpec, type NodeSpec, type TensorSpec } from '../../support/tflite/write.js';

const test = suite('TensorFlow Lite networks');

const floats = (shape: number[], seed = 1): TensorSpec => ({
  shape,
  data: bytesOf(Float32Array, [...seededFloats(sizeOf(shape), seed, -1, 1)]),
});

const ints = (numbers: number[], shape = [numbers.length]): TensorSpec => ({
  shape,
  type: 2,
  data: bytesOf(Int32Array, numbers),
});

const STRIDES = { stride_h: 1, stride_w: 1 };
const SAME = { padding: { byte: 0 }, ...STRIDES };
const VALID = { padding: { byte: 1 }, ...STRIDES };

/** A network in a row: tensor 0 is the input, the last one the output. */
const network = (tensors: TensorSpec[], nodes: NodeSpec[], more: Partial<ModelSpec> = {}): Uint8Array =>
  writeTflite({ tensors, nodes, inputs: [0], outputs: [tensors.length - 1], ...more });

const opsOf = async (bytes: Uint8Array, options?: ConvertTfliteOptions): Promise<string[]> =>
  readModel(await convertTflite(bytes, options)).graph.nodes.map(({ op }) => op.name);

const resultsOf = async (bytes: Uint8Array, input: Float32Array): Promise<Float32Array[]> => {
  using model = await loadModel(await convertTflite(bytes));
  return Object.values(model.run({ [model.inputs[0]!.name]: input })).map(({ data }) => (data as Float32Array).slice());
};

const near = (a: Float32Array, b: Float32Array, room = 1e-6): void => {
  assert.is(a.length, b.length);
  a.forEach((number, index) => assert.ok(Math.abs(number - b[index]!) <= room, `${index}: ${number}, ${b[index]!}`));
};

const refusal = async (bytes: Uint8Array, options?: ConvertTfliteOptions): Promise<Error> => {
  try {
    await convertTflite(bytes, options);
  } catch (error) {
    return error as Error;
  }
  return assert.unreachable('it is converted') as never;
};

const IMAGE: TensorSpec = { name: 'photo', shape: [1, 6, 5, 3] };

const separable = network(
  [
    IMAGE,
    floats([4, 3, 3, 3]),
    floats([4]),
    { shape: [] },
    floats([1, 3, 3, 4]),
    floats([4]),
    { name: 'y', shape: [] },
  ],
  [
    { op: 'CONV_2D', inputs: [0, 1, 2], outputs: [3], options: { ...SAME, fused: { byte: 3 } } },
    { op: 'DEPTHWISE_CONV_2D', inputs: [3, 4, 5], outputs: [6], options: { ...SAME, multiplier: 1 } },
  ],
);

test('a network keeps its layout and its names: no transposes', async () => {
  assert.equal(await opsOf(separable), ['conv', 'conv']);
  using model = await loadModel(await convertTflite(separable));
  assert.equal(model.inputs, [{ name: 'photo', shape: [1, 6, 5, 3], type: 'float32' }]);
  assert.equal(model.outputs, [{ name: 'y', shape: [1, 6, 5, 4], type: 'float32' }]);
});

test('an input for photos gets its channels first', async () => {
  const preprocess = { width: 5, height: 6, resize: 'squash', filter: 'bilinear', order: 'RGB', divisor: 1 } as const;
  const options = { preprocess: { ...preprocess, shortSide: 0, mean: [0], std: [1], fill: 0 } };
  using photo = await loadModel(await convertTflite(separable, options));
  assert.equal(photo.inputs[0]!.shape, [1, 3, 6, 5]);
  const pixels = seededFloats(90, 4, -1, 1);
  const planes = Float32Array.from({ length: 90 }, (_, i) => pixels[(i % 30) * 3 + Math.floor(i / 30)]!);
  const [expected] = await resultsOf(separable, pixels);
  near(photo.run({ photo: planes })['y']!.data as Float32Array, expected!);
});

test('an open first size is the batch', async () => {
  const bytes = network(
    [{ shape: [1, 2, 2, 3], signature: [-1, 2, 2, 3] }, ints([-1, 12]), { shape: [] }, floats([4, 12]), { shape: [] }],
    [
      { op: 'RESHAPE', inputs: [0, 1], outputs: [2] },
      { op: 'FULLY_CONNECTED', inputs: [2, 3, -1], outputs: [4] },
    ],
  );
  using model = await loadModel(await convertTflite(bytes));
  assert.equal(
    [model.inputs[0]!.shape, model.outputs[0]!.shape],
    [
      [-1, 2, 2, 3],
      [-1, 4],
    ],
  );
});

test('sizes that the file leaves open are asked for, and taken', async () => {
  const bytes = network(
    [{ ...IMAGE, signature: [1, -1, -1, -1] }, { shape: [] }],
    [{ op: 'RELU', inputs: [0], outputs: [1] }],
  );
  assert.match((await refusal(bytes)).message, /'photo' has the shape \[1,\?,\?,\?\]: give all its sizes/);
  using model = await loadModel(await convertTflite(bytes, { shapes: { photo: [1, 9, 8, 3] } }));
  assert.equal(model.outputs[0]!.shape, [1, 9, 8, 3]);
});

test('blocks of an image that are convolved are one dilated convolution, with the same result', async () => {
  const blocks = (cuts: number[], last: string) =>
    network(
      [
        { shape: [1, 7, 8, 2] },
        ints([2, 2]),
        ints([2, 3, 2, 2], [2, 2]),
        { shape: [] },
        floats([3, 3, 3, 2]),
        floats([3]),
        { shape: [] },
        ints(cuts, [2, 2]),
        { shape: [] },
        { shape: [] },
      ],
      [
        { op: 'SPACE_TO_BATCH_ND', inputs: [0, 1, 2], outputs: [3] },
        { op: 'CONV_2D', inputs: [3, 4, 5], outputs: [6], options: { ...VALID, fused: { byte: 1 } } },
        { op: last, inputs: last === 'NEG' ? [6] : [6, 1, 7], outputs: last === 'NEG' ? [8] : [9] },
        ...(last === 'NEG' ? [{ op: 'BATCH_TO_SPACE_ND', inputs: [6, 1, 7], outputs: [9] }] : []),
      ],
      last === 'NEG' ? { outputs: [9, 8] } : {},
    );
  const input = seededFloats(112, 9, -1, 1);
  const [whole] = await resultsOf(blocks([0, 1, 0, 0], 'BATCH_TO_SPACE_ND'), input);
  const [step] = await resultsOf(blocks([0, 1, 0, 0], 'NEG'), input);
  near(whole!, step!);
  assert.equal(await opsOf(blocks([0, 1, 0, 0], 'BATCH_TO_SPACE_ND')), ['conv']);
  assert.ok((await opsOf(blocks([0, 4, 0, 0], 'BATCH_TO_SPACE_ND'))).includes('transpose'), 'cuts beyond the pads');
});

test('an input that is listed twice is one input; names that repeat are made different', async () => {
  const name = (text: string): TensorSpec => ({ name: text, shape: [1, 2, 2, 1] });
  const bytes = writeTflite({
    tensors: [name('x#1'), name('x#1'), name('x'), name('x')],
    nodes: [
      { op: 'ADD', inputs: [0, 1], outputs: [2] },
      { op: 'MUL', inputs: [0, 2], outputs: [3] },
    ],
    inputs: [0, 1, 0],
    outputs: [2, 3, 2],
  });
  using model = await loadModel(await convertTflite(bytes));
  assert.equal(
    model.inputs.map((input) => input.name),
    ['x#1', 'x#1#1'],
  );
  assert.equal(
    model.outputs.map((output) => output.name),
    ['x', 'x#3'],
  );
});

test('halves are weights', async () => {
  const halves = [...seededFloats(12, 5, -1, 1)].map((number) => toHalf(number));
  const bytes = network(
    [
      { shape: [2, 3] },
      { shape: [4, 3], type: 1, data: bytesOf(Uint16Array, halves) },
      { shape: [4, 3] },
      { shape: [] },
    ],
    [
      { op: 'DEQUANTIZE', inputs: [1], outputs: [2] },
      { op: 'FULLY_CONNECTED', inputs: [0, 2, -1], outputs: [3] },
    ],
  );
  assert.equal(await opsOf(bytes), ['matmul']);
});

test('8-bit integers stand for real numbers, in weights, biases and in between', async () => {
  const input = { scales: [1 / 64], zeros: [128] };
  const weights = [-100, 50, 127, 3, -7, 90];
  const bytes = network(
    [
      { name: 'bytes', shape: [1, 3], type: 3, quantization: input },
      { shape: [2, 3], type: 9, data: bytesOf(Int8Array, weights), quantization: { scales: [0.5, 0.25] } },
      { shape: [2], type: 2, data: bytesOf(Int32Array, [64, -32]), quantization: { scales: [1 / 128, 1 / 256] } },
      { shape: [1, 2], type: 9, quantization: { scales: [0.4], zeros: [-128] } },
      { shape: [1, 2] },
    ],
    [
      { op: 'FULLY_CONNECTED', inputs: [0, 1, 2], outputs: [3] },
      { op: 'DEQUANTIZE', inputs: [3], outputs: [4] },
    ],
  );
  using model = await loadModel(await convertTflite(bytes));
  assert.equal(model.inputs[0], { name: 'bytes', shape: [1, 3], type: 'float32' });
  const x = Float32Array.of(1, -0.5, 0.75);
  const rows = [0, 1].map((row) => [0, 1, 2].reduce((sum, i) => sum + weights[3 * row + i]! * x[i]!, 0));
  const exact = Float32Array.of(rows[0]! * 0.5 + 0.5, rows[1]! * 0.25 - 0.125);
  // Integers from zero point -128 on stand for no negative numbers, and for none above 255 * 0.4.
  near(
    Object.values(model.run(x))[0]!.data as Float32Array,
    exact.map((number) => Math.fround(0.4) * Math.round(Math.min(Math.max(number, 0), 102) / 0.4)),
    1e-5,
  );
  const back = network(
    [{ shape: [3] }, { shape: [3], type: 9, quantization: { scales: [0.1], zeros: [5] } }],
    [{ op: 'QUANTIZE', inputs: [0], outputs: [1] }],
  );
  near((await resultsOf(back, x))[0]!, Float32Array.of(1, -0.5, 0.8));
});

const CLASSES = network([IMAGE, ints([1, 2]), { shape: [1, 3] }], [{ op: 'MEAN', inputs: [0, 1], outputs: [2] }], {
  metadata: writeMetadata({ mean: [127.5], std: [128], labels: '' }),
});

test('labels and normalisation come from the metadata, unless options say otherwise', async () => {
  const { metadata, graph } = readModel(await convertTflite(withLabels(CLASSES, 'cat\ndog\nbird\n')));
  assert.equal(metadata.labels, ['cat', 'dog', 'bird']);
  const { width, height, resize, order, divisor, mean, std } = metadata.preprocess!;
  assert.equal([width, height, resize, order, divisor, mean, std], [5, 6, 'squash', 'RGB', 1, [127.5], [128]]);
  assert.equal(graph.inputs[0]!.shape, [1, 3, 6, 5]);
  const own = readModel(await convertTflite(withLabels(CLASSES, 'cat\ndog\nbird'), { labels: ['a', 'b', 'c'] }));
  assert.equal(own.metadata.labels, ['a', 'b', 'c']);
});

test('metadata that do not fit or are damaged are left out', async () => {
  const labelsOf = async (bytes: Uint8Array) => readModel(await convertTflite(bytes)).metadata.labels;
  assert.is(await labelsOf(withLabels(CLASSES, 'cat\ndog')), undefined, 'two labels, three scores');
  assert.is(await labelsOf(CLASSES), undefined, 'no archive');
  const whole = withLabels(CLASSES, 'cat\ndog\nbird\n');
  for (let length = CLASSES.length; length < whole.length; length++)
    assert.is(await labelsOf(whole.subarray(0, length)), undefined, `${length} bytes`);
});

test('everything that is not supported is listed at once', async () => {
  const bytes = network(
    [IMAGE, { name: 'a', shape: [] }, { name: 'b', shape: [] }, { name: 'c', shape: [] }, { name: 'd', shape: [] }],
    [
      { op: 'Landmarks2TransformMatrix', inputs: [0], outputs: [1] },
      { op: 'FlexErf', inputs: [0], outputs: [2] },
      { op: 'IF', inputs: [0], outputs: [3] },
      { op: 'LEAKY_RELU', inputs: [1], outputs: [4], options: { alpha: { float: 0.1 } } },
    ],
    { outputs: [2, 3, 4] },
  );
  const error = (await refusal(bytes)) as UnsupportedError;
  assert.instance(error, UnsupportedError);
  assert.is(error.problems.length, 3);
  assert.match(error.problems[0]!, /^Landmarks2TransformMatrix 'a': it computes a region/);
  assert.match(error.problems[1]!, /^FlexErf 'b': operators of TensorFlow itself/);
  assert.match(error.problems[2]!, /^IF 'c': branches/);
});

test('reasons name what was found', async () => {
  const reason = async (tensors: TensorSpec[], node: Partial<NodeSpec> & { op: string }) =>
    (await refusal(network(tensors, [{ inputs: [0], outputs: [tensors.length - 1], ...node }]))).message;
  const y = { name: 'y', shape: [] };
  assert.match(await reason([{ shape: [1], type: 5 }, y], { op: 'NEG' }), /of type string; float/);
  assert.match(await reason([{ shape: [1], isVariable: true }, y], { op: 'NEG' }), /kept from one run to the next/);
  assert.match(await reason([IMAGE, y], { op: 'SPACE_TO_DEPTH', options: { block_size: 4 } }), /4 does not divide 6/);
  const tanh = { op: 'ADD', inputs: [0, 0], options: { fused: { byte: 4 } } };
  assert.match(await reason([IMAGE, y], tanh), /fused_activation_function 4 is not supported/);
  const blocked = { shape: [3], type: 9, data: new Uint8Array(3), quantization: { scales: [1], details: true } };
  assert.match(await reason([{ shape: [3] }, blocked, y], { op: 'ADD', inputs: [0, 1] }), /kind of quantization/);
  const short = { shape: [3], data: new Uint8Array(8) };
  assert.match(await reason([{ shape: [3] }, short, y], { op: 'ADD', inputs: [0, 1] }), /8 bytes; 12 are needed/);
});

test('MediaPipe: a transposed convolution with bias is that of TensorFlow Lite', async () => {
  for (const [padding, size] of [
    [1, [6, 4]],
    [2, [7, 5]],
  ] as const) {
    const tensors = [{ shape: [1, 3, 2, 2] }, floats([4, 3, 3, 2]), floats([4]), ints([1, ...size, 4]), { shape: [] }];
    const own = network(tensors, [
      {
        op: 'Convolution2DTransposeBias',
        inputs: [0, 1, 2],
        outputs: [4],
        custom: bytesOf(Int32Array, [padding, 2, 2]),
      },
    ]);
    const builtIn = network(tensors, [
      {
        op: 'TRANSPOSE_CONV',
        inputs: [3, 1, 0, 2],
        outputs: [4],
        options: { padding: { byte: padding - 1 }, stride_h: 2, stride_w: 2 },
      },
    ]);
    const input = seededFloats(12, 3, -1, 1);
    near((await resultsOf(own, input))[0]!, (await resultsOf(builtIn, input))[0]!, 0);
  }
});

test('options of custom operators that are damaged are refused', async () => {
  const options = encode({ max_detections: 3 });
  for (const [custom, pattern] of [
    [new Uint8Array(0), /its options are damaged/],
    [options.subarray(3), /its options are damaged|is missing/],
    [encode([1, 2, 3]), /its options are not a map/],
    [options, /its option max_classes_per_detection is missing/],
  ] as const) {
    const node = { op: 'TFLite_Detection_PostProcess', inputs: [0], outputs: [1], custom };
    assert.match((await refusal(network([IMAGE, { shape: [] }], [node]))).message, pattern);
  }
});

test('sizes and axes beyond a limit are told from those that are none', async () => {
  const row = { shape: [1, 70000] };
  const mirror = { op: 'MIRROR_PAD', inputs: [0, 1], outputs: [2], options: { mode: 1 } };
  const resize = { op: 'RESIZE_BILINEAR', inputs: [0, 1], outputs: [2] };
  const output = { shape: [] };
  const refused = async (input: TensorSpec, list: TensorSpec, node: NodeSpec, pattern: RegExp) =>
    assert.match((await refusal(network([input, list, output], [node]))).message, pattern);
  await refused(row, ints([0, 0, 1, 1], [2, 2]), mirror, /an axis of 70000 is mirrored .* at most 65536/);
  await refused(row, ints([0, 0, 70001, 1], [2, 2]), mirror, /pads of 70001 and 1 do not .* from 0 to 70000/);
  await refused(IMAGE, ints([70000, 10]), resize, /the size is 70000 x 10; sides of at most 65536/);
  await refused(IMAGE, ints([0, 10]), resize, /the size \[0,10\] is not that of an image: .* at least 1/);
});

test('files that are something else, or contradict themselves', async () => {
  const fault = async (bytes: Uint8Array, pattern: RegExp) => {
    const error = await refusal(bytes);
    assert.instance(error, FormatError);
    assert.match(error.message, pattern);
  };
  const tensors = [IMAGE, { shape: [] }];
  const node = { op: 'RELU', inputs: [0], outputs: [1] };
  await fault(new Uint8Array(0), /not a TensorFlow Lite model but an empty file/);
  await fault(Uint8Array.from([8, 7, 0x12, 1, 0, 0, 0, 0]), /but an ONNX model/);
  await fault(network(tensors, [node], { version: 4 }), /schema version 4; 3 is supported/);
  await fault(network(tensors, [node], { outputs: [] }), /no outputs/);
  await fault(network(tensors, [node], { outputs: [7] }), /there is no tensor 7/);
  await fault(network(tensors, [{ ...node, inputs: [1] }]), /depends on itself/);
  await fault(network(tensors, [node, node]), /two nodes make 't1'/);
});

test.run();
