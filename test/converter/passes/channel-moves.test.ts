// Reshapes, transposes and stacks that only move channels become selections; graphs that differ from them in one thing stay.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findShuffles } from '../../../src/converter/passes/find-shuffles.js';
import { joinReshapes } from '../../../src/converter/passes/join-reshapes.js';
import type { Graph } from '../../../src/ir/graph.js';
import type { Value } from '../../../src/ir/value.js';
import { concat } from '../../../src/ops/concat.js';
import { gather } from '../../../src/ops/rare/gather.js';
import { reshape } from '../../../src/ops/reshape.js';
import { sizeOf } from '../../../src/ir/tensor.js';
import { randomIntegers } from '../../support/cases.js';
import { valueOf } from '../../support/graph-runner.js';
import type { Builder } from '../../support/network-builder.js';
import { randomPerm } from '../../support/permutations.js';
import { after, all, by, leaves } from '../../support/rewriting.js';

const shaped = (b: Builder, x: Value, ...shape: number[]): Value => b.add(reshape, { shape }, x);

const picked = (b: Builder, x: Value, axis: number, ...indices: number[]): Value =>
  b.add(gather, { axis }, x, { ...valueOf('indices', [indices.length], 'int32'), data: Int32Array.from(indices) });

const shuffles = by(findShuffles);

/** `shape` of x in other axes, these permuted, and the last shape. */
const moves =
  (shape: number[], split: number[], perm: number[], last: number[]) =>
  (b: Builder): Graph =>
    b.graph(shaped(b, b.transpose(shaped(b, b.input(...shape), ...split), ...perm), ...last));

const UNCHANGED = ['reshape', 'transpose', 'reshape'];
const [map, grouped] = [
  [2, 3, 5, 6],
  [2, 3, 5, 2, 3],
];

leaves('a channel shuffle is a selection', shuffles, ['gather'], moves(map, grouped, [0, 1, 2, 4, 3], map));
leaves('so is one whose pixels are one axis', shuffles, ['gather'], moves(map, [2, 15, 3, 1, 2], [0, 1, 4, 2, 3], map));
leaves('not if pixels move', shuffles, UNCHANGED, moves([2, 4, 4, 6], [2, 4, 4, 2, 3], [0, 2, 1, 4, 3], [2, 4, 4, 6]));
leaves('not if samples move', shuffles, UNCHANGED, moves([2, 2, 1, 6], [2, 2, 2, 3], [1, 0, 3, 2], [2, 2, 1, 6]));
leaves(
  'not if samples and pixels change places',
  shuffles,
  UNCHANGED,
  moves([3, 3, 1, 4], [3, 3, 2, 2], [1, 0, 2, 3], [3, 3, 1, 4]),
);
leaves(
  'not if an axis holds pixels and channels',
  shuffles,
  UNCHANGED,
  moves([1, 2, 3, 4], [1, 3, 8], [0, 2, 1], [1, 2, 3, 4]),
);
leaves('not if a channel axis moves before the pixels', shuffles, UNCHANGED, moves(map, grouped, [0, 3, 1, 2, 4], map));
leaves(
  'not if the last shape has other channels',
  shuffles,
  UNCHANGED,
  moves(map, grouped, [0, 1, 2, 4, 3], [2, 3, 10, 3]),
);
leaves(
  'not if the last shape has other pixels',
  shuffles,
  UNCHANGED,
  moves(map, grouped, [0, 1, 2, 4, 3], [2, 5, 3, 6]),
);

leaves(
  'a transpose that the network returns stays beside the selection',
  shuffles,
  [...UNCHANGED.slice(0, 2), 'gather'],
  (b) => {
    const moved = b.transpose(shaped(b, b.input(...map), ...grouped), 0, 1, 2, 4, 3);
    return b.graph(shaped(b, moved, ...map), moved);
  },
);

/** Two maps of 3 channels as parts of `shape`, joined along an axis, and the last shape. */
const stack =
  (shape: number[], axis: number, last: number[], sources = [1, 2, 3, 3]) =>
  (b: Builder): Graph => {
    const parts = [b.input(...sources), b.input(...sources)].map((x) => shaped(b, x, ...shape));
    return b.graph(shaped(b, b.add(concat, { axis }, ...parts), ...last));
  };

const STACKED = ['reshape', 'reshape', 'concat', 'reshape'];

leaves(
  'channels that are stacked are a selection',
  shuffles,
  ['concat', 'gather'],
  stack([1, 2, 3, 3, 1], 4, [1, 2, 3, 6]),
);
leaves('groups that are stacked too', shuffles, ['concat', 'gather'], stack([1, 2, 3, 1, 3], 3, [1, 2, 3, 6]));
leaves('not maps that are stacked along the pixels', shuffles, STACKED, stack([1, 2, 3, 1, 3], 2, [1, 2, 6, 3]));
leaves('not if pixels become channels', shuffles, STACKED, stack([1, 2, 3, 3, 1], 4, [1, 2, 18]));
leaves('not if channels become pixels', shuffles, STACKED, stack([1, 2, 3, 3, 1], 4, [1, 2, 9, 2]));
leaves('not if the parts had other pixels', shuffles, STACKED, stack([1, 2, 3, 3, 1], 4, [1, 2, 3, 6], [1, 3, 2, 3]));
leaves('not if the parts had other channels', shuffles, STACKED, stack([1, 2, 3, 3, 1], 4, [1, 2, 3, 6], [1, 2, 9, 1]));
leaves('not if something else reads the stack', shuffles, [...STACKED, 'clip'], (b) => {
  const parts = [b.input(1, 2, 3, 3), b.input(1, 2, 3, 3)].map((x) => shaped(b, x, 1, 2, 3, 3, 1));
  const stacked = b.add(concat, { axis: 4 }, ...parts);
  return b.graph(shaped(b, stacked, 1, 2, 3, 6), b.clip(stacked, 0, 1));
});
leaves('not if the network returns the stack', shuffles, STACKED, (b) => {
  const parts = [b.input(1, 2, 3, 3), b.input(1, 2, 3, 3)].map((x) => shaped(b, x, 1, 2, 3, 3, 1));
  const stacked = b.add(concat, { axis: 4 }, ...parts);
  return b.graph(shaped(b, stacked, 1, 2, 3, 6), stacked);
});

const join = by(joinReshapes);

/** Rows of pixels, what `then` makes of them, the last shape, and bounds, since an output keeps its reshape. */
const rows =
  (then: (b: Builder, rows: Value) => Value, last: number[] = [2, 3, 5, 6], flat = [2, 15, 6]) =>
  (b: Builder): Graph =>
    b.graph(b.clip(shaped(b, then(b, shaped(b, b.input(...map), ...flat)), ...last), -1, 1));

leaves(
  'reshapes that undo each other go',
  join,
  ['clip'],
  rows((_, x) => x),
);
leaves(
  'a selection between them stays alone',
  join,
  ['gather', 'clip'],
  rows((b, x) => picked(b, x, 2, 4, 1, 0), [2, 3, 5, 3]),
);
leaves(
  'selections between them become one',
  join,
  ['gather', 'clip'],
  rows((b, x) => picked(b, picked(b, x, 2, 4, 1, 0), 2, 2, 2, 0, 1), [2, 3, 5, 4]),
);
leaves(
  'samples that are joined with pixels come back',
  join,
  ['gather', 'clip'],
  rows((b, x) => picked(b, x, 3, 4, 1), [2, 3, 5, 2], [1, 6, 5, 6]),
);
const KEPT = ['reshape', 'gather', 'reshape', 'clip'];
leaves(
  'not if rows are selected',
  join,
  KEPT,
  rows((b, x) => picked(b, x, 1, ...Array(15).keys())),
);
leaves(
  'not if samples are selected',
  join,
  KEPT,
  rows((b, x) => picked(b, x, 0, 1, 0)),
);
leaves(
  'not if pixels come back in another shape',
  join,
  KEPT,
  rows((b, x) => picked(b, x, 2, 4, 1), [2, 5, 3, 2]),
);
leaves(
  'not if selected channels become pixels',
  join,
  KEPT,
  rows((b, x) => picked(b, x, 2, 4, 1, 0, 2, 3, 5), [2, 3, 5, 6, 1]),
);
leaves(
  'not if the channels were split before the selection',
  join,
  KEPT,
  rows((b, x) => picked(b, x, 3, 2, 0, 1), [2, 3, 5, 6], [2, 15, 2, 3]),
);
leaves(
  'not if pixels belong to the channels that are selected',
  join,
  KEPT,
  rows((b, x) => picked(b, x, 2, ...[...Array(30).keys()].reverse()), [2, 3, 5, 6], [2, 3, 30]),
);
leaves(
  'not over bounds',
  join,
  ['reshape', 'clip', 'reshape', 'clip'],
  rows((b, x) => b.clip(x, 0, 1)),
);
leaves('not if something else reads the selection', join, [...KEPT, 'clip'], (b) => {
  const some = picked(b, shaped(b, b.input(...map), 2, 15, 6), 2, 4, 1, 0);
  return b.graph(b.clip(shaped(b, some, 2, 3, 5, 3), -1, 1), b.clip(some, 0, 1));
});
leaves('not if the network returns the selection', join, KEPT, (b) => {
  const some = picked(b, shaped(b, b.input(...map), 2, 15, 6), 2, 4, 1, 0);
  return b.graph(b.clip(shaped(b, some, 2, 3, 5, 3), -1, 1), some);
});
leaves('an output keeps its reshape', join, ['clip', 'reshape', 'reshape'], (b) =>
  b.graph(shaped(b, shaped(b, b.clip(b.input(...map), -1, 1), 2, 15, 6), ...map)),
);

const random = randomIntegers('channel moves');

/** A random split of a shape into axes, which may tear pixels and channels apart. */
const randomSplit = (shape: readonly number[]): number[] => {
  const sizes = random(0, 2) ? shape.flatMap((size) => splitOf(size)) : splitOf(sizeOf(shape));
  return sizes.length > 6 ? [...shape] : sizes;
};

const splitOf = (size: number): number[] => {
  const divisor = [2, 3, 4, 5][random(0, 3)]!;
  return size % divisor === 0 && random(0, 1) ? [divisor, ...splitOf(size / divisor)] : [size];
};

const randomShape = (shape: readonly number[]): number[] =>
  random(0, 1) ? [...shape] : [shape[0]!, shape[1]! * shape[2]!, 1, shape[3]!];

/** Steps from an array of four axes to one of four axes, which often only move channels. */
const STEPS: ((b: Builder, x: Value) => Value)[] = [
  (b, x) => {
    const split = shaped(b, x, ...randomSplit(x.shape));
    const rank = split.shape.length;
    const still = Math.min(rank, random(0, 3));
    const perm = randomPerm((least, most) => random(least, most), rank - still).map((axis) => axis + still);
    return shaped(b, b.transpose(split, ...Array(still).keys(), ...perm), ...randomShape(x.shape));
  },
  (b, x) => {
    const [n, h, w, c] = x.shape as [number, number, number, number];
    const part = random(0, 1) ? [n, h, w, c, 1] : [n, h, w, 1, c];
    const axis = random(2, 4);
    const others = [x, b.clip(x, -0.5, 0.5)].map((value) => shaped(b, value, ...part));
    return shaped(b, b.add(concat, { axis }, ...others), n, h, -1, random(0, 1) ? c : 2 * c);
  },
  (b, x) => {
    const flat = shaped(b, x, ...randomShape(x.shape));
    const axis = random(0, 3) ? 3 : random(0, 2);
    const size = flat.shape[axis]!;
    const some = picked(b, flat, axis, ...Array.from({ length: size }, (_, i) => (i * 7 + 3) % size));
    return shaped(b, some, ...(random(0, 1) ? x.shape : randomShape(x.shape)));
  },
  (b, x) => b.convLast(x, [4, 6, 12][random(0, 2)]!, { kernel: [1, 1], pads: [0, 0, 0, 0] }),
  (b, x) => b.binary('mul', x, b.constant([x.shape.at(-1)!])),
];

const randomGraph = (b: Builder): Graph => {
  const values = [b.input(random(1, 3), random(1, 4), random(1, 4), [4, 6, 12][random(0, 2)]!)];
  for (let i = random(1, 6); i > 0; i--) {
    const x = values[Math.max(0, values.length - random(1, 2))]!;
    const y = STEPS[random(0, STEPS.length - 1)]!(b, x);
    if (sizeOf(y.shape) < 2000) values.push(y);
  }
  return b.graph(values.at(-1)!, ...(random(0, 2) ? [] : [values[random(0, values.length - 1)]!]));
};

test('400 random chains that move channels, pixels and samples give the same after the passes', async () => {
  let changed = 0;
  for (let i = 0; i < 200; i++) {
    const { nodes } = await after(by(findShuffles, joinReshapes), (b) => {
      const graph = randomGraph(b);
      changed += graph.nodes.length;
      return graph;
    });
    changed -= nodes.length;
    await after(all, randomGraph);
  }
  assert.ok(changed > 100, `only ${changed} nodes went`);
});

test.run();
