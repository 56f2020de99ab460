// What each pass does, on small graphs whose outputs must not change.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Graph } from '../../../src/ir/graph.js';
import type { Value } from '../../../src/ir/value.js';
import { concat } from '../../../src/ops/concat.js';
import { gather } from '../../../src/ops/rare/gather.js';
import { lrn } from '../../../src/ops/rare/lrn.js';
import { matmul } from '../../../src/ops/matmul.js';
import { normalize } from '../../../src/ops/rare/normalize.js';
import { reduce } from '../../../src/ops/reduce.js';
import { reshape } from '../../../src/ops/reshape.js';
import { unary } from '../../../src/ops/unary.js';
import { foldAffine } from '../../../src/converter/passes/fold-affine.js';
import { fuseAddends } from '../../../src/converter/passes/fuse-addends.js';
import { fuseClips } from '../../../src/converter/passes/fuse-clips.js';
import { sinkSelections } from '../../../src/converter/passes/sink-selections.js';
import { sinkTransposes } from '../../../src/converter/passes/sink-transposes.js';
import { valueOf } from '../../support/graph-runner.js';
import { opsOf, type Builder } from '../../support/network-builder.js';
import { after, all, by, leaves } from '../../support/rewriting.js';

const sink = by(sinkTransposes);

leaves(
  'a chain of layers keeps the transposes at its borders',
  sink,
  ['transpose', 'conv', 'clip', 'conv', 'pool', 'conv', 'unary', 'transpose'],
  (b) => {
    const x = b.clip(b.conv(b.input(1, 3, 5, 6), 4), 0, 6);
    const y = b.conv(b.pool(b.conv(x, 5)), 4, { group: 1 });
    return b.graph(b.add(unary, { kind: 'sigmoid', alpha: 0, beta: 0 }, y));
  },
);

leaves(
  'batch normalisation and residuals run with channels last',
  sink,
  ['transpose', 'conv', 'binary', 'binary', 'conv', 'binary', 'transpose'],
  (b) => {
    const x = b.conv(b.input(1, 3, 5, 6), 4);
    const y = b.binary('add', b.binary('mul', x, b.constant([4, 1, 1])), b.constant([1, 4, 1, 1]));
    return b.graph(b.binary('add', x, b.conv(y, 4)));
  },
);

leaves(
  'a channel shuffle becomes the order in which the next layer reads',
  all,
  ['transpose', 'conv', 'conv', 'transpose'],
  (b) => {
    const x = b.conv(b.input(1, 3, 5, 7), 6, { group: 3 });
    const split = b.add(reshape, { shape: [0, 2, 3, 5, 7] }, x);
    const joined = b.add(reshape, { shape: [0, 6, 5, 7] }, b.transpose(split, 0, 2, 1, 3, 4));
    return b.graph(b.conv(joined, 4));
  },
);

leaves(
  'squeeze and excite runs with channels last',
  sink,
  ['transpose', 'conv', 'reduce', 'conv', 'unary', 'binary', 'conv', 'transpose'],
  (b) => {
    const x = b.conv(b.input(2, 3, 5, 6), 4);
    const squeezed = b.conv(b.add(reduce, { kind: 'mean', axes: [2, 3], keep: true }, x), 4, {
      kernel: [1, 1],
      pads: [0, 0, 0, 0],
    });
    return b.graph(b.conv(b.binary('mul', x, b.add(unary, { kind: 'sigmoid', alpha: 0, beta: 0 }, squeezed)), 5));
  },
);

leaves(
  'a global mean before a product needs no transpose',
  sink,
  ['transpose', 'conv', 'reduce', 'reshape', 'matmul'],
  (b) => {
    const x = b.add(reduce, { kind: 'mean', axes: [2, 3], keep: true }, b.conv(b.input(2, 3, 5, 6), 4));
    return b.graph(
      b.add(matmul, { low: -Infinity, high: Infinity }, b.add(reshape, { shape: [0, -1] }, x), b.constant([4, 7])),
    );
  },
);

leaves(
  'flattened maps stay in the order of the file',
  sink,
  ['transpose', 'conv', 'transpose', 'reshape', 'matmul'],
  (b) => {
    const flat = b.add(reshape, { shape: [0, -1] }, b.conv(b.input(2, 3, 2, 3), 4));
    return b.graph(b.add(matmul, { low: -Infinity, high: Infinity }, flat, b.constant([24, 7])));
  },
);

leaves(
  'concatenation along the channels',
  sink,
  ['transpose', 'conv', 'conv', 'conv', 'concat', 'conv', 'transpose'],
  (b) => {
    const x = b.conv(b.input(1, 3, 5, 6), 3);
    return b.graph(b.conv(b.add(concat, { axis: 1 }, b.conv(x, 4), b.conv(x, 2)), 3));
  },
  (graph) => assert.is(graph.nodes.find(({ op }) => op === concat)!.attrs.axis, 3),
);

leaves('a transpose and its inverse vanish', sink, ['clip'], (b) => {
  const x = b.transpose(b.transpose(b.input(2, 3, 4), 2, 0, 1), 1, 2, 0);
  return b.graph(b.clip(x, 0, 1));
});

leaves('a transpose that moves axes of one element is a reshape', sink, ['reshape'], (b) =>
  b.graph(b.transpose(b.input(2, 1, 1, 5), 0, 3, 1, 2)),
);

leaves('an output keeps its name and its place', sink, ['transpose', 'conv', 'transpose', 'clip', 'transpose'], (b) => {
  const x = b.conv(b.input(1, 3, 5, 6), 4);
  return b.graph(x, b.clip(x, 0, 1));
});

leaves('constants are transposed at once', sink, ['binary', 'transpose'], (b) => {
  const x = b.transpose(b.input(2, 3, 4), 2, 0, 1);
  return b.graph(b.binary('sub', b.constant([4, 2, 3]), x));
});

leaves('a constant with more axes than are transposed keeps the transpose', sink, ['transpose', 'binary'], (b) => {
  const x = b.transpose(b.input(2, 3, 4), 2, 0, 1);
  return b.graph(b.binary('sub', x, b.constant([5, 4, 2, 3])));
});

const pointwise = { kernel: [1, 1], pads: [0, 0, 0, 0] };
const layer = (b: Builder) => b.convLast(b.input(1, 4, 5, 3), 6);

leaves('a product and a sum become weights', by(foldAffine), ['conv'], (b) =>
  b.graph(b.binary('add', b.binary('mul', layer(b), b.constant([6])), b.constant([1, 1, 1, 6]))),
);

leaves('a chain of scalars and channels becomes weights', by(foldAffine), ['conv'], (b) => {
  const normal = b.binary('div', b.binary('sub', layer(b), b.constant([6])), b.constant([1, 6], 0.5, 1));
  const scalar = b.binary('add', b.binary('mul', b.constant([]), normal), b.constant([1]));
  return b.graph(b.binary('sub', b.constant([6]), scalar));
});

leaves('depthwise layers and products take them too', by(foldAffine), ['conv', 'reshape', 'matmul'], (b) => {
  const x = b.binary('mul', b.convLast(b.input(1, 4, 5, 6), 6, { group: 6 }), b.constant([6]));
  const y = b.add(
    matmul,
    { low: -Infinity, high: Infinity },
    b.add(reshape, { shape: [20, 6] }, x),
    b.constant([6, 5]),
  );
  return b.graph(b.binary('add', y, b.constant([5])));
});

leaves('not where something else reads the layer', by(foldAffine), ['conv', 'binary', 'clip'], (b) => {
  const x = layer(b);
  return b.graph(b.binary('mul', x, b.constant([6])), b.clip(x, 0, 1));
});

leaves('not where the layer is an output', by(foldAffine), ['conv', 'binary'], (b) => {
  const x = layer(b);
  return b.graph(b.binary('mul', x, b.constant([6])), x);
});

leaves('not after bounds', by(foldAffine), ['conv', 'binary'], (b) =>
  b.graph(b.binary('mul', b.convLast(b.input(1, 4, 5, 3), 6, { low: 0 }), b.constant([6]))),
);

leaves(
  'not for one number per pixel, more axes, another kind or a divided constant',
  by(foldAffine),
  ['conv', 'binary', 'binary', 'binary', 'binary'],
  (b) => {
    const pixels = b.binary('mul', layer(b), b.constant([4, 5, 1]));
    const more = b.binary('add', pixels, b.constant([1, 1, 1, 1, 6]));
    return b.graph(b.binary('div', b.constant([6]), b.binary('max', more, b.constant([6]))));
  },
);

const normal = (b: Builder, x: Value, low: number) =>
  b.binary('add', b.binary('mul', x, b.constant([6], low, 2)), b.constant([6]));

leaves(
  'batch normalisation after max pools becomes weights',
  by(foldAffine, fuseClips),
  ['conv', 'pool', 'pool'],
  (b) => b.graph(b.clip(normal(b, b.poolLast(b.poolLast(layer(b))), 0.1), 0, 6)),
);

leaves('a clip between max pools joins the one before them', by(fuseClips), ['clip', 'pool', 'pool'], (b) =>
  b.graph(b.poolLast(b.clip(b.poolLast(b.clip(b.input(1, 4, 5, 6), -0.5, 0.5)), 0, 6))),
);

leaves('padding at the front, strides and a factor of 0 change nothing', by(foldAffine), ['conv', 'pool'], (b) =>
  b.graph(normal(b, b.poolLast(layer(b), { pads: [1, 1, 0, 0], strides: [3, 2], ceil: true }), 0)),
);

leaves('a hard sigmoid after a max pool becomes weights and bounds', by(foldAffine), ['conv', 'pool'], (b) =>
  b.graph(b.add(unary, { kind: 'hardSigmoid', alpha: 0.2, beta: 0.5 }, b.poolLast(layer(b)))),
);

leaves(
  'windows that may lie in padding keep what comes after them',
  by(foldAffine, fuseClips),
  ['conv', 'pool', 'binary', 'binary', 'clip'],
  (b) => b.graph(b.clip(normal(b, b.poolLast(layer(b), { dilations: [2, 2], pads: [1, 1, 1, 1] }), 0.1), 0, 6)),
);

leaves(
  'a factor stays after a max pool that is returned',
  by(foldAffine),
  ['conv', 'pool', 'binary', 'binary'],
  (b) => {
    const x = b.poolLast(layer(b));
    return b.graph(x, normal(b, x, 0.1));
  },
);

leaves('a negative factor stays after a max pool', by(foldAffine), ['conv', 'pool', 'binary', 'binary'], (b) =>
  b.graph(normal(b, b.poolLast(layer(b)), -2)),
);

leaves('a factor stays after another pool', by(foldAffine), ['conv', 'pool', 'binary', 'binary'], (b) =>
  b.graph(normal(b, b.poolLast(layer(b), { kind: 'average' }), 0.1)),
);

leaves(
  'a factor stays after a max pool of what is read elsewhere',
  by(foldAffine),
  ['conv', 'pool', 'binary', 'binary', 'clip'],
  (b) => {
    const x = layer(b);
    return b.graph(normal(b, b.poolLast(x), 0.1), b.clip(x, 0, 1));
  },
);

leaves(
  'a clip stays after a max pool that is read elsewhere',
  by(fuseClips),
  ['conv', 'pool', 'clip', 'binary'],
  (b) => {
    const x = b.poolLast(layer(b));
    return b.graph(b.binary('add', b.clip(x, 0, 1), x));
  },
);

leaves('a value that is multiplied by itself stays', by(foldAffine), ['conv', 'binary'], (b) => {
  const x = layer(b);
  return b.graph(b.binary('mul', x, x));
});

leaves(
  'consecutive bounds intersect',
  by(fuseClips),
  ['conv'],
  (b) => b.graph(b.clip(b.clip(layer(b), 0, 6), -1, 0.5)),
  ({ nodes }) => assert.equal([nodes[0]!.attrs.low, nodes[0]!.attrs.high], [0, 0.5]),
);

leaves('clips become one', by(fuseClips), ['clip'], (b) => b.graph(b.clip(b.clip(b.input(9), -0.5, 1), -1, 0.5)));

leaves(
  'bounds with nothing in between stay a clip',
  by(fuseClips),
  ['conv', 'clip'],
  (b) => b.graph(b.clip(b.clip(layer(b), 0, 0.25), 0.5, 1)),
  ({ nodes }) => assert.equal([nodes[0]!.attrs.low, nodes[0]!.attrs.high], [0, 0.25]),
);

leaves('a clip of a value that is read elsewhere stays', by(fuseClips), ['conv', 'clip', 'binary'], (b) => {
  const x = layer(b);
  return b.graph(b.binary('add', b.clip(x, 0, 1), x));
});

leaves('a clip of an output stays', by(fuseClips), ['conv', 'clip'], (b) => {
  const x = layer(b);
  return b.graph(x, b.clip(x, 0, 1));
});

leaves(
  'a sum goes into the later of its layers',
  by(fuseAddends),
  ['conv', 'conv'],
  (b) => {
    const x = layer(b);
    return b.graph(b.binary('add', x, b.convLast(b.inputs[0]!, 6, pointwise)));
  },
  ({ nodes }) =>
    assert.equal(
      nodes.map(({ inputs }) => inputs.length),
      [3, 4],
    ),
);

leaves(
  'a sum goes into the layer before it whichever side it is on',
  by(fuseAddends),
  ['conv', 'clip', 'conv'],
  (b) => {
    const x = b.clip(layer(b), 0, 1);
    return b.graph(b.binary('add', b.convLast(x, 6), x));
  },
  ({ nodes }) => assert.is(nodes[2]!.inputs[3], nodes[1]!.output),
);

leaves(
  'bounds after the sum follow',
  by(fuseAddends, fuseClips),
  ['conv', 'conv'],
  (b) => {
    const x = layer(b);
    return b.graph(b.clip(b.binary('add', x, b.convLast(x, 6)), 0, 6));
  },
  ({ nodes }) => assert.is(nodes[1]!.attrs.high, 6),
);

leaves('a sum that broadcasts stays', by(fuseAddends), ['conv', 'binary'], (b) =>
  b.graph(b.binary('add', layer(b), b.input(1, 1, 1, 6))),
);

leaves(
  'a sum stays where something else reads the layers',
  by(fuseAddends),
  ['conv', 'conv', 'binary', 'binary', 'binary'],
  (b) => {
    const [x, y] = [layer(b), b.convLast(b.inputs[0]!, 6)];
    return b.graph(b.binary('mul', b.binary('add', x, y), b.binary('add', x, y)));
  },
);

leaves('a sum stays after bounds and after depthwise layers', by(fuseAddends), ['conv', 'conv', 'binary'], (b) => {
  const x = b.input(1, 4, 5, 6);
  return b.graph(b.binary('add', b.convLast(x, 6, { low: 0 }), b.convLast(x, 6, { group: 6 })));
});

leaves('a layer that is added to itself stays', by(fuseAddends), ['conv', 'binary'], (b) => {
  const x = layer(b);
  return b.graph(b.binary('add', x, x));
});

const sinkChannels = by(sinkSelections);

const pick = (b: Builder, x: Value, ...indices: number[]): Value =>
  b.add(gather, { axis: 3 }, x, { ...valueOf('indices', [indices.length], 'int32'), data: Int32Array.from(indices) });

leaves(
  'a selection of half of the channels waits until a layer reads through it',
  sinkChannels,
  ['conv', 'binary', 'clip', 'conv', 'conv'],
  (b) => {
    const x = layer(b);
    const part = b.binary('mul', pick(b, x, 4, 1, 5), b.constant([3]));
    return b.graph(b.convLast(b.clip(part, 0, 1), 4), b.convLast(x, 2));
  },
  ({ nodes }) =>
    assert.equal(
      [nodes[1]!.output.shape.at(-1), nodes[3]!.attrs.blocks],
      [6, [{ inputs: [4, 1, 5], outputs: [0, 1, 2, 3] }]],
    ),
);

leaves('a selection of fewer stays where it is', sinkChannels, ['conv', 'gather', 'binary', 'conv', 'conv'], (b) => {
  const x = layer(b);
  return b.graph(b.convLast(b.binary('mul', pick(b, x, 4, 1), b.constant([2])), 4), b.convLast(x, 2));
});

leaves(
  'a residual takes the order of depthwise filters after a selection',
  sinkChannels,
  ['conv', 'conv', 'conv', 'binary', 'conv'],
  (b) => {
    const filtered = b.convLast(pick(b, layer(b), 4, 1, 0, 5, 3, 2), 6, { group: 6 });
    return b.graph(b.convLast(b.binary('add', filtered, b.convLast(b.inputs[0]!, 6)), 4));
  },
);

leaves(
  'depthwise filters take the order of a residual after a selection',
  sinkChannels,
  ['conv', 'conv', 'binary', 'clip', 'binary', 'conv'],
  (b) => {
    const x = b.input(1, 4, 5, 6);
    const filtered = b.clip(b.binary('mul', b.convLast(b.convLast(x, 6), 6, { group: 6 }), b.constant([6])), 0, 1);
    return b.graph(b.convLast(b.binary('add', filtered, pick(b, x, 4, 1, 0, 5, 3, 2)), 4));
  },
);

leaves(
  'channels that are normalised with their neighbours keep their order',
  sinkChannels,
  ['conv', 'lrn', 'gather', 'binary', 'conv'],
  (b) => {
    const x = b.input(1, 4, 5, 6);
    const normal = b.add(lrn, { size: 3, alpha: 0.5, beta: 0.75, bias: 1 }, b.convLast(x, 6));
    return b.graph(b.convLast(b.binary('add', normal, pick(b, x, 4, 1, 0, 5, 3, 2)), 4));
  },
);

const order = [4, 1, 0, 5, 3, 2];

leaves(
  'a mean over the channels does not depend on their order',
  sinkChannels,
  ['conv', 'reduce', 'binary', 'conv'],
  (b) => {
    const x = pick(b, b.convLast(b.input(1, 4, 5, 3), 6), ...order);
    const mean = b.add(reduce, { kind: 'mean', axes: [3], keep: true }, x);
    return b.graph(b.convLast(b.binary('sub', x, mean), 4));
  },
);

leaves(
  'a mean over some of the channels waits for the selection',
  sinkChannels,
  ['conv', 'gather', 'reduce', 'conv'],
  (b) => {
    const x = b.convLast(b.input(1, 4, 5, 3), 6);
    return b.graph(b.add(reduce, { kind: 'mean', axes: [1, 2, 3], keep: true }, pick(b, x, 4, 1, 1)), b.convLast(x, 2));
  },
);

leaves('a mean over the pixels comes before a selection', sinkChannels, ['conv', 'reduce', 'conv', 'clip'], (b) => {
  const x = b.convLast(b.input(1, 4, 5, 3), 6);
  const mean = b.add(reduce, { kind: 'l2', axes: [1, 2], keep: true }, pick(b, x, ...order));
  return b.graph(b.convLast(mean, 4), b.clip(x, 0, 1));
});

/** A normalisation of selected channels, then a layer; `size` elements have a scale of their own. */
const normalised =
  (start: number, groups: number, size: number, indices = order) =>
  (b: Builder) => {
    const x = b.convLast(b.input(2, 2, 3, 3), 6);
    const parts = [b.constant([size], 0.5, 1), b.constant([size])];
    const y = b.add(normalize, { start, groups, epsilon: 1e-5 }, pick(b, x, ...indices), ...parts);
    return b.graph(b.convLast(y, 4), b.clip(x, 0, 1));
  };

leaves(
  'a normalisation over the channels comes before an order',
  sinkChannels,
  ['conv', 'normalize', 'conv', 'clip'],
  normalised(3, 1, 6),
);
leaves(
  'so does one over pixels and channels',
  sinkChannels,
  ['conv', 'normalize', 'conv', 'clip'],
  normalised(1, 1, 6),
);
const NORMAL = ['conv', 'gather', 'normalize', 'conv', 'clip'];
leaves('not one of groups of channels', sinkChannels, NORMAL, normalised(1, 2, 6));
leaves('not one with a scale for each pixel', sinkChannels, NORMAL, normalised(1, 1, 36));
leaves('not one of channels that are taken twice', sinkChannels, NORMAL, normalised(3, 1, 6, [4, 1, 0, 5, 3, 3]));

test('a long chain after a selection takes its order', async () => {
  const chain = (b: Builder): Graph => {
    const x = b.input(1, 1, 1, 3);
    let y = b.convLast(x, 3, pointwise);
    for (let i = 0; i < 20_000; i++) y = b.clip(y, -1, 1);
    return b.graph(b.convLast(b.binary('add', y, pick(b, x, 2, 0, 1)), 2, pointwise));
  };
  const graph = await after(sinkChannels, chain);
  assert.is(opsOf(graph).includes('gather'), false);
});

test.run();
