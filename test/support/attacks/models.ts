// Model files that are small and ask for much time or memory, when they are loaded or when they run.

import { LIMITS } from '../../../src/format/layout.js';
import { writeModel } from '../../../src/format/write.js';
import type { Node } from '../../../src/ir/graph.js';
import type { AnyOp } from '../../../src/ir/op.js';
import type { Attrs } from '../../../src/ir/schema.js';
import { sizeOf } from '../../../src/ir/tensor.js';
import type { Value } from '../../../src/ir/value.js';
import { binary } from '../../../src/ops/binary.js';
import { concat } from '../../../src/ops/concat.js';
import { conv } from '../../../src/ops/conv/conv.js';
import { expand } from '../../../src/ops/rare/expand.js';
import { matmul } from '../../../src/ops/matmul.js';
import { pad } from '../../../src/ops/pad.js';
import { pool } from '../../../src/ops/pool.js';
import { reshape } from '../../../src/ops/reshape.js';
import { resize } from '../../../src/ops/rare/resize.js';
import { determinant } from '../../../src/ops/scripted/determinant.js';
import { nonMaxSuppression } from '../../../src/ops/scripted/non-max-suppression.js';
import { tile } from '../../../src/ops/rare/tile.js';
import { transpose } from '../../../src/ops/transpose.js';
import { unary } from '../../../src/ops/unary.js';
import { graphOf, nodeOf, valueOf } from '../graph-runner.js';
import type { Attack } from './attack.js';

const UNBOUNDED = { low: -Infinity, high: Infinity };

const zeros = (...shape: number[]): Value => ({ ...valueOf('zeros', shape), data: new Float32Array(sizeOf(shape)) });

const window = (kernel: readonly number[]) => {
  const ones = kernel.map(() => 1);
  const pads = [...kernel, ...kernel].map((size) => (size - 1) >> 1);
  return { kernel, strides: ones, dilations: ones, pads };
};

/** A node's op and attributes, and its inputs given what was made before: the last value is the last element. */
type Make = (made: readonly Value[], i: number) => readonly [AnyOp, Attrs, readonly Value[]];

/** What is run: the sizes of the inputs, if they are not those of the file. */
type Network = { x: Value; count: number; make: Make; dynamicBatch?: boolean; batch?: number; outputs?: number };

const fileOf = ({ x, count, make, dynamicBatch = false, outputs = 1 }: Network): Uint8Array => {
  const nodes: Node[] = [];
  const made = [x];
  for (let i = 0; i < count; i++) {
    const [op, attrs, inputs] = make(made, i);
    const node = nodeOf(op, attrs, [...inputs], `${i}`);
    nodes.push(node);
    made.push(node.output);
  }
  const limits = LIMITS as { allChannels: number; allInputs: number };
  const { allChannels, allInputs } = limits;
  Object.assign(limits, { allChannels: Infinity, allInputs: Infinity }); // the writer's own checks are not asked here
  try {
    const graph = { ...graphOf([x], nodes, made.slice(-outputs)), dynamicBatch };
    return writeModel({ graph, metadata: {} }, 'f16');
  } finally {
    Object.assign(limits, { allChannels, allInputs });
  }
};

const loaded = (name: string, network: Network): Attack => ({
  name,
  prepare: () => {
    const bytes = fileOf(network);
    const shape = [network.batch ?? network.x.shape[0]!, ...network.x.shape.slice(1)];
    return {
      bytes: bytes.length,
      run: async ({ node }) => {
        const model = await node.loadModel(bytes);
        model.run({ [network.x.name]: { data: new Float32Array(sizeOf(shape)), shape } });
        model.dispose();
      },
    };
  },
});

const last = (made: readonly Value[]): Value => made.at(-1)!;

const RESIZE = {
  axes: [1, 2],
  scales: [1, 1],
  cubic: -0.75,
  coordinates: 'half_pixel',
  nearest: 'floor',
  excludeOutside: false,
  antialias: false,
  roi: [],
  extrapolation: 0,
};

/** Attacks by files of models. */
export const attacks: readonly Attack[] = [
  loaded('1,700 concatenations of 4,096 values', {
    x: valueOf('x', [1, 1]),
    count: 1700,
    make: ([x]) => [concat, { axis: 1 }, Array.from({ length: 4096 }, () => x!)],
  }),
  loaded('65,000 sums', {
    x: valueOf('x', [1, 8]),
    count: 65000,
    make: (made) => [binary, { kind: 'add' }, [last(made), made[0]!]],
  }),
  loaded('65,000 sums of the input, most of them not read', {
    x: valueOf('x', [1, 8]),
    count: 65000,
    make: ([x]) => [binary, { kind: 'add' }, [x!, x!]],
  }),
  loaded('65,000 sums of values far apart', {
    x: valueOf('x', [1, 8]),
    count: 65000,
    make: (made, i) => [binary, { kind: 'add' }, [last(made), made[i >> 1]!]],
  }),
  loaded('values of 20,000 different sizes that live to the end', {
    x: valueOf('x', [1, 1]),
    count: 20000,
    make: (made, i) =>
      i % 2
        ? [pad, { mode: 'constant', pads: [0, 0, 0, 1], value: 0 }, [made.at(-2)!]]
        : [unary, { kind: 'abs', alpha: 0, beta: 0 }, [last(made)]],
    outputs: 4096,
  }),
  loaded('65,000 reshapes of each other', {
    x: valueOf('x', [2, 4]),
    count: 65000,
    make: (made, i) => [reshape, { shape: i % 2 ? [2, 4] : [4, 2] }, [last(made)]],
  }),
  loaded('65,000 transposes', {
    x: valueOf('x', [1, 4, 5, 6]),
    count: 65000,
    make: (made) => [transpose, { perm: [0, 2, 3, 1] }, [last(made)]],
  }),
  loaded('4,000 transposes of a large array', {
    x: valueOf('x', [1, 512, 512, 4]),
    count: 4000,
    make: (made) => [transpose, { perm: [0, 3, 1, 2] }, [last(made)]],
  }),
  loaded('4,096 outputs', {
    x: valueOf('x', [1, 8]),
    count: 4096,
    make: ([x]) => [unary, { kind: 'abs', alpha: 0, beta: 0 }, [x!]],
    outputs: 4096,
  }),
  loaded('4,096 large outputs', {
    x: valueOf('x', [1, 2 ** 16]),
    count: 4096,
    make: ([x]) => [unary, { kind: 'abs', alpha: 0, beta: 0 }, [x!]],
    outputs: 4096,
  }),
  loaded('a product of two large matrices', {
    x: valueOf('x', [8192, 8192]),
    count: 2,
    make: (made) => [matmul, UNBOUNDED, [last(made), made[0]!]],
  }),
  loaded('a convolution with a window of 255 x 255', {
    x: valueOf('x', [1, 1024, 1024, 1]),
    count: 1,
    make: ([x]) => [
      conv,
      { ...UNBOUNDED, ...window([255, 255]), group: 1, blocks: [] },
      [x!, zeros(8, 255, 255, 1), zeros(8)],
    ],
  }),
  loaded('pooling with a window of 511 x 511', {
    x: valueOf('x', [1, 1024, 1024, 4]),
    count: 4,
    make: (made) => [pool, { ...window([511, 511]), kind: 'max', ceil: false, countPads: false, p: 2 }, [last(made)]],
  }),
  loaded('an image of 4 pixels enlarged to 268 megapixels', {
    x: valueOf('x', [1, 2, 2, 1]),
    count: 1,
    make: ([x]) => [resize, { ...RESIZE, mode: 'linear', sizes: [2 ** 14, 2 ** 14] }, [x!]],
  }),
  loaded('a pad of 512 million numbers', {
    x: valueOf('x', [1, 1, 32]),
    count: 1,
    make: ([x]) => [pad, { mode: 'constant', pads: [0, 0, 0, 0, 2 ** 12 - 1, 2 ** 17 - 32], value: 0 }, [x!]],
  }),
  loaded('doubled 28 times', {
    x: valueOf('x', [1, 1]),
    count: 28,
    make: (made, i) => [tile, { repeats: i % 2 ? [1, 2] : [2, 1] }, [last(made)]],
  }),
  loaded('expanded to 2 GiB', {
    x: valueOf('x', [1, 1]),
    count: 1,
    make: ([x]) => [expand, { shape: [2 ** 14, 2 ** 15] }, [x!]],
  }),
  loaded('1,000 exponentials of 16 million numbers', {
    x: valueOf('x', [1, 2 ** 24 - 1]),
    count: 1000,
    make: (made) => [unary, { kind: 'exp', alpha: 0, beta: 0 }, [last(made)]],
  }),
  loaded('a million samples at once', {
    x: valueOf('x', [1, 512]),
    count: 40,
    dynamicBatch: true,
    batch: 1e6,
    make: (made) => [matmul, UNBOUNDED, [last(made), zeros(512, 512)]],
  }),
  loaded('100,000 samples at once', {
    x: valueOf('x', [1, 1024]),
    count: 100,
    dynamicBatch: true,
    batch: 1e5,
    make: (made) => [matmul, UNBOUNDED, [last(made), zeros(1024, 1024)]],
  }),
  loaded('a determinant of 4,000 x 4,000', {
    x: valueOf('x', [4000, 4000]),
    count: 1,
    make: ([x]) => [determinant, {}, [x!]],
  }),
  loaded('non-maximum suppression of 300,000 boxes', {
    x: valueOf('x', [1, 300000, 4]),
    count: 3,
    make: (made, i) =>
      i === 0
        ? [resize, { ...RESIZE, axes: [2], scales: [0.25], mode: 'nearest', sizes: [1] }, [made[0]!]]
        : i === 1
          ? [reshape, { shape: [1, 1, 300000] }, [last(made)]]
          : [
              nonMaxSuppression,
              { centred: false, limit: 300000, maxOverlap: 0.5, minScore: -1 },
              [made[0]!, last(made)],
            ],
  }),
];
