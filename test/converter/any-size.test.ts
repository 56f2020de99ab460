// Networks whose height and width are open: which run at any size, with the results of a conversion for that size.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PROOFS } from '../../src/converter/any-size.js';
import { convertOnnx, convertTflite, type ConvertOptions } from '../../src/convert.js';
import { ArgumentError, ShapeError, UnsupportedError } from '../../src/errors.js';
import { readModel } from '../support/read-model.js';
import { loadModel, type Model } from '../../src/index.js';
import { loadClassifier } from '../../src/node.js';
import { sizeOf } from '../../src/ir/tensor.js';
import { floats, longs, writeOnnx, type ModelSpec, type NodeSpec, type TensorSpec } from '../support/onnx/write.js';
import { encoded, errorOf, fileOf } from '../support/pictures.js';
import { seededFloats } from '../support/seeded.js';
import { writeTflite } from '../support/tflite/write.js';

const weights = (name: string, dims: number[]): TensorSpec =>
  floats(name, dims, [...seededFloats(sizeOf(dims), 7, -0.3, 0.3)]);

const conv = (input: string, output: string, w: string, attributes: NodeSpec['attributes'] = {}): NodeSpec => ({
  op: 'Conv',
  inputs: [input, w],
  outputs: [output],
  attributes,
});

const SAME = { pads: [1, 1, 1, 1] };
const HALF = { ...SAME, strides: [2, 2] };

/** The height and width of a value, as PyTorch's exporters compute them. */
const sizesOf = (value: string, output: string): NodeSpec[] => [
  { op: 'Shape', inputs: [value], outputs: [`${output}:shape`] },
  { op: 'Slice', inputs: [`${output}:shape`, 'two', 'four', 'zero'], outputs: [output] },
];

const resizeTo = (
  value: string,
  sizes: string,
  output: string,
  attributes: NodeSpec['attributes'] = {},
): NodeSpec[] => [
  { op: 'Shape', inputs: [value], outputs: [`${output}:own`] },
  { op: 'Slice', inputs: [`${output}:own`, 'zero', 'two', 'zero'], outputs: [`${output}:batch`] },
  { op: 'Concat', inputs: [`${output}:batch`, sizes], outputs: [`${output}:sizes`], attributes: { axis: 0 } },
  {
    op: 'Resize',
    inputs: [value, '', '', `${output}:sizes`],
    outputs: [output],
    attributes: { mode: 'linear', ...attributes },
  },
];

const slice = (value: string, starts: string, ends: string, axes: string, steps: string, output: string): NodeSpec => ({
  op: 'Slice',
  inputs: [value, starts, ends, axes, steps],
  outputs: [output],
});

const TENSORS: TensorSpec[] = [
  weights('w', [8, 3, 3, 3]),
  weights('w2', [8, 8, 3, 3]),
  weights('depthwise', [8, 1, 3, 3]),
  weights('dense', [8, 5]),
  weights('up', [8, 4, 2, 2]),
  ...[0, 1, 2, 3, 4].map((number) => longs(['zero', 'one', 'two', 'three', 'four'][number]!, [number])),
  longs('end', [Number.MAX_SAFE_INTEGER]),
  longs('minus one', [-1]),
  longs('flat', [0, 8, -1]),
  longs('row', [0, -1]),
  floats('scales', [4], [1, 1, 0.7, 1.9]),
];

const spec = (
  nodes: NodeSpec[],
  outputs = ['y'],
  dims: (number | string)[] = ['N', 3, 'height', 'width'],
): ModelSpec => ({
  opset: 17,
  nodes,
  inputs: [{ name: 'x', dims }],
  outputs,
  tensors: TENSORS,
});

/** Networks that take any size. */
const NETWORKS: Record<string, ModelSpec> = {
  'layers that halve the image, and the mean of all of it': spec([
    conv('x', 'a', 'w', HALF),
    { op: 'Relu', inputs: ['a'], outputs: ['b'] },
    conv('b', 'c', 'depthwise', { ...HALF, group: 8 }),
    {
      op: 'MaxPool',
      inputs: ['c'],
      outputs: ['d'],
      attributes: { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 },
    },
    { op: 'GlobalAveragePool', inputs: ['d'], outputs: ['e'] },
    { op: 'Flatten', inputs: ['e'], outputs: ['f'] },
    { op: 'Gemm', inputs: ['f', 'dense'], outputs: ['y'] },
  ]),
  'a pyramid whose levels get the sizes of others': spec(
    [
      conv('x', 'a', 'w', HALF),
      conv('a', 'b', 'w2', HALF),
      ...sizesOf('a', 'size of a'),
      ...resizeTo('b', 'size of a', 'c'),
      { op: 'Add', inputs: ['a', 'c'], outputs: ['d'] },
      ...sizesOf('x', 'size of x'),
      ...resizeTo('d', 'size of x', 'y', { mode: 'cubic', coordinate_transformation_mode: 'align_corners' }),
    ],
    ['y', 'b'],
  ),
  'scales that are not whole numbers': spec([
    conv('x', 'a', 'w', SAME),
    { op: 'Resize', inputs: ['a', '', 'scales'], outputs: ['y'], attributes: { mode: 'nearest' } },
  ]),
  'rows and columns that are left out': spec([
    slice('x', 'one', 'end', 'two', 'two', 'a'),
    slice('a', 'minus one', 'end', 'three', 'one', 'last'),
    slice('a', 'zero', 'minus one', 'three', 'one', 'b'),
    { op: 'Concat', inputs: ['last', 'b'], outputs: ['c'], attributes: { axis: 3 } },
    conv('c', 'y', 'w', SAME),
  ]),
  'pixels as words that look at each other': spec([
    conv('x', 'a', 'w', { strides: [3, 3] }),
    { op: 'Reshape', inputs: ['a', 'flat'], outputs: ['b'] },
    { op: 'Transpose', inputs: ['b'], outputs: ['c'], attributes: { perm: [0, 2, 1] } },
    { op: 'MatMul', inputs: ['c', 'b'], outputs: ['d'] },
    { op: 'Softmax', inputs: ['d'], outputs: ['e'], attributes: { axis: -1 } },
    { op: 'MatMul', inputs: ['e', 'c'], outputs: ['f'] },
    { op: 'Transpose', inputs: ['f'], outputs: ['g'], attributes: { perm: [0, 2, 1] } },
    { op: 'Shape', inputs: ['a'], outputs: ['h'] },
    { op: 'Reshape', inputs: ['g', 'h'], outputs: ['y'] },
  ]),
};
const SIZES: readonly (readonly [number, number, number])[] = [
  [1, 224, 224],
  [2, 37, 50],
  [1, 64, 33],
  [2, 37, 50],
  [1, 101, 224],
];

const runAt = (model: Model, shape: number[]) =>
  model.run({ x: { data: seededFloats(sizeOf(shape), shape[2]!, -1, 1), shape } });

const networks = suite('networks for images of any size');

for (const [name, network] of Object.entries(NETWORKS)) {
  networks(`${name}: the results are those of a conversion for the size`, async () => {
    const bytes = writeOnnx(network);
    using model = await loadModel(await convertOnnx(bytes), { deterministic: true });
    assert.equal(model.inputs[0]!.shape, [-1, 3, -1, -1]);
    for (const [batch, height, width] of SIZES) {
      const shape = [batch, 3, height, width];
      using fixed = await loadModel(await convertOnnx(bytes, { shapes: { x: shape } }), { deterministic: true });
      assert.equal(runAt(model, shape), runAt(fixed, shape), `${shape.join(' x ')}`);
      assert.equal(model.describe().macs, fixed.describe().macs);
    }
  });
}

networks('a network whose batch is known takes any size too, and so does one with only an open width', async () => {
  const nodes = [conv('x', 'y', 'w', HALF)];
  using single = await loadModel(await convertOnnx(writeOnnx(spec(nodes, ['y'], [1, 3, 'h', 'w']))));
  assert.equal(
    [single.inputs[0]!.shape, single.outputs[0]!.shape],
    [
      [1, 3, -1, -1],
      [1, 8, -1, -1],
    ],
  );
  assert.equal(runAt(single, [1, 3, 5, 9])['y']!.shape, [1, 8, 3, 5]);
  using lines = await loadModel(await convertOnnx(writeOnnx(spec(nodes, ['y'], ['N', 3, 32, '']))));
  assert.equal(
    [lines.inputs[0]!.shape, lines.outputs[0]!.shape],
    [
      [-1, 3, 32, -1],
      [-1, 8, 16, -1],
    ],
  );
  assert.throws(() => runAt(lines, [1, 3, 33, 9]), /"x" has shape \[1,3,33,9\] .* expects \[N,3,32,\?\]/);
});

networks('two images may have different sizes', async () => {
  const two: ModelSpec = {
    ...spec([
      ...[0, 1].flatMap((i): NodeSpec[] => [
        conv(`x${i}`, `a${i}`, 'w'),
        { op: 'GlobalMaxPool', inputs: [`a${i}`], outputs: [`b${i}`] },
      ]),
      { op: 'Sub', inputs: ['b0', 'b1'], outputs: ['y'] },
    ]),
    inputs: [0, 1].map((i) => ({ name: `x${i}`, dims: ['N', 3, '', ''] })),
  };
  using model = await loadModel(await convertOnnx(writeOnnx(two)));
  const image = (shape: number[]) => ({ data: seededFloats(sizeOf(shape), 1, -1, 1), shape });
  const { y } = model.run({ x0: image([1, 3, 9, 12]), x1: image([1, 3, 20, 7]) });
  assert.equal(y!.shape, [1, 8, 1, 1]);
});

networks('a network that fits together only for multiples of 4 says so', async () => {
  const skip = spec([
    conv('x', 'a', 'w2:first', { auto_pad: 'SAME_UPPER', strides: [2, 2] }),
    { op: 'ConvTranspose', inputs: ['a', 'up'], outputs: ['b'], attributes: { strides: [2, 2] } },
    { op: 'Concat', inputs: ['x', 'b'], outputs: ['y'], attributes: { axis: 1 } },
  ]);
  skip.tensors = [...TENSORS, weights('w2:first', [8, 3, 3, 3])];
  const bytes = writeOnnx(skip);
  using model = await loadModel(await convertOnnx(bytes), { deterministic: true });
  assert.throws(() => runAt(model, [1, 3, 50, 64]), /expects \[N,3,\?,\?\] with sizes that are multiples of 4/);
  const shape = [1, 3, 96, 32];
  using fixed = await loadModel(await convertOnnx(bytes, { shapes: { x: shape } }), { deterministic: true });
  assert.equal(runAt(model, shape), runAt(fixed, shape));
});

networks('a network that works with the size needs it, and the refusal says where', async () => {
  const flat = writeOnnx(
    spec([
      conv('x', 'a', 'w', HALF),
      { op: 'Shape', inputs: ['a'], outputs: ['b'] },
      { op: 'ConstantOfShape', inputs: ['b'], outputs: ['c'] },
      { op: 'Add', inputs: ['a', 'c'], outputs: ['y'] },
    ]),
  );
  const error = await convertOnnx(flat).then(
    () => assert.unreachable(),
    (reason: unknown) => reason as UnsupportedError,
  );
  assert.instance(error, UnsupportedError);
  assert.match(
    error!.message,
    /input 'x' has the shape \[N,3,height,width\]: give all its sizes .*\(its layers or weights depend on the size\)/,
  );
  assert.ok(await convertOnnx(flat, { shapes: { x: [1, 3, 32, 32] } }));
});

networks('sizes are fixed by shapes, and the batch too unless its size is -1', async () => {
  const layers = [conv('x', 'y', 'w', SAME)];
  const data = seededFloats(2 * 3 * 9 * 9, 3, -1, 1);
  const open = await loadModel(await convertOnnx(writeOnnx(spec(layers))), { deterministic: true });
  const expected = open.run({ x: { data, shape: [2, 3, 9, 9] } });
  for (const bytes of [writeOnnx(spec(layers)), writeOnnx({ ...spec(layers), inputs: [{ name: 'x' }] })]) {
    using model = await loadModel(await convertOnnx(bytes, { shapes: { x: [-1, 3, 9, 9] } }), { deterministic: true });
    assert.equal(model.inputs[0]!.shape, [-1, 3, 9, 9]);
    assert.equal(model.run({ x: { data, shape: [2, 3, 9, 9] } }), expected);
    assert.throws(() => model.run({ x: { data: data.subarray(27), shape: [2, 3, 9, 8] } }), /shape/);
  }
  const fixed = writeOnnx({ ...spec(layers), inputs: [{ name: 'x', dims: [1, 3, 'h', 'w'] }] });
  for (const [bytes, shape] of [
    [fixed, [-1, 3, 9, 9]],
    [writeOnnx(spec(layers)), [-1, 4, 9, 9]],
  ] as const) {
    const error = await errorOf(() => convertOnnx(bytes, { shapes: { x: [...shape] } }));
    assert.instance(error, ArgumentError);
    assert.is((error as ArgumentError).argument, 'shapes');
    assert.match(error.message, /input 'x' has the shape \[.*\], which \[N,.* does not fit/);
  }
  for (const bytes of [fixed, writeOnnx({ ...spec(layers), inputs: [{ name: 'x' }] })])
    assert.match(
      (await errorOf(() => convertOnnx(bytes, { shapes: { x: [1, 3, 0, 9] } }))).message,
      /^input 'x' cannot have the shape \[1,3,0,9\]: axis 2 has size 0; the smallest is 1/,
    );
});

networks('sizes that the proof compares show rounding, also after layers that halve the image', () => {
  for (const { multiple, sizes } of PROOFS) {
    const usual = 224 % multiple === 0 ? 224 : 256;
    assert.ok([usual, ...sizes].every((size) => size % multiple === 0));
    for (const step of [1, 2, 4, 8, 14, 16, 32, 64].filter((size) => size >= multiple || multiple % size)) {
      for (const round of [Math.floor, Math.ceil]) {
        const counts = [usual, ...sizes].map((size) => round(size / step));
        for (const modulus of [2, 3, 4, 7, 8])
          assert.ok(new Set(counts.map((count) => count % modulus)).size > 1, `${multiple}, ${step}, ${modulus}`);
      }
    }
  }
});

/** Networks that compute with the size: their results for a size are those of a conversion for it, or the size is refused. */
const COMPUTING: Readonly<Record<string, ModelSpec>> = {
  'a crop to an even size after steps of 32': spec([
    conv('x', 'a', 'w', { strides: [32, 32] }),
    { op: 'Shape', inputs: ['a'], outputs: ['b'] },
    { op: 'Div', inputs: ['b', 'two'], outputs: ['c'] },
    { op: 'Mul', inputs: ['c', 'two'], outputs: ['d'] },
    { op: 'Slice', inputs: ['d', 'two', 'three', 'zero'], outputs: ['e'] },
    slice('a', 'zero', 'e', 'two', 'one', 'f'),
    { op: 'GlobalAveragePool', inputs: ['f'], outputs: ['y'] },
  ]),
  'padding to an even size after steps of 4': spec([
    conv('x', 'a', 'w', { strides: [4, 4] }),
    { op: 'Shape', inputs: ['a'], outputs: ['b'] },
    { op: 'Mod', inputs: ['b', 'two'], outputs: ['c'] },
    { op: 'Slice', inputs: ['c', 'two', 'four', 'zero'], outputs: ['d'] },
    {
      op: 'Concat',
      inputs: ['zero', 'zero', 'd', 'zero', 'zero', 'zero', 'zero'],
      outputs: ['e'],
      attributes: { axis: 0 },
    },
    { op: 'Pad', inputs: ['a', 'e'], outputs: ['f'] },
    { op: 'AveragePool', inputs: ['f'], outputs: ['g'], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
    { op: 'GlobalAveragePool', inputs: ['g'], outputs: ['y'] },
  ]),
  'half the size, rounded down': spec([
    conv('x', 'a', 'w', { strides: [4, 4] }),
    { op: 'Shape', inputs: ['a'], outputs: ['b'] },
    { op: 'Slice', inputs: ['b', 'two', 'four', 'zero'], outputs: ['c'] },
    { op: 'Div', inputs: ['c', 'two'], outputs: ['d'] },
    ...resizeTo('a', 'd', 'y'),
  ]),
  'at most 512 rows': spec([slice('x', 'zero', '512', 'two', 'one', 'y')]),
};

for (const [name, network] of Object.entries(COMPUTING)) {
  networks(`${name}: no result is wrong`, async () => {
    const bytes = writeOnnx({ ...network, tensors: [...TENSORS, longs('512', [512])] });
    let model: Model;
    try {
      model = await loadModel(await convertOnnx(bytes), { deterministic: true });
    } catch (error) {
      assert.instance(error, UnsupportedError);
      return;
    }
    for (const [height, width] of [
      [224, 224],
      [256, 320],
      [240, 224],
      [223, 129],
      [704, 256],
    ] as const) {
      const shape = [1, 3, height, width];
      using fixed = await loadModel(await convertOnnx(bytes, { shapes: { x: shape } }), { deterministic: true });
      try {
        assert.equal(runAt(model, shape), runAt(fixed, shape), `${height} x ${width}`);
      } catch (error) {
        assert.match((error as Error).message, /multiples of (4|8|16|32|64)/);
      }
    }
    model.dispose();
  });
}

networks('a network that halves the image six times takes multiples of 64', async () => {
  const halves = Array.from({ length: 6 }, (_, i) => conv(i ? `a${i - 1}` : 'x', `a${i}`, i ? 'w2' : 'w', HALF));
  const nodes = [
    ...halves,
    { op: 'Resize', inputs: ['a5', '', 'twice'], outputs: ['b'], attributes: { mode: 'nearest' } },
    { op: 'Add', inputs: ['b', 'a4'], outputs: ['y'] },
  ];
  const tensors = [...TENSORS, floats('twice', [4], [1, 1, 2, 2])];
  using model = await loadModel(await convertOnnx(writeOnnx({ ...spec(nodes), tensors })));
  assert.equal(runAt(model, [1, 3, 128, 192])['y']!.shape, [1, 8, 4, 6]);
  assert.throws(() => runAt(model, [1, 3, 96, 128]), /multiples of 64/);
});

networks('the refusal says what does not fit', async () => {
  const flat = spec([
    conv('x', 'a', 'w', HALF),
    { op: 'Flatten', inputs: ['a'], outputs: ['b'] },
    { op: 'Gemm', inputs: ['b', 'dense'], outputs: ['y'] },
  ]);
  const error = await convertOnnx(writeOnnx(flat)).then(
    () => assert.unreachable(),
    (reason: unknown) => reason as Error,
  );
  assert.match(error!.message, /give all its sizes .* \(for 224 x 224: Gemm 'y'/);
});

networks('an array without a shape has the size of the file, and other lengths are refused', async () => {
  using model = await loadModel(await convertOnnx(writeOnnx(spec([conv('x', 'y', 'w', SAME)]))));
  assert.equal(model.run(new Float32Array(2 * 3 * 224 * 224))['y']!.shape, [2, 8, 224, 224]);
  const refused = (input: Parameters<Model['run']>[0], message: RegExp) =>
    assert.throws(
      () => model.run(input),
      (error: unknown) => error instanceof ShapeError && message.test(error.message),
    );
  refused(
    new Float32Array(300),
    /has 300 numbers; the model expects \[N,3,\?,\?\]: pass its size too, as \{ data, shape \}/,
  );
  refused({ data: new Float32Array(300), shape: [1, 3, 10, 11] }, /has shape \[1,3,10,11\] and 300 numbers/);
  refused({ data: new Float32Array(0), shape: [1, 3, 0, 5] }, /has shape \[1,3,0,5\]/);
  refused({ data: new Float32Array(300), shape: [1, 1, 10, 30] }, /expects \[N,3,\?,\?\]/);
});

networks('more sizes than plans are kept', async () => {
  using model = await loadModel(
    await convertOnnx(writeOnnx(NETWORKS['layers that halve the image, and the mean of all of it']!)),
  );
  const first = Array.from({ length: 12 }, (_, i) => runAt(model, [1, 3, 30 + i, 40]));
  first.forEach((outputs, i) => assert.equal(runAt(model, [1, 3, 30 + i, 40]), outputs));
});

networks('a classifier prepares photos of the size that its preprocessing says', async () => {
  const bytes = writeOnnx(NETWORKS['layers that halve the image, and the mean of all of it']!);
  const photo = fileOf(Object.keys(encoded)[0]!);
  const preprocess: ConvertOptions['preprocess'] = {
    ...{ width: 20, height: 12, resize: 'squash', shortSide: 0, filter: 'bilinear', order: 'RGB', divisor: 255 },
    ...{ mean: [0, 0, 0], std: [1, 1, 1], fill: 0 },
  };
  using small = await loadClassifier(await convertOnnx(bytes, { preprocess }));
  assert.is((await small.classify(photo, { topK: 9 })).length, 5);
  assert.equal(small.model.describe().layers[0]!.inputs[0]!, [1, 3, 12, 20]);
  using other = await loadClassifier(await convertOnnx(bytes), { preprocess: { ...preprocess, width: 33 } });
  assert.is((await other.classify(photo, { topK: 9 })).length, 5);
});

networks('the sizes of a TensorFlow Lite file', async () => {
  const tflite = writeTflite({
    tensors: [
      { name: 'photo', shape: [1, 1, 1, 3], signature: [1, -1, -1, 3] },
      { shape: [4, 3, 3, 3], data: new Uint8Array(seededFloats(108, 1, -1, 1).buffer) },
      { shape: [4], data: new Uint8Array(16) },
      { name: 'y', shape: [] },
    ],
    nodes: [
      { op: 'CONV_2D', inputs: [0, 1, 2], outputs: [3], options: { padding: { byte: 1 }, stride_h: 1, stride_w: 1 } },
    ],
    inputs: [0],
    outputs: [3],
  });
  using model = await loadModel(await convertTflite(tflite));
  assert.equal(
    [model.inputs[0]!.shape, model.outputs[0]!.shape],
    [
      [1, -1, -1, 3],
      [1, -1, -1, 4],
    ],
  );
});

networks('a file without open sizes is the same as before', async () => {
  const fixed = await convertOnnx(writeOnnx(spec([conv('x', 'y', 'w', SAME)])), { shapes: { x: [1, 3, 9, 9] } });
  assert.is(new DataView(fixed.buffer).getUint32(8, true), 1);
  const open = await convertOnnx(writeOnnx(spec([conv('x', 'y', 'w', SAME)])));
  assert.is(new DataView(open.buffer).getUint32(8, true), 3);
  assert.equal(readModel(open).graph.openSizes, { axes: [[2, 3]], multiple: 1 });
});

networks.run();
