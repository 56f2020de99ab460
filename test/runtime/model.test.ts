// A loaded network: its inputs, outputs, description and disposal.

import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../src/convert.js';
import { EngineError, ShapeError } from '../../src/errors.js';
import { loadModel, type Model, type ModelInput, type Tensor } from '../../src/index.js';
import { writeModel } from '../../src/format/write.js';
import type { Graph, Node } from '../../src/ir/graph.js';
import { Builder } from '../support/network-builder.js';
import { DATA, hasData, noteSkippedWithoutData } from '../support/data.js';
import { compare } from '../support/harness.js';
import { lastMemory } from '../support/memory.js';
import { blocksModel, SMALL } from '../support/model-file.js';
import { inputsOf, readBytes, readJson, type InputSpec } from '../support/networks.js';
import { writeOnnx } from '../support/onnx/write.js';
import { seededFloats } from '../support/seeded.js';

const TINY = 'test/fixtures/tiny';
const MIB = 2 ** 20;
type Entry = { name: string; file: string; inputs: InputSpec[] };

const convolutions = await convertOnnx(writeOnnx(SMALL.convolutions!));
const twoInputs = await convertOnnx(readBytes(`${TINY}/two-inputs.onnx`));
const two = inputsOf(
  readJson<{ networks: Entry[] }>(`${TINY}/index.json`).networks.find(({ name }) => name === 'two-inputs')!.inputs,
);
const SIZE = 3 * 6 * 6;
const numbers = seededFloats(SIZE, 1, -1, 1);
const dataOf = (outputs: Record<string, Tensor>): Tensor['data'] => Object.values(outputs)[0]!.data;

const refusal = (model: Model, input: unknown): string => {
  try {
    model.run(input as ModelInput);
  } catch (error) {
    assert.instance(error, ShapeError, (error as Error).stack);
    return (error as Error).message;
  }
  return assert.unreachable('it ran') as never;
};

const inputs = suite('inputs');

inputs('an output that is as large for another size by chance has an open size', async () => {
  const b = new Builder();
  b.poolLast(b.input(1, 8, 8, 3), { kernel: [1, 1], strides: [4, 1], pads: [0, 0, 0, 0] });
  const [node] = b.nodes as [Node];
  const from = b.inputs[0]!;
  node.derived = [{ attr: 'strides', index: 0, from, axes: [1], times: 1, over: 1, plus: -4 }];
  const graph: Graph = { ...b.graph(node.output), openSizes: { axes: [[1]], multiple: 1 } };
  using model = await loadModel(writeModel({ graph, metadata: {} }, 'f32'));
  const shapeFor = (size: number) =>
    Object.values(model.run({ data: new Float32Array(size * 24), shape: [1, size, 8, 3] }))[0]!.shape;
  assert.equal(
    [5, 8, 100].map((size) => shapeFor(size)[1]),
    [5, 2, 2],
  );
  assert.equal(model.outputs[0]!.shape, [1, -1, 8, 3]);
});

inputs('the only input is given bare, with a shape or by name', async () => {
  using model = await loadModel(convolutions);
  const expected = dataOf(model.run(numbers));
  assert.equal(dataOf(model.run({ data: numbers, shape: [1, 3, 6, 6] })), expected);
  assert.equal(dataOf(model.run({ x: numbers })), expected);
  assert.equal(dataOf(model.run({ x: { data: numbers, shape: [1, 3, 6, 6] } })), expected);
});

inputs('every kind of number is accepted', async () => {
  using model = await loadModel(convolutions);
  const whole = Array.from({ length: SIZE }, (_, i) => (i * 7) % 100);
  const expected = dataOf(model.run(Float32Array.from(whole)));
  const kinds = [
    Float64Array,
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
  ];
  for (const kind of kinds) assert.equal(dataOf(model.run(kind.from(whole))), expected, kind.name);
  assert.equal(dataOf(model.run(BigInt64Array.from(whole, BigInt))), expected);
  assert.equal(dataOf(model.run(new Float32Array([9, ...whole]).subarray(1))), expected);
  assert.equal(dataOf(model.run(Buffer.from(whole))), expected);
});

inputs('invalid inputs are refused with what was found and expected', async () => {
  using model = await loadModel(convolutions);
  for (const [input, message] of [
    [new Float32Array(SIZE - 1), /input "x" has 107 numbers; the model expects \[N,3,6,6\]/],
    [new Float32Array(0), /has 0 numbers/],
    [{ data: numbers, shape: [3, 6, 6] }, /has shape \[3,6,6\] and 108 numbers/],
    [{ data: numbers, shape: [1, 6, 6, 3] }, /has shape \[1,6,6,3\]/],
    [{ data: numbers, shape: [2, 3, 6, 6] }, /has shape \[2,3,6,6\] and 108 numbers/],
    [{ y: numbers }, /there is no input "y"; the model expects "x" \[N,3,6,6\]/],
    [{ x: numbers, y: numbers }, /there is no input "y"/],
    [{}, /no numbers for "x"/],
    [
      Object.fromEntries([...'abcdef'].map((name) => [name, numbers])),
      /^there is no input "a", "b", "c", "d", \.\.\.; the model expects "x" \[N,3,6,6\]$/,
    ],
    [{ x: [...numbers] }, /^input "x" is an Array; expected a typed array or \{ data, shape \}$/],
    [
      [...numbers],
      /^the input is an Array; expected a typed array, \{ data, shape \} or a record by input name: "x" \[N/,
    ],
    [{ data: [...numbers], shape: [1, 3, 6, 6] }, /^the input is \{ data: Array, shape: Array \}; expected/],
    [{ data: numbers, shape: 'text' }, /^the input is \{ data: Float32Array, shape: String \}; expected/],
    [{ data: numbers, dims: [1, 3, 6, 6] }, /^the input is \{ data: Float32Array, dims: Array \}; expected/],
    [{ x: { data: [...numbers], shape: [1, 3, 6, 6] } }, /^input "x" is \{ data: Array, shape: Array \}; expected/],
    [{ x: new BigUint64Array(SIZE) }, /^input "x" is a BigUint64Array; expected/],
    [new DataView(numbers.buffer), /^the input is a DataView; expected/],
    [numbers.buffer, /^the input is an ArrayBuffer; expected/],
    [undefined, /^the input is missing; expected/],
    [null, /^the input is null; expected/],
    [7, /^the input is 7; expected/],
    ['x', /^the input is "x"; expected/],
  ] as const) {
    const found = refusal(model, input);
    assert.ok(message.test(found), `${found} is not ${message}`);
  }
  assert.ok(dataOf(model.run(numbers)).every((score) => (score as number) > 0));
});

inputs('several inputs are given by name', async () => {
  using model = await loadModel(twoInputs);
  const expected = model.run(two);
  assert.equal(Object.keys(expected), ['scaled', 'product']);
  assert.equal(model.run({ b: two.b!.data, a: two.a!.data }), expected);
  assert.match(
    refusal(model, two.a!.data),
    /the model has 2 inputs: pass a record with "a" \[2,3,4,5\], "b" \[3,1,5\]/,
  );
  assert.match(refusal(model, { a: two.a!.data }), /no numbers for "b"/);
});

inputs('NaN and infinite numbers pass through and do not affect later runs', async () => {
  using model = await loadModel(convolutions);
  const expected = dataOf(model.run(numbers));
  for (const value of [NaN, Infinity, -Infinity]) {
    assert.is(dataOf(model.run(new Float32Array(SIZE).fill(value))).length, 3);
    assert.equal(dataOf(model.run(numbers)), expected);
  }
});

inputs.run();

const outputs = suite('outputs and batches');

outputs('are copies that the caller may change', async () => {
  using model = await loadModel(convolutions);
  const first = model.run(numbers).y!;
  const kept = first.data.slice();
  model.run(new Float32Array(SIZE));
  assert.equal(first.data, kept);
  first.data.fill(7 as never);
  (first.shape as number[])[1] = 99;
  const again = model.run(numbers).y!;
  assert.equal(again.data, kept);
  assert.equal(again.shape, [1, 3]);
});

outputs('have the elements that the ONNX file says', async () => {
  using model = await loadModel(await convertOnnx(writeOnnx(SMALL.movements!)));
  assert.equal(
    model.outputs.map(({ name, type }) => [name, type]),
    [
      ['y', 'float32'],
      ['z', 'int32'],
    ],
  );
  const { y, z } = model.run(seededFloats(36, 1, -1, 1));
  assert.instance(y!.data, Float32Array);
  assert.instance(z!.data, Int32Array);
  using reductions = await loadModel(await convertOnnx(writeOnnx(SMALL.reductions!)));
  assert.instance(reductions.run(seededFloats(24, 1, -1, 1)).z!.data, BigInt64Array);
});

for (const deterministic of [true, false]) {
  outputs(
    `batches of any size, one after the other, give what single runs give (${deterministic ? 'deterministic' : 'fast'})`,
    async () => {
      for (const bytes of [convolutions, blocksModel(), await convertOnnx(readBytes(`${TINY}/separable.onnx`))]) {
        using single = await loadModel(bytes, { deterministic });
        using model = await loadModel(bytes, { deterministic });
        const size = single.inputs[0]!.shape.slice(1).reduce((a, b) => a * b, 1);
        for (const batch of [1, 5, 2, 1, 3, 16]) {
          const data = seededFloats(batch * size, batch, -1, 1);
          const found = Object.values(model.run(data))[0]!;
          const expected = Array.from({ length: batch }, (_, n) => [
            ...dataOf(single.run(data.slice(n * size, (n + 1) * size))),
          ]).flat();
          assert.is(found.shape[0], batch);
          compare(
            found.data as Float32Array,
            expected as number[],
            { absolute: 1e-6, relative: 1e-5 },
            `batch ${batch}`,
          );
        }
      }
    },
  );
}

outputs('two models do not affect each other', async () => {
  using one = await loadModel(convolutions);
  using other = await loadModel(twoInputs);
  const [first, second] = [one.run(numbers), other.run(two)];
  assert.equal(one.run(numbers), first);
  assert.equal(other.run(two), second);
  other.dispose();
  assert.equal(one.run(numbers), first);
});

outputs('a deterministic model gives the same bits again, in another model and in a batch', async () => {
  using model = await loadModel(convolutions, { deterministic: true });
  using other = await loadModel(convolutions.slice(), { deterministic: true });
  assert.is(model.kernels, 'simd');
  const expected = dataOf(model.run(numbers));
  assert.equal(dataOf(model.run(numbers)), expected);
  assert.equal(dataOf(other.run(numbers)), expected);
});

outputs.run();

const ends = suite('dispose');

ends('ends a model; a second call does nothing', async () => {
  const model = await loadModel(convolutions);
  model.dispose();
  model.dispose();
  for (const use of [() => model.run(numbers), () => model.profile(numbers), () => model.describe()]) {
    assert.throws(
      use,
      (error: unknown) => error instanceof EngineError && /the model was disposed/.test(error.message),
    );
  }
  assert.equal(model.inputs, [{ name: 'x', shape: [-1, 3, 6, 6], type: 'float32' }]);
});

ends('happens automatically with using', async () => {
  let escaped: Model;
  {
    using model = await loadModel(convolutions);
    model.run(numbers);
    escaped = model;
  }
  assert.throws(() => escaped.run(numbers), /disposed/);
});

ends('frees the memory although the model is still held', async () => {
  setFlagsFromString('--expose-gc');
  const { runInNewContext } = await import('node:vm');
  const model = await loadModel(convolutions);
  const memory = lastMemory();
  model.dispose();
  for (let i = 0; i < 20 && memory.deref(); i++) {
    await new Promise((done) => setTimeout(done, 5));
    (runInNewContext('gc') as () => void)();
  }
  assert.is(memory.deref(), undefined);
  assert.throws(() => model.run(numbers), /disposed/);
});

ends.run();

const figures = suite('figures');

figures('console.log shows what a model takes and returns, and nothing else', async () => {
  using model = await loadModel(convolutions, { deterministic: true });
  const text = inspect(model);
  assert.match(text, /^Model \{ \S+ \[[^\]]+\] -> \S+ \[[^\]]+\], \d+ layers, simd kernels, [\d.]+ MiB \}$/);
  assert.equal(Object.keys(model), ['inputs', 'outputs', 'metadata', 'kernels']);
});

figures('profile has every layer with its time and multiply-accumulates', async () => {
  using model = await loadModel(convolutions);
  const { layers, milliseconds } = model.profile(numbers);
  assert.ok(layers.length > 4 && layers.every((layer) => layer.milliseconds >= 0 && layer.name && layer.op));
  assert.ok(Math.abs(layers.reduce((sum, layer) => sum + layer.milliseconds, 0) - milliseconds) < 1e-9);
  const described = model.describe();
  assert.is(
    layers.reduce((sum, { macs }) => sum + macs, 0),
    described.macs,
  );
  const conv = described.layers.find(({ op }) => op === 'conv')!;
  assert.is(conv.macs, 3 * 3 * 4 * 27);
});

figures('describe follows the batch', async () => {
  using model = await loadModel(convolutions);
  const { macs, weights, memory } = model.describe();
  model.run(seededFloats(4 * SIZE, 1, -1, 1));
  const batched = model.describe();
  assert.is(batched.macs, 4 * macs);
  assert.is(batched.weights, weights);
  assert.ok(
    batched.memory.arena > memory.arena && batched.memory.total >= batched.memory.weights + batched.memory.arena,
  );
});

noteSkippedWithoutData('figures of MobileNetV2');

if (hasData) {
  figures(
    'MobileNetV2 has 300.8 million multiply-accumulates, fewer without channels that nothing reads and weights that are zero, and takes little more memory than weights and live activations',
    async () => {
      using model = await loadModel(await convertOnnx(readBytes(`${DATA}/models/imagenet-mobilenet-v2.onnx`)));
      model.run(new Float32Array(3 * 224 * 224));
      const { macs, dense, memory, metadata } = model.describe();
      assert.ok(metadata.pruned! > 0, 'the trained weights have filters that nothing reads');
      assert.ok(
        macs <= dense.macs && dense.macs < 300.8e6 && macs > 0.95 * 300.8e6,
        `${macs} multiply-accumulates, dense ${dense.macs}`,
      );
      const linear = lastMemory().deref()!.buffer.byteLength;
      assert.is(memory.linear, linear);
      const most = memory.weights + 1.1 * memory.mostAlive + MIB;
      console.log(
        `measured: MobileNetV2 takes ${(linear / MIB).toFixed(1)} MiB; ${(most / MIB).toFixed(1)} MiB are allowed`,
      );
      assert.ok(linear <= most);
      assert.ok(
        memory.weights < 1.02 * 4 * 3.49e6 && memory.mostAlive < 6.2 * MIB,
        'the parts are as small as they can be',
      );
    },
  );
}

figures.run();
