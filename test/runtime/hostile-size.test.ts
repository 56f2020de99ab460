// Small model files with large demands: each is refused or loaded quickly.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EngineError, FormatError } from '../../src/errors.js';
import { LIMITS } from '../../src/format/layout.js';
import { writeModel } from '../../src/format/write.js';
import type { Node } from '../../src/ir/graph.js';
import type { Value } from '../../src/ir/value.js';
import { loadModel } from '../../src/index.js';
import type { AnyOp } from '../../src/ir/op.js';
import type { Attrs } from '../../src/ir/schema.js';
import { binary } from '../../src/ops/binary.js';
import { conv } from '../../src/ops/conv/conv.js';
import { convTranspose } from '../../src/ops/rare/conv-transpose.js';
import { expand } from '../../src/ops/rare/expand.js';
import { gather } from '../../src/ops/rare/gather.js';
import { matmul } from '../../src/ops/matmul.js';
import { pad } from '../../src/ops/pad.js';
import { pool } from '../../src/ops/pool.js';
import { resize } from '../../src/ops/rare/resize.js';
import { slice } from '../../src/ops/slice.js';
import { transpose } from '../../src/ops/transpose.js';
import { sizeOf } from '../../src/ir/tensor.js';
import { graphOf, nodeOf, valueOf } from '../support/graph-runner.js';
import type { ConvAttrs } from '../../src/ops/conv/attrs.js';

const UNBOUNDED = { low: -Infinity, high: Infinity };

const convAttrs = (kernel: number[], changes: Partial<ConvAttrs> = {}): ConvAttrs => {
  const [ones, none] = [kernel.map(() => 1), kernel.flatMap(() => [0, 0])];
  return { ...UNBOUNDED, kernel, strides: ones, dilations: ones, pads: none, group: 1, blocks: [], ...changes };
};

/** Half a float each, so that files stay small. */
const zeros = (...shape: number[]): Value => ({ ...valueOf('zeros', shape), data: new Float32Array(sizeOf(shape)) });

/** `count` nodes that all read the same input of `shape`. */
const many = (count: number, op: AnyOp, attrs: Attrs, shape: readonly number[], ...constants: Value[]): Uint8Array => {
  const x = valueOf('x', shape);
  const nodes = Array.from({ length: count }, (_, i): Node => nodeOf(op, attrs, [x, ...constants], `${i}`));
  const limits = LIMITS as { allChannels: number };
  const { allChannels } = limits;
  limits.allChannels = Infinity; // the writer's own check is not what is asked here
  try {
    return writeModel({ graph: graphOf([x], nodes, [nodes.at(-1)!.output]), metadata: {} }, 'f16');
  } finally {
    limits.allChannels = allChannels;
  }
};

const LONG = 2 ** 24;
const RESIZE = {
  axes: [1],
  scales: [2],
  cubic: -0.75,
  coordinates: 'half_pixel',
  nearest: 'floor',
  excludeOutside: true,
  antialias: false,
  roi: [],
  extrapolation: 0,
};
const sequence = (length: number): Value => ({
  name: 'indices',
  shape: [length],
  type: 'int32',
  data: Int32Array.from({ length }, (_, i) => i),
});
const shuffled = (length: number): Value => ({
  ...sequence(length),
  data: sequence(length).data!.map((i) => (i * 7) % length),
});
const wide = Array.from({ length: 2 ** 15 }, (_, i) => i);
const manyBlocks = [
  ...Array.from({ length: 31 }, () => ({ inputs: wide, outputs: [] })),
  { inputs: [0], outputs: [0] },
];

type Ask = { most: number; op: AnyOp; attrs: Attrs; shape: readonly number[]; constants?: Value[] };

/** Nodes with large demands, and how many of each a file may have; 0 for any number. */
const ASKS: Readonly<Record<string, Ask>> = {
  'reversed slices': {
    most: 3,
    op: slice,
    attrs: { axes: [0], starts: [LONG - 1], steps: [-1], counts: [LONG] },
    shape: [LONG],
  },
  'slices of everything': {
    most: 0,
    op: slice,
    attrs: { axes: [0], starts: [0], steps: [1], counts: [LONG] },
    shape: [LONG],
  },
  'every third': {
    most: 15,
    op: slice,
    attrs: { axes: [0], starts: [0], steps: [3], counts: [LONG / 4] },
    shape: [LONG],
  },
  pads: { most: 3, op: pad, attrs: { mode: 'reflect', pads: [0, 9], value: 0 }, shape: [LONG - 9] },
  expansions: { most: 3, op: expand, attrs: { shape: [LONG, 2] }, shape: [1, 1] },
  transpositions: { most: 3, op: transpose, attrs: { perm: [2, 1, 0] }, shape: [LONG, 2, 2] },
  'gathers of a range': { most: 0, op: gather, attrs: { axis: 0 }, shape: [LONG], constants: [sequence(30000)] },
  'gathers of a list': { most: 2200, op: gather, attrs: { axis: 0 }, shape: [LONG], constants: [shuffled(30000)] },
  windows: { most: 15, op: conv, attrs: convAttrs([2]), shape: [1, 2 ** 22, 1], constants: [zeros(1, 2, 1), zeros(1)] },
  'padded images': {
    most: 7,
    op: conv,
    attrs: convAttrs([2], { pads: [1, 0] }),
    shape: [1, 2 ** 22 - 1, 1],
    constants: [zeros(1, 2, 1), zeros(1)],
  },
  'spread pixels': {
    most: 15,
    op: convTranspose,
    attrs: { ...convAttrs([2, 1]), outputPads: [0, 0] },
    shape: [1, 2 ** 19, 1, 1],
    constants: [zeros(1, 2, 1, 1), zeros(1)],
  },
  pools: {
    most: 1,
    op: pool,
    attrs: { ...convAttrs([2]), kind: 'max', ceil: false, countPads: false, p: 2 },
    shape: [1, LONG, 1],
  },
  nearest: { most: 3, op: resize, attrs: { ...RESIZE, mode: 'nearest', sizes: [LONG] }, shape: [1, LONG / 2] },
  linear: { most: 44, op: resize, attrs: { ...RESIZE, mode: 'linear', sizes: [300000] }, shape: [1, 150000] },
  cubic: { most: 47, op: resize, attrs: { ...RESIZE, mode: 'cubic', sizes: [200000] }, shape: [1, 100000] },
  antialiased: {
    most: 80,
    op: resize,
    attrs: { ...RESIZE, mode: 'linear', antialias: true, sizes: [4], scales: [0.00001] },
    shape: [1, 100000],
  },
  'stacks of matrices': { most: 0, op: matmul, attrs: UNBOUNDED, shape: [LONG, 1, 1], constants: [zeros(1, 1, 1)] },
  groups: {
    most: 13,
    op: conv,
    attrs: convAttrs([1], { group: 2 ** 14 }),
    shape: [1, 1, 2 ** 15],
    constants: [zeros(2 ** 14, 1, 2), zeros(2 ** 14)],
  },
  blocks: {
    most: 4,
    op: conv,
    attrs: convAttrs([1], { blocks: manyBlocks }),
    shape: [1, 1, wide.length],
    constants: [zeros(1), zeros(1)],
  },
  'wide layers': {
    most: 127,
    op: conv,
    attrs: convAttrs([1]),
    shape: [1, 1, 2 ** 15],
    constants: [zeros(1, 1, 2 ** 15), zeros(1)],
  },
  'small nodes': { most: 0, op: binary, attrs: { kind: 'add' }, shape: [1, 8], constants: [zeros(1)] },
};

const SECONDS = 8; // of processor time, twice what a busy machine needs; the collector's and the other threads' count too

/** Loads a file; returns the processor time, and the reason if it was refused. */
const load = async (bytes: Uint8Array): Promise<{ seconds: number; refused?: string }> => {
  const start = process.cpuUsage();
  const end = () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  };
  // the wall clock of a busy machine decides nothing
  const limits = { macs: Infinity, loadMilliseconds: Infinity, memory: 2 ** 31 };
  try {
    using model = await loadModel(bytes, { deterministic: true, limits });
    assert.ok(model.outputs.length);
    return { seconds: end() };
  } catch (error) {
    assert.ok(
      error instanceof FormatError || (error instanceof EngineError && /MiB/.test(error.message)),
      (error as Error).stack,
    );
    return { seconds: end(), refused: error.message };
  }
};

const test = suite('files that ask for much');

for (const [name, { most, op, attrs, shape, constants = [] }] of Object.entries(ASKS)) {
  test(name, async () => {
    for (const count of most ? [most, 3 * most + 1] : [20000]) {
      const bytes = many(count, op, attrs, shape, ...constants);
      const { seconds, refused } = await load(bytes);
      console.log(
        `measured: ${count} ${name}, ${bytes.length} bytes: ${seconds.toFixed(2)} s${refused ? `, refused: ${refused}` : ''}`,
      );
      assert.is(refused !== undefined, most > 0 && count > most, refused ?? 'it was loaded');
      assert.ok(seconds < SECONDS, `${seconds} s`);
    }
  });
}

test.run();
