// Channels that nothing reads are removed, and all remaining numbers stay the same.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Graph } from '../../../src/ir/graph.js';
import type { Value } from '../../../src/ir/value.js';
import type { Block } from '../../../src/ir/structure.js';
import { binary } from '../../../src/ops/binary.js';
import { concat } from '../../../src/ops/concat.js';
import { conv } from '../../../src/ops/conv/conv.js';
import { gather } from '../../../src/ops/rare/gather.js';
import { lrn } from '../../../src/ops/rare/lrn.js';
import { matmul } from '../../../src/ops/matmul.js';
import { pad } from '../../../src/ops/pad.js';
import { reduce } from '../../../src/ops/reduce.js';
import { reshape } from '../../../src/ops/reshape.js';
import { slice } from '../../../src/ops/slice.js';
import { softmax } from '../../../src/ops/softmax.js';
import { unary } from '../../../src/ops/unary.js';
import { GraphEditor } from '../../../src/converter/passes/editor.js';
import { pruneUnread } from '../../../src/converter/passes/prune-unread.js';
import { sizeOf } from '../../../src/ir/tensor.js';
import { constantOf, createRunner, valueOf } from '../../support/graph-runner.js';
import { range } from '../../support/learned-groups.js';
import { Builder } from '../../support/network-builder.js';
import { attrsFor, type ConvAttrs } from '../../support/conv-reference.js';
import { seededFloats } from '../../support/seeded.js';
import type { Rewrites } from '../../../src/converter/rewrites/rewrites.js';
import { rewritesOf } from '../../../src/converter/rewrites/index.js';

const runner = createRunner('simd');
const pointwise = { kernel: [1, 1], pads: [0, 0, 0, 0] };

/** A layer whose outputs all read these inputs alone: the weights of the others are 0. */
const reading = (
  b: Builder,
  x: Value,
  outputs: number,
  inputs: readonly number[],
  attrs: Partial<ConvAttrs> = {},
  ...residual: Value[]
): Value => {
  const all = attrsFor(2, { ...pointwise, ...attrs });
  const w = b.constant([outputs, ...all.kernel, x.shape.at(-1)!], 0.1, 1);
  const data = w.data!.map((weight, i) => (inputs.includes(i % x.shape.at(-1)!) ? weight : 0));
  return b.add(conv, all, x, { ...w, data }, b.constant([outputs]), ...residual);
};

const inBlocks = (b: Builder, x: Value, outputs: number, blocks: readonly Block[]): Value => {
  const count = blocks.reduce((sum, block) => sum + block.inputs.length * block.outputs.length, 0);
  return b.add(conv, attrsFor(2, { ...pointwise, blocks }), x, b.constant([count], 0.1, 1), b.constant([outputs]));
};

const pick = (b: Builder, x: Value, indices: readonly number[]): Value =>
  b.add(gather, { axis: x.shape.length - 1 }, x, {
    ...valueOf('indices', [indices.length], 'int32'),
    data: Int32Array.from(indices),
  });

const curve = (b: Builder, x: Value): Value => b.add(unary, { kind: 'tanh', alpha: 0, beta: 0 }, x);

/** The channels of the nodes' outputs, after pruning. */
const widths = ({ nodes }: Graph): string =>
  nodes.map(({ op, output }) => `${op.name} ${output.shape.at(-1)}`).join(', ');

const pruning = suite('channels that nothing reads');

/** Tests which channels remain and how many are pruned; the outputs must stay exactly the same. */
const prunes = (
  name: string,
  expected: string,
  pruned: number,
  build: (b: Builder) => Graph,
  check?: (graph: Graph) => void,
): void =>
  pruning(name, async () => {
    const graph = build(new Builder());
    const run = await runner;
    const data = graph.inputs.map(({ shape }, i) => seededFloats(sizeOf(shape), i + 70, -1, 1));
    const before = run(graph, data);
    const editor = new GraphEditor(graph);
    const count = pruneUnread(editor);
    const changed = editor.graph;
    editor.verify();
    assert.is(widths(changed), expected);
    assert.is(count, pruned);
    assert.equal(run(changed, data), before);
    assert.is(pruneUnread(editor), 0, 'nothing is left to prune');
    check?.(changed);
  });

prunes(
  'go from the layer that makes them',
  'conv 3, conv 5',
  3,
  (b) => {
    const x = b.convLast(b.input(1, 4, 5, 3), 6);
    return b.graph(reading(b, x, 5, [0, 2, 5]));
  },
  ({ nodes }) =>
    assert.equal(
      nodes.map(({ inputs }) => inputs[1]!.shape),
      [
        [3, 3, 3, 3],
        [5, 1, 1, 3],
      ],
    ),
);

prunes(
  'go through depthwise layers and whatever treats channels alike',
  'conv 2, conv 2, binary 2, binary 2, unary 2, clip 2, pad 2, pool 2, conv 4',
  4,
  (b) => {
    const filtered = b.convLast(b.convLast(b.input(1, 4, 5, 3), 6), 6, { group: 6 });
    const normal = b.binary('add', b.binary('mul', filtered, b.constant([6])), b.constant([1, 1, 1, 6]));
    const padded = b.add(
      pad,
      { mode: 'constant', pads: [0, 1, 1, 0, 0, 0, 0, 0], value: 0 },
      b.clip(curve(b, normal), 0, 1),
    );
    return b.graph(reading(b, b.poolLast(padded, { pads: [0, 0, 0, 0] }), 4, [1, 4]));
  },
);

prunes(
  'stay in a sum where one of its readers reads them',
  'conv 6, conv 4, conv 4, conv 2, binary 4, conv 3',
  4,
  (b) => {
    const x = b.input(1, 4, 5, 3);
    const [first, second] = [b.convLast(x, 6), b.convLast(x, 6)];
    const sum = reading(b, first, 6, range(6), {}, second);
    return b.graph(reading(b, sum, 2, [0, 1]), reading(b, b.binary('add', sum, second), 3, [1, 4, 5]));
  },
);

prunes(
  'go from the parts of a concatenation, and a part that is not read goes as a whole',
  'conv 2, conv 1, concat 3, conv 2',
  9,
  (b) => {
    const x = b.input(1, 4, 5, 3);
    const joined = b.add(concat, { axis: 3 }, b.convLast(x, 4), b.convLast(b.convLast(x, 3), 3), b.convLast(x, 2));
    return b.graph(reading(b, joined, 2, [1, 3, 8]));
  },
);

prunes('leave of a concatenation the one part that is read', 'conv 2, conv 2', 4, (b) => {
  const x = b.input(1, 4, 5, 3);
  return b.graph(reading(b, b.add(concat, { axis: 3 }, b.convLast(x, 3), b.convLast(x, 3)), 2, [3, 5]));
});

prunes(
  'are those that a selection leaves out; what selects all that is left vanishes',
  'conv 3, binary 3, conv 2',
  3,
  (b) => {
    const x = b.convLast(b.input(1, 4, 5, 3), 6);
    return b.graph(b.convLast(b.binary('mul', pick(b, x, [1, 3, 4]), b.constant([3])), 2));
  },
);

prunes('are left out by slices and selections that repeat channels', 'conv 3, gather 3, gather 4, conv 2', 3, (b) => {
  const x = b.convLast(b.input(1, 4, 5, 3), 6);
  const part = b.add(slice, { axes: [3], starts: [5], steps: [-1], counts: [4] }, x);
  return b.graph(b.convLast(pick(b, part, [3, 0, 0, 1]), 2));
});

prunes('have the constants of a concatenation with them', 'conv 1, concat 2, conv 2', 2, (b) => {
  const joined = b.add(concat, { axis: 3 }, b.convLast(b.input(1, 4, 5, 3), 3), b.constant([1, 4, 5, 2]));
  return b.graph(reading(b, joined, 2, [2, 4]));
});

prunes(
  'take blocks with them of which no output is read',
  'conv 3, conv 2, conv 2',
  8,
  (b) => {
    const blocks = [
      { inputs: [0, 3, 7], outputs: [1, 4] },
      { inputs: [1, 2, 5, 6], outputs: [0, 2] },
    ];
    const x = inBlocks(b, b.convLast(b.input(1, 4, 5, 3), 8), 5, blocks);
    return b.graph(reading(b, x, 2, [1, 4]));
  },
  ({ nodes }) =>
    assert.equal(
      nodes.map(({ attrs, inputs }) => [(attrs.blocks as Block[]).length, inputs[1]!.shape.length]),
      [
        [0, 4],
        [0, 4],
        [0, 4],
      ],
    ),
);

prunes(
  'leave the blocks that are read where they belong',
  'conv 6, conv 4, conv 2',
  3,
  (b) => {
    const blocks = [
      { inputs: [7, 0], outputs: [4, 1] },
      { inputs: [1, 2], outputs: [2] },
      { inputs: [6, 5], outputs: [0] },
    ];
    const x = inBlocks(b, b.convLast(b.input(1, 4, 5, 3), 8), 5, blocks);
    return b.graph(reading(b, x, 2, [0, 1, 2, 4]));
  },
  ({ nodes }) =>
    assert.equal(nodes[1]!.attrs.blocks, [
      { inputs: [5, 0], outputs: [3, 1] },
      { inputs: [1, 2], outputs: [2] },
      { inputs: [4, 3], outputs: [0] },
    ]),
);

prunes('go from grouped layers', 'conv 4, conv 3, conv 2', 5, (b) => {
  const x = b.convLast(b.convLast(b.input(1, 4, 5, 3), 6), 6, { group: 3 });
  return b.graph(reading(b, x, 2, [0, 1, 5]));
});

prunes('go from a constant that is added', 'conv 2, conv 2', 2, (b) => {
  const x = reading(b, b.input(1, 4, 5, 3), 4, range(3), {}, b.constant([1, 4, 5, 4]));
  return b.graph(reading(b, x, 2, [1, 3]));
});

prunes(
  'go from the layers before a mean and a classifier that selects',
  'conv 3, reduce 3, reshape 3, matmul 7',
  2,
  (b) => {
    const mean = b.add(reduce, { kind: 'mean', axes: [1, 2], keep: true }, b.convLast(b.input(2, 4, 5, 3), 5));
    const flat = b.add(reshape, { shape: [0, 5] }, mean);
    return b.graph(b.add(matmul, { low: -Infinity, high: Infinity }, pick(b, flat, [0, 3, 4]), b.constant([3, 7])));
  },
);

prunes(
  'stay where they scale channels that are read',
  'conv 2, reduce 2, conv 2, unary 2, binary 2, conv 3',
  4,
  (b) => {
    const x = b.convLast(b.input(1, 4, 5, 3), 4);
    const gate = b.add(
      unary,
      { kind: 'sigmoid', alpha: 0, beta: 0 },
      reading(b, b.add(reduce, { kind: 'mean', axes: [1, 2], keep: true }, x), 4, [0, 2]),
    );
    return b.graph(reading(b, b.binary('mul', x, gate), 3, [0, 2]));
  },
);

prunes('leave one channel of a value that nothing reads', 'conv 1, unary 1, conv 3', 4, (b) => {
  const x = curve(b, b.convLast(b.input(1, 4, 5, 3), 5));
  return b.graph(reading(b, x, 3, []));
});

prunes('may be one pixel wide vectors that all positions share', 'conv 1, conv 2, binary 2, conv 2', 4, (b) => {
  const x = b.input(1, 4, 5, 3);
  return b.graph(reading(b, b.binary('add', b.convLast(x, 1), b.convLast(x, 6)), 2, [2, 3]));
});

prunes('are none in what the network takes and returns', 'conv 6, clip 6, conv 2', 0, (b) => {
  const x = b.clip(reading(b, b.input(1, 4, 5, 3), 6, [1]), 0, 1);
  return b.graph(x, reading(b, x, 2, [0]));
});

prunes('are none where channels are taken together', 'conv 4, lrn 4, conv 4, softmax 4, conv 2', 0, (b) => {
  const x = b.add(lrn, { size: 3, alpha: 0.1, beta: 0.75, bias: 1 }, b.convLast(b.input(1, 4, 5, 3), 4));
  return b.graph(reading(b, b.add(softmax, { axis: 3, log: false }, b.convLast(x, 4)), 2, [1]));
});

prunes(
  'are none after a reordering of channels needed elsewhere: an order is free, a part is not',
  'conv 4, gather 4, conv 4, conv 2, conv 2',
  0,
  (b) => {
    const x = b.convLast(b.input(1, 4, 5, 3), 4);
    const filtered = b.convLast(pick(b, x, [2, 0, 3, 1]), 4, { group: 4 });
    return b.graph(reading(b, filtered, 2, [0]), b.convLast(x, 2));
  },
);

prunes(
  'count once for a layer and the depthwise ones after it, and all for removed layers',
  'conv 2, conv 2, conv 2',
  4 + 5,
  (b) => {
    const x = b.input(1, 4, 5, 3);
    const kept = b.convLast(b.convLast(x, 6), 6, { group: 6 });
    const gone = b.convLast(b.convLast(x, 5), 5, { group: 5 });
    return b.graph(reading(b, b.add(concat, { axis: 3 }, kept, gone), 2, [1, 4]));
  },
);

prunes('stay in a layer whose weights are all 0 as far as another reads them', 'conv 2, conv 3, conv 2', 4, (b) => {
  const x = b.convLast(b.input(1, 4, 5, 3), 6);
  return b.graph(reading(b, x, 3, []), reading(b, x, 2, [2, 5]));
});

pruning('are found in one visit per channel, in whatever order they are discovered', () => {
  const channels = 16_384;
  const asked = { channelwise: 0, selects: 0, layers: 0, outputs: 0 };
  const [sums, order, layers] = [binary, gather, conv].map(rewritesOf) as [Rewrites, Rewrites, Rewrites];
  const { asSelection } = order;
  const { reads } = layers;
  sums.isChannelwise = () => (asked.channelwise++, true);
  order.asSelection = (...of) => (asked.selects++, asSelection!(...of));
  layers.reads = (...of) => {
    const read = reads!(...of);
    asked.layers++;
    return (output) => (asked.outputs++, read(output));
  };
  const next = Int32Array.from({ length: channels }, (_, channel) => (channel + 1) % channels);
  const b = new Builder();
  const x = b.convLast(b.input(1, 1, 1, 1), channels, pointwise);
  const turned = b.add(gather, { axis: 3 }, x, { ...valueOf('next', [channels], 'int32'), data: next });
  const sum = b.add(binary, { kind: 'add' }, x, turned);
  const y = b.convLast(b.input(1, 1, 1, 1), channels, pointwise);
  const blocks = [...next].map((input, output) => ({ inputs: [input], outputs: [output] }));
  const layer = b.add(
    conv,
    attrsFor(2, { ...pointwise, blocks }),
    y,
    b.constant([channels], 0.1, 1),
    b.constant([channels]),
  );
  const other = b.add(binary, { kind: 'add' }, y, layer);
  const first = (of: Value) => b.add(slice, { axes: [3], starts: [0], steps: [1], counts: [1] }, of);
  assert.is(pruneUnread(new GraphEditor(b.graph(first(sum), first(other)))), 0, 'each channel needs the next');
  assert.ok(asked.channelwise <= 12, `the sums are looked at ${asked.channelwise} times`);
  assert.ok(asked.selects <= 4, `the order is made ${asked.selects} times`);
  assert.is(asked.layers, 3);
  assert.ok(asked.outputs <= channels, `${asked.outputs} rows of weights are looked at`);
});

pruning('are found in long chains', () => {
  const b = new Builder();
  let x = b.convLast(b.input(1, 2, 2, 3), 4);
  for (let i = 0; i < 20_000; i++) x = i % 2 ? b.clip(x, 0, 1) : b.binary('add', x, constantOf('c', [4], [1, 2, 3, 4]));
  const editor = new GraphEditor(b.graph(reading(b, x, 2, [3])));
  assert.is(pruneUnread(editor), 3);
  assert.is(editor.nodes.length, 20_002);
  assert.ok(editor.nodes.slice(0, -1).every(({ output }) => output.shape.at(-1) === 1));
});

pruning.run();
