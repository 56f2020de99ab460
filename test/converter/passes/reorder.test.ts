// Which values take the order of channels that another value has, and which keep theirs.

import { test } from 'uvu';
import { sinkSelections } from '../../../src/converter/passes/sink-selections.js';
import type { Graph } from '../../../src/ir/graph.js';
import type { Value } from '../../../src/ir/value.js';
import { concat } from '../../../src/ops/concat.js';
import { gather } from '../../../src/ops/rare/gather.js';
import { lrn } from '../../../src/ops/rare/lrn.js';
import { matmul } from '../../../src/ops/matmul.js';
import { valueOf } from '../../support/graph-runner.js';
import type { Builder } from '../../support/network-builder.js';
import { by, leaves } from '../../support/rewriting.js';

const sink = by(sinkSelections);
const HALVES = [2, 0, 1, 5, 3, 4];

/** Channels of something whose own order is fixed. */
const fixed = (b: Builder, order: readonly number[]): Value => {
  const x = b.add(lrn, { size: 3, alpha: 0.5, beta: 0.75, bias: 1 }, b.convLast(b.input(1, 4, 5, 3), order.length));
  const indices = { ...valueOf('order', [order.length], 'int32'), data: Int32Array.from(order) };
  return b.add(gather, { axis: 3 }, x, indices);
};

/** A layer of 3 outputs. */
const layer = (b: Builder): Value => b.convLast(b.inputs[0] ?? b.input(1, 4, 5, 3), 3);

const filtered = (b: Builder, x: Value): Value => b.convLast(b.clip(x, -0.5, 0.5), 3, { group: 3 });

const joined = (b: Builder, ...parts: Value[]): Value => b.add(concat, { axis: 3 }, ...parts);

/** The sum of a value with channels in `order`, and a layer that reads it. */
const added =
  (order: readonly number[], build: (b: Builder) => Value, more: (b: Builder) => Value[] = () => []) =>
  (b: Builder): Graph => {
    const [x, y] = [fixed(b, order), build(b)];
    return b.graph(b.convLast(b.binary('add', x, y), 2), ...more(b));
  };

/** A layer's outputs, and what depthwise filters make of them. */
const ghost = (b: Builder): Value => {
  const x = layer(b);
  return joined(b, x, filtered(b, x));
};

const ORDER = ['conv', 'lrn'];
const GHOST = ['conv', 'clip', 'conv', 'concat', 'binary', 'conv'];
const KEPT = [...ORDER, 'gather', ...GHOST];

leaves('joined parts take an order that stays inside each', sink, [...ORDER, ...GHOST], added(HALVES, ghost));
leaves('not one that crosses them', sink, KEPT, added([2, 0, 3, 5, 1, 4], ghost));
leaves('not one that exchanges them', sink, KEPT, added([3, 4, 5, 0, 1, 2], ghost));
leaves('not one that differs in the halves if both are of one layer', sink, KEPT, added([2, 0, 1, 3, 5, 4], ghost));
leaves(
  'not if a part is made by a layer that reads another part, across all channels',
  sink,
  [...ORDER, 'gather', 'conv', 'conv', 'concat', 'binary', 'conv'],
  added(HALVES, (b) => {
    const x = layer(b);
    return joined(b, x, b.convLast(x, 3));
  }),
);
leaves('one that differs if they are of two', sink, [...ORDER, 'conv', ...GHOST.slice(2)], (b) => {
  const order = [2, 0, 1, 3, 5, 4];
  return added(order, () => joined(b, layer(b), layer(b)))(b);
});
leaves(
  'not if something else reads the layer',
  sink,
  [...ORDER, 'gather', 'conv', 'clip', 'conv', 'concat', 'binary', 'conv', 'clip'],
  (b) => {
    let x: Value;
    return added(
      HALVES,
      () => joined(b, (x = layer(b)), filtered(b, x)),
      () => [b.clip(x, 0, 1)],
    )(b);
  },
);
leaves('not if the network returns the layer', sink, KEPT, (b) => {
  let x: Value;
  return added(
    HALVES,
    () => joined(b, (x = layer(b)), filtered(b, x)),
    () => [x],
  )(b);
});
leaves('not if the network returns what is joined', sink, KEPT, (b) => {
  let y: Value;
  return added(
    HALVES,
    () => (y = ghost(b)),
    () => [y],
  )(b);
});
leaves(
  'not if a part is an input of the network',
  sink,
  [...ORDER, 'gather', 'conv', 'concat', 'binary', 'conv'],
  (b) => added(HALVES, () => joined(b, layer(b), b.inputs[0]!))(b),
);
leaves('not if pixels are joined', sink, [...ORDER, 'gather', 'concat', 'conv'], (b) => {
  const [x, y] = [fixed(b, [2, 0, 1]), b.input(1, 4, 5, 3)];
  return b.graph(b.convLast(b.add(concat, { axis: 1 }, x, y), 2));
});
leaves('a product of a value with itself follows', sink, [...ORDER, 'conv', 'clip', 'binary', 'binary', 'conv'], (b) =>
  added([2, 0, 1], () => {
    const x = layer(b);
    return b.binary('mul', x, b.clip(x, 0, 1));
  })(b),
);
leaves(
  'columns of a product do not follow the rows of the other factor',
  sink,
  [...ORDER, 'gather', 'conv', 'matmul'],
  (b) => {
    const x = fixed(b, [2, 0, 1]);
    const y = b.convLast(b.input(1, 4, 3, 5), 3);
    return b.graph(b.add(matmul, { low: -Infinity, high: Infinity }, x, y));
  },
);

test.run();
