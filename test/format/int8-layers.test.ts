// Model files of networks with int8 layers: their weights are stored in 8 bits, exactly, and their version is one of its own.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../src/convert.js';
import { FormatError } from '../../src/errors.js';
import { readModel } from '../support/read-model.js';
import { WEIGHT_TYPES } from '../../src/format/storage.js';
import { writeModel } from '../../src/format/write.js';
import type { Graph } from '../../src/ir/graph.js';
import { loadModel } from '../../src/index.js';
import { repaired, takeApart, putTogether } from '../support/model-file.js';
import {
  dequantizeNode,
  filterTensors,
  gridTensors,
  INT8,
  qLinearConvNode,
  quantizeNode,
  UINT8,
  type Filters,
} from '../support/onnx/quantised.js';
import { writeOnnx } from '../support/onnx/write.js';
import { mulberry32, seededFloats } from '../support/seeded.js';

const test = suite('files of int8 layers');

const next = mulberry32(3);
const random = (count: number, low: number) => Array.from({ length: count }, () => low + Math.floor(next() * 256));

/** A network of one convolution, 4 channels to 8, whose weights are of a type. */
const onnxOf = (type: number, zero: number): Uint8Array => {
  const w: Filters = {
    ...{ dims: [8, 4, 3, 3], ints: random(288, type === UINT8 ? 0 : -128), scales: [0.003], zero, type },
    bias: random(8, -128),
  };
  return writeOnnx({
    opset: 13,
    nodes: [quantizeNode('in', 'x', 'q'), qLinearConvNode('q', 'x', 'w', 'y', 'r'), dequantizeNode('r', 'y', 'out')],
    inputs: [{ name: 'in', dims: ['N', 4, 5, 5] }],
    outputs: ['out'],
    tensors: [
      ...gridTensors('x', { scale: 0.01, zero: 128, type: UINT8 }),
      ...gridTensors('y', { scale: 0.02, zero: -3, type: INT8 }),
      ...filterTensors('w', w),
    ],
  });
};

const versionOf = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);

const constantsOf = ({ nodes }: Graph) => nodes.flatMap(({ inputs }) => inputs.filter(({ data }) => data));

const CASES: [string, number, number][] = [
  ['from -128 to 127', INT8, 0],
  ['with a zero point', UINT8, 40],
];

for (const [name, type, zero] of CASES) {
  test(`weights ${name} take a byte each and are the same when read, whatever the type of weights`, async () => {
    const onnx = onnxOf(type, zero);
    const files = await Promise.all(WEIGHT_TYPES.map((weights) => convertOnnx(onnx, { weights })));
    for (const file of files) {
      assert.is(versionOf(file), 4);
      assert.equal(file, files[0], 'the type of weights changes nothing');
    }
    const [, , weights] = takeApart(files[0]!);
    const perOutput = zero ? 6 : 4;
    assert.is(weights.length, Math.ceil((288 + 8 * perOutput) / 64) * 64 + 64 + 32); // weights, scales, biases
    const graph = readModel(files[0]!).graph;
    assert.equal(writeModel({ graph, metadata: {} }, 'f32'), writeModel({ graph, metadata: {} }, 'int8'));
    const again = readModel(writeModel({ graph, metadata: {} }, 'f32')).graph;
    assert.equal(
      constantsOf(again).map(({ data }) => [...data!]),
      constantsOf(graph).map(({ data }) => [...data!]),
    );
  });

  test(`with weights ${name} a recorded result is what the file gives, bit by bit`, async () => {
    const data = seededFloats(100, 4, -1.2, 1.2);
    const bytes = await convertOnnx(onnxOf(type, zero), { testVector: { inputs: { in: data } } });
    using model = await loadModel(bytes);
    const found = model.run({ in: data }).out!.data;
    assert.equal([...found], [...readModel(bytes).testVector!.outputs[0]!]);
    assert.ok(found.some((value) => value !== found[0]));
  });
}

const fails = (bytes: Uint8Array, message: RegExp): void => {
  assert.throws(
    () => readModel(bytes),
    (error: unknown) => error instanceof FormatError && message.test(error.message),
  );
};

const small = await convertOnnx(onnxOf(UINT8, 40));

const withVersion = (bytes: Uint8Array, version: number): Uint8Array => {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(8, version, true);
  return repaired(copy);
};

test('another version is refused', () => {
  for (const version of [1, 2, 3]) fails(withVersion(small, version), /version \d of the format, where 4 is needed/);
});

test('inputs, constants and outputs are never int8', () => {
  const forged = (change: (graph: Graph) => void): Uint8Array => {
    const { graph } = readModel(small);
    change(graph);
    return writeModel({ graph, metadata: {} }, 'f32');
  };
  fails(
    forged(({ inputs }) => (inputs[0]!.type = 'int8')),
    /an input is int8, which only values between layers are/,
  );
  fails(
    forged((graph) => (constantsOf(graph)[0]!.type = 'int8')),
    /a constant is int8, which only values between layers are/,
  );
  const inner = (graph: Graph) => graph.nodes.find(({ op }) => op.name === 'convInt8')!.output;
  fails(
    forged((graph) => (graph.outputs[0]!.value = inner(graph))),
    /output "out" is int8, which only values between layers are/,
  );
});

test('zero points of weights that are out of range are refused', () => {
  const [metadata, graph, weights, vector] = takeApart(small);
  const changed = weights.slice();
  new DataView(changed.buffer).setInt16(8 * 4, 256, true);
  fails(putTogether([metadata, graph, changed, vector]), /a zero point is not from -255 to 255/);
});

test('integers of weights beyond 255 with their zero point are refused, and those up to it are not', () => {
  const [metadata, graph, weights, vector] = takeApart(small);
  const forged = (zero: number, integer: number): Uint8Array => {
    const changed = weights.slice();
    const view = new DataView(changed.buffer);
    view.setInt16(8 * 4, zero, true);
    for (let i = 0; i < 36; i++) view.setInt8(8 * 6 + i, i === 20 ? integer : 0);
    return withVersion(putTogether([metadata, graph, changed, vector]), 4);
  };
  const [above, below] = [forged(255, 1), forged(-200, -56)];
  for (const file of [above, below])
    fails(file, /an integer of the weights with its zero point is not from -255 to 255/);
  for (const file of [forged(255, 0), forged(-200, -55), forged(200, -128), forged(128, 127)]) readModel(file);
});

const convIn = (graph: Graph) => graph.nodes.find(({ op }) => op.name === 'convInt8')!;

test('weights whose integers do not fit into 8 bits are stored as f32, and are the same when read', () => {
  for (const [low, high] of [
    [-255, 255],
    [-1, 255],
    [-300, 0],
  ] as const) {
    const { graph } = readModel(small);
    const [, weights, scales] = convIn(graph).inputs.map(({ data }) => data!);
    const scale = scales![1]!;
    weights!.set([low * scale, high * scale], 36);
    const again = convIn(readModel(writeModel({ graph, metadata: {} }, 'f32')).graph);
    assert.equal([...again.inputs[1]!.data!], [...weights!], `${low} to ${high}`);
  }
});

test.run();
