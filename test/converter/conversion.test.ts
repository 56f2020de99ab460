// A conversion: its contents, and that test vectors have the same bits as outputs of a model loaded from the file.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../src/convert.js';
import { Conversion, STAGE_NAMES } from '../../src/converter/conversion.js';
import { openOnnx } from '../../src/converter/onnx/open.js';
import { readModel } from '../support/read-model.js';
import { ArgumentError, loadModel, ShapeError } from '../../src/index.js';
import type { Graph } from '../../src/ir/graph.js';
import { sizeOf, type Tensor } from '../../src/ir/tensor.js';
import { printGraph } from '../../src/converter/print-graph.js';
import { oneLayer, randomNetwork } from '../support/group-nets.js';
import { createRandom } from '../support/learned-groups.js';
import { readBytes } from '../support/networks.js';
import { writeOnnx } from '../support/onnx/write.js';
import { seededFloats } from '../support/seeded.js';

const FIXTURES = ['tiny/separable', 'tiny/shuffle-resize', 'groups/flgc-zeros', 'groups/msgc-bottleneck-traced'];

const fixture = (name: string): Uint8Array => readBytes(`test/fixtures/${name}.onnx`);

const inputsOf = ({ inputs }: Conversion): Record<string, Float32Array> =>
  Object.fromEntries(inputs.map(({ name, shape }, i) => [name, seededFloats(sizeOf(shape), i + 3, -1, 1)]));

const bits = (numbers: Tensor['data']): number[] => [...new Int32Array(Float32Array.from(numbers, Number).buffer)];

const networks: [name: string, onnx: Uint8Array][] = [
  ...FIXTURES.map((name): [string, Uint8Array] => [name, fixture(name)]),
  ...[0, 1, 2].map((i): [string, Uint8Array] => [
    `random network ${i}`,
    writeOnnx(randomNetwork(createRandom(i), 'split').spec),
  ]),
];

for (const weights of ['f32', 'f16'] as const) {
  for (const [name, onnx] of networks) {
    test(`the test vector of ${name} with ${weights} is what the file gives, bit by bit`, async () => {
      const conversion = await Conversion.from(await openOnnx(onnx), { weights });
      const inputs = inputsOf(conversion);
      const bytes = (await conversion.withTestVector({ inputs })).bytes();
      const { testVector } = readModel(bytes);
      assert.equal(testVector!.inputs, Object.values(inputs));
      using model = await loadModel(bytes, { deterministic: true });
      const results = model.run(inputs);
      model.outputs.forEach((output, i) =>
        assert.equal(bits(testVector!.outputs[i]!), bits(results[output.name]!.data), output.name),
      );
      assert.equal(
        conversion.bytes(),
        (await Conversion.from(await openOnnx(onnx), { weights })).bytes(),
        'the same without it',
      );
    });
  }
}

test('the graph of a conversion is the one in its file', async () => {
  for (const weights of ['f32', 'f16'] as const) {
    const conversion = await Conversion.from(await openOnnx(fixture('tiny/separable')), { weights });
    const { graph } = readModel(conversion.bytes());
    const numbers = ({ nodes }: Graph) =>
      nodes.map(({ attrs, inputs }) => [attrs, inputs.map(({ data }) => data && [...data])]);
    assert.equal(numbers(graph), numbers(conversion.graph));
  }
});

test('recorded outputs are kept as they are, one sample each', async () => {
  const conversion = await Conversion.from(await openOnnx(fixture('tiny/separable')));
  const inputs = inputsOf(conversion);
  const [output] = conversion.graph.outputs;
  const numbers = new Float32Array(sizeOf(output!.value.shape)).fill(0.5);
  const { testVector } = readModel(
    (await conversion.withTestVector({ inputs, outputs: { [output!.name]: numbers } })).bytes(),
  );
  assert.equal(testVector!.outputs, [numbers]);
  const refused = async (vector: Parameters<Conversion['withTestVector']>[0], message: RegExp): Promise<void> => {
    try {
      await conversion.withTestVector(vector);
      assert.unreachable('it is refused');
    } catch (error) {
      assert.instance(error, ShapeError);
      assert.match((error as Error).message, message);
    }
  };
  await refused(
    { inputs, outputs: { [output!.name]: numbers.slice(1) } },
    /output ".*" of the test vector has \d+ numbers/,
  );
  await refused({ inputs: {} }, /input ".*" of the test vector has no numbers; \d+ are needed/);
  const two = Object.fromEntries(
    Object.entries(inputs).map(([name, data]) => [name, Float32Array.of(...data, ...data)]),
  );
  await refused({ inputs: two }, /input ".*" of the test vector has \d+ numbers; \d+ are needed, for \[1,/);
});

test('a test vector has only known names, and outputs that are left out are computed', async () => {
  const conversion = await Conversion.from(await openOnnx(fixture('tiny/separable')));
  const inputs = inputsOf(conversion);
  const computed = readModel((await conversion.withTestVector({ inputs })).bytes()).testVector;
  assert.equal(readModel((await conversion.withTestVector({ inputs, outputs: {} })).bytes()).testVector, computed);
  const refusal = (vector: object): Promise<Error> =>
    conversion.withTestVector(vector as never).then(
      () => new Error('it was accepted'),
      (error: Error) => error,
    );
  for (const vector of [
    { inputs, outputs: { bogus: new Float32Array(1) } },
    { inputs: { ...inputs, bogus: new Float32Array(1) } },
    { input: inputs },
  ]) {
    assert.instance(await refusal(vector), ArgumentError);
  }
  const [name] = Object.keys(inputs);
  const { message } = await refusal({ inputs: { [name!]: Float64Array.from(inputs[name!]!) } });
  assert.match(message, /must be a Float32Array/);
});

test('the graph is shown after each stage, for one sample', async () => {
  const shown: [string, string][] = [];
  const conversion = await Conversion.from(
    await openOnnx(writeOnnx(oneLayer(createRandom(1), 'split'))),
    {},
    (stage, graph) => {
      assert.equal(graph.inputs[0]!.shape[0], 1);
      shown.push([stage, printGraph(graph)]);
    },
  );
  assert.equal(
    shown.map(([stage]) => stage),
    STAGE_NAMES,
  );
  assert.match(shown[0]![1], /= transpose\(/);
  assert.match(shown[0]![1], /= concat\(/);
  assert.not.match(shown.at(-1)![1], /= concat\(/);
  assert.is(shown.at(-1)![1], printGraph({ ...conversion.graph, dynamicBatch: true }));
});

test('weights that are NaN or infinite are warned of, other weights are not', async () => {
  const warningsOf = async (floats: number[]): Promise<string[]> => {
    const onnx = writeOnnx({
      nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
      inputs: [{ name: 'x', dims: [1, 3] }],
      outputs: ['y'],
      tensors: [{ name: 'w', dims: [3, 2], type: 1, floats }],
    });
    const warnings: string[] = [];
    await convertOnnx(onnx, { weights: 'f16', onWarning: (message) => warnings.push(message) });
    return warnings;
  };
  assert.equal(await warningsOf([1, -2, 3, 1e30, 0, 1e-30]), []);
  const found = await warningsOf([1, NaN, 3, NaN, -Infinity, 6]);
  assert.is(found.length, 1);
  assert.match(found[0]!, /^layer '.+' \(matmul\): 2 NaN and 1 infinite of 6 weights$/);
});

test('the layers of the network', async () => {
  const conversion = await Conversion.from(await openOnnx(fixture('tiny/separable')), {
    license: 'MIT',
    source: 'a test',
  });
  assert.ok(conversion.operators.includes('Conv'));
  const { layers, macs, weights } = conversion.describe();
  assert.is(layers.length, conversion.graph.nodes.length);
  assert.ok(macs > weights && weights > 0);
  assert.is(conversion.metadata.license, 'MIT');
  assert.is(conversion.metadata.source, 'a test');
});

test.run();
