// Chains of gated layers compute the same as their separate layers.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { layoutStages } from '../../../src/ops/gated/layout.js';
import type { Graph, Node } from '../../../src/ir/graph.js';
import type { Value } from '../../../src/ir/value.js';
import { memberOf } from '../../../src/ops/gated/member.js';
import { lowerGraph } from '../../../src/runtime/lowering.js';
import { conv } from '../../../src/ops/conv/conv.js';
import { gatedConv } from '../../../src/ops/gated/gated-conv.js';
import { sizeOf } from '../../../src/ir/tensor.js';
import { BUILDS, constantOf, createRunner, graphOf, nodeOf, valueOf } from '../../support/graph-runner.js';
import { compare } from '../../support/harness.js';
import { attrsFor } from '../../support/conv-reference.js';
import { mulberry32, seededFloats } from '../../support/seeded.js';

type Layer = {
  outputs: number;
  kernel: number;
  stride?: number;
  depthwise?: boolean;
  heads?: number;
  keep?: number | readonly number[];
  residual?: boolean;
};

/** A chain of layers from x [N, height, width, C]; those with heads are gated, each head keeps the share `keep`. */
const network = (shape: readonly number[], layers: readonly Layer[]) => {
  const inputs: Value[] = [valueOf('x', shape)];
  const data = [seededFloats(sizeOf(shape), 1, -1, 1)];
  const nodes: Node[] = [];
  let x = inputs[0]!;
  const add = (name: string, size: readonly number[], numbers: Float32Array): Value => {
    inputs.push(valueOf(name, size));
    data.push(numbers);
    return inputs.at(-1)!;
  };
  layers.forEach(({ outputs, kernel, stride = 1, depthwise = false, heads = 0, keep = 0.5, residual = false }, i) => {
    const channels = x.shape.at(-1)!;
    const pad = (kernel - 1) >> 1;
    const {
      group: _,
      blocks: __,
      ...attrs
    } = attrsFor(2, {
      kernel: [kernel, kernel],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
      low: 0,
      high: 6,
    });
    const depth = depthwise ? 1 : channels;
    const w = constantOf(
      `w${i}`,
      [outputs, kernel, kernel, depth],
      seededFloats(outputs * kernel * kernel * depth, i + 2, -1, 1),
    );
    const own = [x, w, constantOf(`b${i}`, [outputs], seededFloats(outputs, i + 20, -1, 1))];
    if (heads) {
      const random = mulberry32(i + 40);
      const shareOf = (head: number) => (typeof keep === 'number' ? keep : keep[head]!);
      const gates = Float32Array.from({ length: shape[0]! * heads * channels }, (_, at) =>
        random() < shareOf(Math.floor(at / channels) % heads) ? random() * 3 - 1 : 0,
      );
      own.push(add(`g${i}`, [shape[0]!, heads, channels], gates));
    }
    const node = heads
      ? nodeOf(gatedConv, attrs, own, `n${i}`)
      : nodeOf(conv, { ...attrs, group: depthwise ? channels : 1, blocks: [] }, own, `n${i}`);
    if (residual)
      node.inputs.push(add(`r${i}`, node.output.shape, seededFloats(sizeOf(node.output.shape), i + 60, -1, 1)));
    nodes.push(node);
    x = node.output;
  });
  return { graph: graphOf(inputs, nodes, [x]), data };
};

const expand = (outputs: number): Layer => ({ outputs, kernel: 1 });
const filter = (outputs: number, stride = 1): Layer => ({ outputs, kernel: 3, depthwise: true, stride });

const NETWORKS: Record<string, { shape: number[]; layers: Layer[]; banded?: boolean }> = {
  'an inverted residual': {
    shape: [1, 7, 6, 16],
    layers: [expand(48), filter(48), { outputs: 16, kernel: 1, heads: 4, residual: true }],
  },
  'one of odd sizes, three samples, stride 2': {
    shape: [3, 9, 7, 5],
    layers: [expand(13), filter(13, 2), { outputs: 9, kernel: 1, heads: 3, keep: 0.3 }],
  },
  'one in bands': {
    shape: [2, 60, 61, 8],
    layers: [expand(64), filter(64), { outputs: 12, kernel: 1, heads: 4, keep: 0.3, residual: true }],
    banded: true,
  },
  'one in bands with stride 2': {
    shape: [1, 80, 80, 8],
    layers: [expand(48), filter(48, 2), { outputs: 12, kernel: 1, heads: 2, keep: 0.2 }],
    banded: true,
  },
  'one in bands of which nothing is kept': {
    shape: [1, 80, 80, 8],
    layers: [expand(48), filter(48), { outputs: 12, kernel: 1, heads: 2, keep: 0 }],
    banded: true,
  },
  'one of which all is kept': {
    shape: [1, 7, 7, 8],
    layers: [expand(24), filter(24), { outputs: 8, kernel: 1, heads: 1, keep: 1 }],
  },
  'two wide layers': {
    shape: [2, 7, 8, 12],
    layers: [
      { outputs: 20, kernel: 3, heads: 1, stride: 2 },
      { outputs: 16, kernel: 3, heads: 4, residual: true },
    ],
  },
  'a dense wide layer before a gated one': {
    shape: [1, 6, 6, 7],
    layers: [
      { outputs: 11, kernel: 3 },
      { outputs: 6, kernel: 3, heads: 2 },
    ],
  },
  'a bottleneck': {
    shape: [2, 7, 7, 24],
    layers: [
      { outputs: 16, kernel: 1, heads: 1 },
      { outputs: 16, kernel: 3, heads: 4, stride: 2 },
      { outputs: 32, kernel: 1, heads: 1, keep: 0.7, residual: true },
    ],
  },
  'a bottleneck of which the middle is not kept': {
    shape: [1, 5, 5, 12],
    layers: [
      { outputs: 8, kernel: 1, heads: 1 },
      { outputs: 8, kernel: 3, heads: 4, keep: 0 },
      { outputs: 12, kernel: 1, heads: 1, keep: 0 },
    ],
  },
  'filters of a gated layer with heads': {
    shape: [1, 5, 5, 12],
    layers: [{ outputs: 18, kernel: 1, heads: 2 }, filter(18), { outputs: 4, kernel: 1, heads: 2, keep: 0.4 }],
  },
  'one whose heads keep nothing, all or some': {
    shape: [3, 6, 5, 9],
    layers: [expand(23), filter(23), { outputs: 18, kernel: 1, heads: 3, keep: [0, 1, 0.4], residual: true }],
  },
  'one in bands with an empty head, odd sizes, three samples': {
    shape: [3, 61, 67, 7],
    layers: [expand(37), filter(37, 2), { outputs: 21, kernel: 1, heads: 3, keep: [0.3, 0, 0.1] }],
    banded: true,
  },
  'pairs of heads that share panels': {
    shape: [3, 5, 5, 6],
    layers: [expand(17), filter(17), { outputs: 16, kernel: 1, heads: 4, keep: [0, 0.5, 0, 0], residual: true }],
  },
  'heads of several panels': {
    shape: [1, 5, 3, 30],
    layers: [expand(50), filter(50), { outputs: 46, kernel: 1, heads: 2, keep: [0.6, 0.2] }],
  },
  'rows of weights longer than one read': {
    shape: [1, 3, 3, 301],
    layers: [expand(29), filter(29), { outputs: 4, kernel: 1, heads: 1 }],
  },
  'more weights than are packed at once': {
    shape: [1, 4, 4, 96],
    layers: [
      { outputs: 128, kernel: 3, heads: 1, keep: 0.9 },
      { outputs: 128, kernel: 3, heads: 4, keep: 0.8 },
    ],
  },
};

/** The nodes of each layer of a graph. */
const chainsOf = (graph: Graph, ...kept: Value[]) => lowerGraph(graph, kept).map(({ nodes }) => nodes);

for (const [name, { shape, layers, banded }] of Object.entries(NETWORKS)) {
  test(`${name} computes the same as separate layers`, async () => {
    const { graph, data } = network(shape, layers);
    assert.equal(chainsOf(graph), [layers.map((_, i) => i)]);
    const { rows } = layoutStages(graph.nodes.map(memberOf), 0);
    assert.is(rows < graph.outputs[0]!.value.shape[1]!, banded ?? false, 'bands');
    for (const build of BUILDS) {
      const run = await createRunner(build);
      const [expected] = run(graph, data, { kept: graph.inputs, fused: false });
      for (const kept of [[], graph.inputs]) {
        const [found] = run(graph, data, { kept });
        compare(found!, expected!, { absolute: 2e-4, relative: 1e-5 }, build);
      }
    }
  });
}

test('layers with other readers are not part of a chain', () => {
  const { graph } = network([1, 7, 7, 8], [expand(24), filter(24), { outputs: 8, kernel: 1, heads: 2 }]);
  assert.equal(chainsOf(graph, graph.nodes[1]!.output), [[0], [1], [2]]);
  const more: Graph = { ...graph, outputs: [...graph.outputs, { name: 'h', value: graph.nodes[0]!.output }] };
  assert.equal(chainsOf(more), [[0], [1], [2]]);
});

test.run();
