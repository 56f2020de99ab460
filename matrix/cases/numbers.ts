// Cases: numbers that must have the same bits in every engine.

import { expectEqual, type Case } from './case.js';
import { seeded, SHAPE, withClassifier } from './model.js';

/** Maximum difference of the scores with fused multiply-add, before softmax. */
const TOLERANCE = 1e-4;

export const numbers: readonly Case[] = [
  {
    name: 'exact outputs',
    run: (world) =>
      withClassifier(world, ({ model }) => {
        expectEqual(model.kernels, world.exactKernels ?? 'simd');
        return Promise.resolve(model.run(seeded(1)).scores!.data as Float32Array);
      }),
  },
  {
    name: 'exact outputs of a batch',
    run: (world) =>
      withClassifier(world, ({ model }) => {
        const { data } = model.run({ data: seeded(2, 5 * 3072), shape: [5, 3, 32, 32] }).scores!;
        expectEqual(data.length, 50);
        return Promise.resolve(data as Float32Array);
      }),
  },
  {
    name: 'exact embedding',
    run: (world) => withClassifier(world, (classifier) => classifier.embed({ data: seeded(3), shape: SHAPE })),
  },
  {
    name: 'fast outputs are within 1e-4',
    run: async (world) => {
      const run = (deterministic: boolean): Promise<Float32Array> =>
        withClassifier(world, ({ model }) => Promise.resolve(model.run(seeded(1)).scores!.data as Float32Array), {
          deterministic,
        });
      const [exact, fast] = [await run(true), await run(false)];
      const difference = Math.max(...exact.map((score, i) => Math.abs(score - fast[i]!)));
      if (!(difference <= TOLERANCE)) throw new Error(`the largest difference is ${difference}`);
    },
  },
  {
    name: 'int8 outputs, fused or not, on one thread or two',
    has: ({ exactKernels }) => exactKernels !== 'scalar', // its kernels are for engines with SIMD
    run: async ({ library, read, options }) => {
      const run = async (deterministic: boolean, threads = 1): Promise<Float32Array> => {
        const model = await library.loadModel(await read('int8.gw'), { ...options, deterministic, threads });
        try {
          return model.run(seeded(1)).scores!.data as Float32Array;
        } finally {
          model.dispose();
        }
      };
      const [exact, fast, shared] = [await run(true), await run(false), await run(true, 2)];
      expectEqual(Array.from(fast), Array.from(exact));
      expectEqual(Array.from(shared), Array.from(exact));
      return exact;
    },
  },
  {
    name: 'exact outputs of two threads, or the reason for one',
    run: (world) =>
      withClassifier(
        world,
        ({ model }) => {
          const { threads, oneThread } = model.runtimeInfo();
          if (threads !== 2 && !oneThread) throw new Error(`there are ${threads} threads without a reason`);
          return Promise.resolve(model.run(seeded(1)).scores!.data as Float32Array);
        },
        { deterministic: true, threads: 2 },
      ),
  },
  {
    name: 'layers and their times',
    run: (world) =>
      withClassifier(world, ({ model }) => {
        const { layers } = model.describe();
        expectEqual(model.profile(seeded(1)).layers.length, layers.length);
        return Promise.resolve();
      }),
  },
];
