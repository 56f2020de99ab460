// Gated convolutions in the tiles of Winograd's, alone and in chains, compared with dense convolutions of masked weights.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { writeModel } from '../../../src/format/write.js';
import { loadModel } from '../../../src/index.js';
import type { Node } from '../../../src/ir/graph.js';
import { sizeOf } from '../../../src/ir/tensor.js';
import type { Value } from '../../../src/ir/value.js';
import { conv } from '../../../src/ops/conv/conv.js';
import type { TileSize } from '../../../src/ops/conv/winograd-weights.js';
import { lowerChain } from '../../../src/ops/gated/chains.js';
import { fastWay } from '../../../src/ops/gated/fast-way.js';
import { gatedConv } from '../../../src/ops/gated/gated-conv.js';
import { memberOf } from '../../../src/ops/gated/member.js';
import { lowerGraph } from '../../../src/runtime/lowering.js';
import { randomIntegers } from '../../support/cases.js';
import { attrsFor, convReference } from '../../support/conv-reference.js';
import { gatedReference } from '../../support/gated-reference.js';
import { BUILDS, constantOf, createRunner, graphOf, nodeOf, valueOf } from '../../support/graph-runner.js';
import { compare } from '../../support/harness.js';
import { mulberry32, seededFloats } from '../../support/seeded.js';

/** A layer; its `keep` is the share of open gates for each head, or for all. Without heads it is dense. */
type Layer = {
  outputs: number;
  heads?: number;
  keep?: number | readonly number[];
  factors?: boolean;
  residual?: boolean;
  kernel?: number;
  stride?: number;
  pads?: readonly number[];
};

/** The op with the chains that run in tiles of `m` x `m` pixels wherever they can. */
const tiled = (m: TileSize): typeof gatedConv => ({
  ...gatedConv,
  chains: {
    find: gatedConv.chains!.find,
    lower: (nodes) =>
      lowerChain(
        nodes,
        nodes.map(({ attrs }, i) => ({
          tile: isTiled(attrs) ? m : undefined,
          copies: i === 0 && nodes[0]!.op.name === 'gatedConv',
        })),
      ),
  },
});

const isTiled = ({ kernel, strides }: Node['attrs']): boolean =>
  (kernel as number[])[0] === 3 && (strides as number[])[0] === 1;

/** A chain of layers of x [N, height, width, C], the data of its inputs, and its output by the reference. */
const network = (op: typeof gatedConv, shape: readonly number[], layers: readonly Layer[], seed: number) => {
  const inputs: Value[] = [valueOf('x', shape)];
  const data = [seededFloats(sizeOf(shape), seed, -1, 1)];
  const nodes: Node[] = [];
  let x = inputs[0]!;
  let expected: ArrayLike<number> = data[0]!;
  const random = mulberry32(seed);
  layers.forEach((layer, i) => {
    const { outputs, heads = 0, keep = 0.5, factors = false, residual = false, kernel = 3, stride = 1 } = layer;
    const { pads = new Array<number>(4).fill((kernel - 1) >> 1) } = layer;
    const channels = x.shape.at(-1)!;
    const all = attrsFor(2, { kernel: [kernel, kernel], strides: [stride, stride], pads, low: -1, high: 6 });
    const { group: _, blocks: __, ...attrs } = all;
    const own: Value[] = [
      constantOf(
        `w${i}`,
        [outputs, kernel, kernel, channels],
        seededFloats(outputs * kernel ** 2 * channels, i, -1, 1),
      ),
      constantOf(`b${i}`, [outputs], seededFloats(outputs, i + 20, -1, 1)),
    ];
    const add = (name: string, size: readonly number[], numbers: Float32Array): void => {
      inputs.push(valueOf(name, size));
      data.push(numbers);
      own.push({ ...inputs.at(-1)!, data: numbers });
    };
    if (heads) {
      const shareOf = (at: number) => (typeof keep === 'number' ? keep : keep[Math.floor(at / channels) % heads]!);
      const gateOf = (at: number) => (random() < shareOf(at) ? (factors ? random() * 3 - 1 : 1) : 0);
      const gates = Float32Array.from({ length: shape[0]! * heads * channels }, (_, at) => gateOf(at));
      add(`g${i}`, [shape[0]!, heads, channels], gates);
    }
    const used: typeof gatedConv | typeof conv = heads ? op : conv;
    const size = used.shape([x, ...own], (heads ? attrs : all) as never);
    if (residual) add(`r${i}`, size, seededFloats(sizeOf(size), i + 60, -1, 1));
    const dense = [{ shape: x.shape, data: expected }, ...own.map((value) => ({ ...value, data: value.data! }))];
    expected = heads ? gatedReference(dense, attrs, size) : convReference(dense, all, size);
    const isConstant = ({ name }: Value) => name.startsWith('w') || name.startsWith('b');
    const read = own.map((value) => (isConstant(value) ? value : inputs.find(({ name }) => name === value.name)!));
    nodes.push(nodeOf(used, heads ? attrs : all, [x, ...read], `n${i}`));
    x = nodes.at(-1)!.output;
  });
  return { graph: graphOf(inputs, nodes, [x]), data, expected };
};

const check = (name: string, shape: readonly number[], layers: readonly Layer[], seed = 1): void => {
  for (const m of [2, 4] as const) {
    test(`${name} in tiles of ${m} computes the same as dense convolutions`, async () => {
      const { graph, data, expected } = network(tiled(m), shape, layers, seed);
      const [lowered, ...others] = lowerGraph(graph);
      assert.equal(others, [], 'one chain');
      const { algorithms } = lowered!.plan(graph.nodes);
      const found = graph.nodes.map(({ attrs }) => (isTiled(attrs) ? `Winograd F(${m},3)` : undefined));
      assert.equal(algorithms, found);
      for (const build of BUILDS) {
        const run = await createRunner(build);
        compare(run(graph, data)[0]!, expected, { absolute: 1e-3, relative: 1e-4 }, build);
      }
    });
  }
};

for (const heads of [1, 2, 4]) {
  check(`a layer of ${heads} heads`, [1, 8, 8, 20], [{ outputs: 24, heads }]);
  check(
    `${heads} heads with factors, two samples, odd sizes, a residual`,
    [2, 7, 5, 13],
    [{ outputs: 20, heads, factors: true, residual: true }],
  );
  check(`${heads} heads that keep all`, [1, 6, 9, 17], [{ outputs: 12, heads, keep: 1, residual: true }]);
  check(`${heads} heads that keep nothing`, [2, 5, 5, 9], [{ outputs: 12, heads, keep: 0, residual: true }]);
  check(`${heads} heads of four outputs`, [1, 9, 6, 11], [{ outputs: 4 * heads, heads, factors: true }]);
  check(
    `a chain that ends with ${heads} heads`,
    [2, 11, 7, 10],
    [
      { outputs: 19, heads: 1 },
      { outputs: 12, heads, factors: true, residual: true },
    ],
  );
}
check('one row of pixels', [1, 1, 9, 8], [{ outputs: 8, heads: 2 }]);
check('an image without padding', [1, 10, 6, 8], [{ outputs: 8, heads: 2, pads: [0, 0, 0, 0] }]);
check('uneven padding', [1, 5, 6, 8], [{ outputs: 9, heads: 3, pads: [0, 2, 1, 0] }]);
check(
  'heads that keep nothing, all or some',
  [3, 6, 5, 9],
  [
    { outputs: 23, heads: 1 },
    { outputs: 18, heads: 3, keep: [0, 1, 0.4], residual: true },
  ],
);
check(
  'a chain of which nothing is kept in between',
  [2, 6, 5, 9],
  [
    { outputs: 16, heads: 1 },
    { outputs: 8, heads: 2, keep: 0 },
  ],
);
check('a dense layer before a gated one', [1, 6, 9, 7], [{ outputs: 21 }, { outputs: 6, heads: 2 }]);
check(
  'a bottleneck',
  [2, 7, 7, 24],
  [
    { outputs: 16, kernel: 1, heads: 1 },
    { outputs: 16, heads: 4, factors: true },
    { outputs: 32, kernel: 1, heads: 1, keep: 0.7, residual: true },
  ],
);
check(
  'a strided layer before one in tiles',
  [1, 13, 12, 18],
  [
    { outputs: 16, heads: 1, stride: 2 },
    { outputs: 16, heads: 4 },
  ],
);
check(
  'three layers of several heads',
  [1, 6, 6, 16],
  [
    { outputs: 24, heads: 2 },
    { outputs: 32, heads: 4 },
    { outputs: 8, heads: 2 },
  ],
);
check(
  'more tiles and more weights than are in work at a time',
  [1, 40, 38, 66],
  [
    { outputs: 72, heads: 1, keep: 0.9 },
    { outputs: 64, heads: 4, keep: 0.8 },
  ],
);

const random = randomIntegers('gated tiles');
for (let i = 0; i < 12; i++) {
  const layer = (): Layer => {
    const heads = [1, 2, 4][random(0, 2)]!;
    return { outputs: heads * random(1, 12), heads, keep: random(0, 10) / 10, factors: random(0, 1) === 1 };
  };
  const layers = Array.from({ length: random(1, 3) }, layer);
  layers.at(-1)!.residual = random(0, 1) === 1;
  check(
    `random chain ${i}: ${layers.map(({ heads, outputs }) => `${heads} heads, ${outputs} outputs`).join('; ')}`,
    [random(1, 3), random(1, 13), random(1, 13), random(1, 40)],
    layers,
    random(1, 1e6),
  );
}

const wayOf = (shape: readonly number[], outputs: number, layer: Omit<Layer, 'outputs'> = {}) => {
  const { graph } = network(gatedConv, shape, [{ outputs, heads: 4, ...layer }], 1);
  return fastWay(memberOf(graph.nodes[0]!), true);
};

test('large images take large tiles, and what tiles cannot or should not compute is direct', () => {
  assert.is(wayOf([1, 28, 28, 32], 32).tile, 4);
  assert.is(wayOf([1, 2, 28, 64], 64).tile, 2);
  assert.is(wayOf([1, 1, 1, 32], 32).tile, undefined);
  assert.is(wayOf([1, 28, 28, 32], 32, { stride: 2 }).tile, undefined);
  assert.is(wayOf([1, 28, 28, 32], 32, { kernel: 1 }).tile, undefined);
});

test('kept channels are copied for one head with many outputs, and for tiles', () => {
  assert.is(wayOf([1, 4, 4, 8], 128, { kernel: 1, heads: 1 }).copies, true);
  assert.is(wayOf([1, 4, 4, 8], 64, { kernel: 1, heads: 1 }).copies, false);
  assert.is(wayOf([1, 4, 4, 8], 128, { kernel: 1, heads: 2 }).copies, false);
  assert.is(wayOf([1, 28, 28, 32], 32).copies, true);
});

test('a model runs gated layers in tiles unless it is deterministic, and counts the same multiply-accumulates', async () => {
  const layers = [
    { outputs: 48, heads: 1 },
    { outputs: 48, heads: 4 },
  ];
  const { graph, data, expected } = network(gatedConv, [1, 20, 20, 48], layers, 3);
  const bytes = writeModel({ graph, metadata: {} }, 'f32');
  const run = async (deterministic: boolean) => {
    using model = await loadModel(bytes.slice(), { deterministic });
    const own = Object.fromEntries(graph.inputs.map(({ name, shape }, i) => [name, { data: data[i]!, shape }]));
    const output = Object.values(model.run(own))[0]!.data as Float32Array;
    return { output: output.slice(), layers: model.profile(own).layers };
  };
  const [exact, fast] = [await run(true), await run(false)];
  assert.equal(
    fast.layers.map(({ algorithm }) => algorithm),
    ['Winograd F(4,3)', 'Winograd F(4,3)'],
  );
  assert.equal(
    exact.layers.map(({ algorithm }) => algorithm),
    [undefined, undefined],
  );
  assert.equal(
    fast.layers.map(({ macs }) => macs),
    exact.layers.map(({ macs }) => macs),
  );
  assert.not.equal(fast.output, exact.output);
  compare(fast.output, expected, { absolute: 1e-3, relative: 1e-4 }, 'fast');
  const [direct] = (await createRunner('simd'))(graph, data);
  assert.equal(exact.output, direct);
});

test.run();
