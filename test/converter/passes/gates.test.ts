// Networks with per-sample masks, as PyTorch exports them: recognition, outputs and costs.

import { setFlagsFromString } from 'node:v8';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { convertOnnx } from '../../../src/convert.js';
import { readModel } from '../../support/read-model.js';
import { writeModel } from '../../../src/format/write.js';
import { readersOf, type Graph, type Node } from '../../../src/ir/graph.js';
import { loadModel } from '../../../src/index.js';
import { sizeOf, type Tensor } from '../../../src/ir/tensor.js';
import { difference, inputsOf, readBytes, readJson, type InputSpec, type OutputSpec } from '../../support/networks.js';

// Node 20 has relaxed SIMD behind a flag: with it `fast` is another build than `exact`.
setFlagsFromString('--experimental-wasm-relaxed-simd');

const FOLDER = 'test/fixtures/groups';

type Network = { name: string; file: string; inputs: InputSpec[]; outputs: OutputSpec[] };

const { networks } = readJson<{ networks: Network[] }>(`${FOLDER}/index.json`);
const masked = networks.filter(({ name }) => name.startsWith('msgc-'));

/** Gated convolutions of each network. */
const GATED: Readonly<Record<string, number>> = {
  mobilenet: 2,
  'mobilenet-attention': 2,
  'mobilenet-fixed': 1,
  basic: 4,
  bottleneck: 6,
  nothing: 2,
};

const gatedIn = (name: string): number => GATED[name.replace(/^msgc-|-(traced|dynamo).*$/g, '')]!;

/** The network with the gates of each gated convolution as outputs. */
const withGates = (bytes: Uint8Array): Graph => {
  const { graph } = readModel(bytes);
  const gated = graph.nodes.filter(({ op }) => op.name === 'gatedConv');
  graph.outputs.push(...gated.map((node) => ({ name: `gates of ${node.name}`, value: node.inputs[3]! })));
  return graph;
};

/**
 * Multiply-accumulates of a convolution, output by output: those that some head reads, times what each of them reads.
 */
const countMacs = (node: Node, graph: Graph, found: Record<string, Tensor>, samples: number): number => {
  const readers = readersOf(graph);
  const gatesOf = ({ name }: Node) => found[`gates of ${name}`];
  const isOpen = ({ data, shape }: Tensor, n: number, h: number, c: number) =>
    data[(n * shape[1]! + h) * shape[2]! + c] !== 0;
  const anyOpen = (gates: Tensor, n: number, c: number) =>
    Array.from({ length: gates.shape[1]! }, (_, h) => h).some((h) => isOpen(gates, n, h, c));
  const [, w, , own] = [...node.inputs, undefined];
  const [outputs, channels] = [w!.shape[0]!, w!.shape.at(-1)!];
  const gates = own && gatesOf(node);
  let reader = readers.get(node.output)!;
  if (reader.length === 1 && reader[0]!.op.name === 'conv' && (reader[0]!.attrs.group as number) > 1)
    reader = readers.get(reader[0]!.output)!;
  const next = reader.length === 1 ? gatesOf(reader[0]!) : undefined;
  let reads = 0;
  for (let n = 0; n < samples; n++) {
    for (let o = 0; o < outputs; o++) {
      if (next && !anyOpen(next, n, o)) continue;
      const head = Math.floor((o * (gates?.shape[1] ?? 1)) / outputs);
      for (let c = 0; c < channels; c++) if (!gates || isOpen(gates, n, head, c)) reads++;
    }
  }
  return reads * sizeOf(w!.shape.slice(1, -1)) * sizeOf(node.output.shape.slice(1, -1));
};

for (const { name, file, inputs } of masked) {
  test(`${name} counts the multiply-accumulates of channels that are kept`, async () => {
    const graph = withGates(await convertOnnx(readBytes(`${FOLDER}/${file}`)));
    using model = await loadModel(writeModel({ graph, metadata: {} }, 'f32'));
    const input = inputsOf(inputs);
    const found = model.run(input);
    const { layers } = model.profile(input);
    const weighted = readModel(writeModel({ graph, metadata: {} }, 'f32')).graph;
    for (const node of weighted.nodes.filter(
      ({ op, attrs }) => op.name === 'gatedConv' || (op.name === 'conv' && !(attrs.blocks as unknown[]).length),
    )) {
      const layer = layers.find((candidate) => candidate.name === node.name)!;
      assert.is(layer.macs, countMacs(node, weighted, found, inputs[0]!.shape[0]!), node.name);
    }
  });
}

for (const { name, file, inputs, outputs } of masked) {
  test(`${name} has its gates found and gives the recorded outputs`, async () => {
    const bytes = await convertOnnx(readBytes(`${FOLDER}/${file}`));
    for (const deterministic of [true, false]) {
      using model = await loadModel(bytes, { deterministic });
      const found = model.run(inputsOf(inputs));
      for (const output of outputs) {
        const worst = difference(found[output.name], output);
        assert.ok(worst <= 1e-4, `difference ${worst}`);
      }
      const ops = model.describe().layers.map(({ op }) => op);
      assert.is(ops.filter((op) => op === 'gatedConv').length, gatedIn(name));
      assert.not(ops.includes('concat') || ops.includes('gather'));
    }
  });
}

const WAYS = 'test/fixtures/gates';

for (const { name, file, inputs, outputs } of readJson<{ networks: Network[] }>(`${WAYS}/index.json`).networks) {
  test(`a mask written as ${name} is a gate and gives the recorded outputs`, async () => {
    using model = await loadModel(await convertOnnx(readBytes(`${WAYS}/${file}`)));
    assert.is(model.describe().layers.filter(({ op }) => op === 'gatedConv').length, 1);
    const found = model.run(inputsOf(inputs));
    for (const output of outputs) assert.ok(difference(found[output.name], output) <= 1e-5);
  });
}

test.run();
