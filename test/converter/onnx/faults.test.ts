// Networks of kinds that were converted wrongly once: each with its right answer, worked out here.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../../src/convert.js';
import { loadModel, type Tensor } from '../../../src/index.js';
import { longs, floats, writeOnnx, type ModelSpec } from '../../support/onnx/write.js';
import { seededFloats } from '../../support/seeded.js';

const FLOAT = 1;

/** The outputs of a network for its only input. */
const run = async (spec: ModelSpec, shape: number[], data: Float32Array): Promise<Tensor[]> => {
  using model = await loadModel(await convertOnnx(writeOnnx(spec)));
  return Object.values(model.run({ data, shape }));
};

const refusal = (spec: ModelSpec): Promise<Error> =>
  convertOnnx(writeOnnx(spec)).then(
    () => new Error('it was accepted'),
    (error: Error) => error,
  );

const near = ({ data }: Tensor, expected: readonly number[], what = ''): void => {
  assert.is(data.length, expected.length, what);
  expected.forEach((value, i) =>
    assert.ok(Math.abs(Number(data[i]) - value) <= 1e-5 + 1e-4 * Math.abs(value), `${what} ${i}`),
  );
};

test('slices of the same channels of arrays of different widths are added', async () => {
  const slice = (x: string, y: string) => ({ op: 'Slice', inputs: [x, 'starts', 'ends', 'axes'], outputs: [y] });
  const pointwise = (w: string, y: string) => ({ op: 'Conv', inputs: ['x', w], outputs: [y] });
  const weights = (outputs: number) => seededFloats(outputs * 3, outputs, -1, 1);
  const spec: ModelSpec = {
    nodes: [
      pointwise('v', 'a'),
      pointwise('w', 'b'),
      slice('a', 'c'),
      slice('b', 'd'),
      { op: 'Add', inputs: ['c', 'd'], outputs: ['y'] },
    ],
    tensors: [
      floats('v', [6, 3, 1, 1], [...weights(6)]),
      floats('w', [5, 3, 1, 1], [...weights(5)]),
      ...[longs('starts', [1]), longs('ends', [5]), longs('axes', [1])],
    ],
    inputs: [{ name: 'x', type: FLOAT, dims: ['N', 3, 1, 2] }],
    outputs: ['y'],
  };
  const x = seededFloats(6, 3, -1, 1);
  const at = (w: Float32Array, o: number, p: number) =>
    [0, 1, 2].reduce((sum, c) => sum + w[o * 3 + c]! * x[c * 2 + p]!, 0);
  const expected = [1, 2, 3, 4].flatMap((o) => [0, 1].map((p) => at(weights(6), o, p) + at(weights(5), o, p)));
  const [y] = await run(spec, [1, 3, 1, 2], x);
  near(y!, expected);
});

test('sizes of Resize are products of floats: 10 * 0.7 is 7', async () => {
  for (const [length, scale, expected] of [
    [10, 0.7, 7],
    [20, 0.35, 7],
    [3, 1.1, 3],
    [100, 0.29, 29],
  ] as const) {
    const spec: ModelSpec = {
      nodes: [{ op: 'Resize', inputs: ['x', '', 'scales'], outputs: ['y'], attributes: { mode: 'nearest' } }],
      tensors: [floats('scales', [4], [1, 1, scale, 1])],
      inputs: [{ name: 'x', type: FLOAT, dims: [1, 1, length, 1] }],
      outputs: ['y'],
    };
    const [y] = await run(spec, [1, 1, length, 1], new Float32Array(length));
    assert.equal(y!.shape, [1, 1, expected, 1], `${length} * ${scale}`);
    assert.is(Math.floor(Math.fround(length * Math.fround(scale))), expected);
  }
});

test('vectors of zeros stay zeros when they are normalised', async () => {
  for (const p of [1, 2]) {
    const spec: ModelSpec = {
      nodes: [{ op: 'LpNormalization', inputs: ['x'], outputs: ['y'], attributes: { axis: 1, p } }],
      inputs: [{ name: 'x', type: FLOAT, dims: ['N', 3] }],
      outputs: ['y'],
    };
    const [y] = await run(spec, [2, 3], Float32Array.of(0, 0, 0, 3, 0, -4));
    near(y!, [0, 0, 0, ...[3, 0, -4].map((value) => value / (p === 1 ? 7 : 5))]);
  }
});

test('the largest of values with NaN is NaN', async () => {
  const spec: ModelSpec = {
    nodes: [{ op: 'MaxPool', inputs: ['x'], outputs: ['y'], attributes: { kernel_shape: [1, 2], strides: [1, 2] } }],
    inputs: [{ name: 'x', type: FLOAT, dims: [1, 1, 1, 8] }],
    outputs: ['y'],
  };
  const [y] = await run(spec, [1, 1, 1, 8], Float32Array.of(NaN, 1, 1, NaN, -1, -2, NaN, NaN));
  assert.equal([...y!.data].map(String), ['NaN', 'NaN', '-1', 'NaN']);
});

test('arrays that are repeated for each sample leave the batch open', async () => {
  const forms: Record<string, Omit<ModelSpec, 'inputs' | 'outputs'>> = {
    'Expand to Shape(x)': {
      nodes: [
        { op: 'Shape', inputs: ['x'], outputs: ['shape'] },
        { op: 'Expand', inputs: ['c', 'shape'], outputs: ['all'] },
        { op: 'Add', inputs: ['x', 'all'], outputs: ['y'] },
      ],
      tensors: [floats('c', [1, 3], [1, 2, 3])],
    },
    'Where with a scalar': {
      nodes: [
        { op: 'Greater', inputs: ['x', 'zero'], outputs: ['isPositive'] },
        { op: 'Where', inputs: ['isPositive', 'minusOne', 'x'], outputs: ['y'] },
      ],
      tensors: [floats('zero', [], [0]), floats('minusOne', [], [-1])],
    },
    'ConstantOfShape of Shape(x)': {
      nodes: [
        { op: 'Shape', inputs: ['x'], outputs: ['shape'] },
        { op: 'ConstantOfShape', inputs: ['shape'], outputs: ['zeros'] },
        { op: 'Concat', inputs: ['x', 'zeros'], outputs: ['y'], attributes: { axis: 1 } },
      ],
    },
  };
  const expected: Record<string, (x: Float32Array) => number[]> = {
    'Expand to Shape(x)': (x) => [...x].map((value, i) => value + (i % 3) + 1),
    'Where with a scalar': (x) => [...x].map((value) => (value > 0 ? -1 : value)),
    'ConstantOfShape of Shape(x)': (x) =>
      Array.from({ length: x.length / 3 }, (_, n) => [...x.slice(n * 3, n * 3 + 3), 0, 0, 0]).flat(),
  };
  for (const [name, form] of Object.entries(forms)) {
    const spec: ModelSpec = { ...form, inputs: [{ name: 'x', type: FLOAT, dims: ['N', 3] }], outputs: ['y'] };
    for (const samples of [1, 2, 5]) {
      const x = seededFloats(samples * 3, samples, -1, 1);
      const [y] = await run(spec, [samples, 3], x);
      near(y!, expected[name]!(x), `${name}, ${samples} samples`);
    }
  }
});

test('a normalisation by the statistics of the batch computes them; one of an old opset is refused', async () => {
  const spec = (outputs: string[], attributes = {}, opset = 17): ModelSpec => ({
    opset,
    nodes: [{ op: 'BatchNormalization', inputs: ['x', 's', 'b', 'm', 'v'], outputs, attributes }],
    tensors: [
      floats('s', [2], [2, 3]),
      floats('b', [2], [0.5, -1]),
      floats('m', [2], [9, 9]),
      floats('v', [2], [9, 9]),
    ],
    inputs: [{ name: 'x', type: FLOAT, dims: [2, 2, 1, 2] }],
    outputs: outputs.slice(0, 1),
  });
  const x = seededFloats(8, 5, -1, 1);
  const expected = new Array<number>(8);
  for (const [c, [scale, bias]] of [
    [2, 0.5],
    [3, -1],
  ].entries()) {
    const places = [0, 1].flatMap((n) => [0, 1].map((i) => n * 4 + c * 2 + i));
    const mean = places.reduce((sum, place) => sum + x[place]!, 0) / 4;
    const variance = places.reduce((sum, place) => sum + (x[place]! - mean) ** 2, 0) / 4;
    for (const place of places) expected[place] = ((x[place]! - mean) / Math.sqrt(variance + 1e-5)) * scale! + bias!;
  }
  const [y] = await run(spec(['y'], { training_mode: 1 }), [2, 2, 1, 2], x);
  near(y!, expected);
  assert.match((await refusal(spec(['y', 'm2', 'v2', 'm3', 'v3'], {}, 9))).message, /it trains: export the network/);
});

test('Dropout in training is refused, unless it drops nothing', async () => {
  const spec = (ratio: number, extra: Partial<ModelSpec> = {}): ModelSpec => ({
    nodes: [{ op: 'Dropout', inputs: ['x', 'ratio', 'trains'], outputs: ['y'] }],
    tensors: [floats('ratio', [], [ratio]), { name: 'trains', type: 9, dims: [], ints: [1] }],
    inputs: [{ name: 'x', type: FLOAT, dims: [1, 3] }],
    outputs: ['y'],
    ...extra,
  });
  assert.match((await refusal(spec(0.5))).message, /drops elements at random/);
  const open = spec(0.5, { tensors: [floats('ratio', [], [0.5])] });
  open.inputs.push({ name: 'trains', type: 9, dims: [] });
  assert.match((await refusal(open)).message, /'trains' must be constant/);
});

test('small integers wrap around as those of their type', async () => {
  const [UINT8, INT8] = [2, 3];
  const spec: ModelSpec = {
    nodes: [
      { op: 'Add', inputs: ['x', 'x'], outputs: ['twice'] },
      { op: 'Cast', inputs: ['twice'], outputs: ['signed'], attributes: { to: INT8 } },
      { op: 'Cast', inputs: ['signed'], outputs: ['y'], attributes: { to: FLOAT } },
    ],
    inputs: [{ name: 'x', type: UINT8, dims: [1, 5] }],
    outputs: ['y'],
  };
  const x = Uint8Array.of(1, 60, 70, 130, 255);
  using model = await loadModel(await convertOnnx(writeOnnx(spec)));
  const expected = [...Int8Array.from(Uint8Array.from(x, (value) => 2 * value))];
  near(model.run({ data: x, shape: [1, 5] }).y!, expected);
});

test.run();
